// Counts byte strings from many threads in bounded memory.
//
// Each thread counts in a small table of its own, which stays in the core's caches; a full table is
// emptied into partitions by hash. At the end each partition is counted by itself, in parallel.
// What would go beyond the memory allowed lies in a temporary file meanwhile. The counts are exact
// either way, and depend neither on the threads nor on the memory.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/spill_file.h"
#include "tokenizer/learn/key_counter.h"

namespace corpusmill {

// Distinct keys with their counts, in parts. Const and thread-safe.
class CountedKeys {
 public:
  std::size_t parts() const { return parts_.size(); }
  std::uint64_t keys() const { return keys_; }
  std::uint64_t key_bytes() const { return key_bytes_; }      // of the distinct keys
  std::uint64_t total_bytes() const { return total_bytes_; }  // each key as often as it was counted
  std::uint64_t spilled_bytes() const { return spill_ == nullptr ? 0 : spill_->bytes(); }

  // visit(key, count) for every key of a part, always in the same order.
  template <class Visit>
  void for_each(std::size_t part, const Visit& visit) const;

 private:
  friend class PartitionedCounter;
  struct Part {
    std::string records;  // or, if empty, in the spill file:
    std::uint64_t offset = 0, bytes = 0;
  };

  std::vector<Part> parts_;
  std::uint64_t keys_ = 0, key_bytes_ = 0, total_bytes_ = 0;
  std::unique_ptr<SpillFile> spill_;
};

class PartitionedCounter {
 public:
  // Keeps up to about `bytes_max` of keys in memory, the rest in a file in `tmp_dir`.
  PartitionedCounter(std::uint64_t bytes_max, const std::filesystem::path& tmp_dir);

  // One thread's table, borrowed for as long as this lives. Borrow and give back from any thread.
  class Table {
   public:
    explicit Table(PartitionedCounter& counter);
    ~Table();
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    void add(std::string_view key, std::uint64_t count);
    // As KeyCounter::add_all.
    void add_all(std::string_view keys, std::span<const std::uint32_t> ends);

   private:
    PartitionedCounter* counter_;
    std::unique_ptr<KeyCounter> keys_;
  };

  // All that was added; leaves this empty. No Table may be borrowed.
  CountedKeys finish(int threads);

 private:
  static constexpr unsigned kPartitionBits = 9;

  // Records, each a key's length, its bytes and its count; the numbers as varints.
  struct Partition {
    std::mutex mutex;
    std::vector<std::string> chunks;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> spilled;  // offset, bytes
  };
  struct Totals;

  void empty_into_partitions(KeyCounter& keys);
  void spill_partitions();
  CountedKeys::Part count_partition(Partition& partition, Totals& totals);

  std::uint64_t bytes_max_;
  std::filesystem::path tmp_dir_;
  std::array<Partition, std::size_t{1} << kPartitionBits> partitions_;
  std::atomic<std::uint64_t> resident_bytes_{0};
  std::mutex spill_mutex_, tables_mutex_;
  std::unique_ptr<SpillFile> spill_;
  std::vector<std::unique_ptr<KeyCounter>> tables_;  // those not borrowed
};

namespace key_record {

void append(std::string& out, std::string_view key, std::uint64_t count);

inline std::uint64_t read_varint(const char*& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
}

template <class Visit>
void for_each(std::string_view records, const Visit& visit) {
  const char* at = records.data();
  for (const char* const end = at + records.size(); at < end;) {
    const std::uint64_t bytes = read_varint(at);
    const std::string_view key(at, bytes);
    at += bytes;
    visit(key, read_varint(at));
  }
}

}  // namespace key_record

template <class Visit>
void CountedKeys::for_each(std::size_t part, const Visit& visit) const {
  const Part& where = parts_[part];
  if (where.bytes == 0) return key_record::for_each(where.records, visit);
  key_record::for_each(spill_->read(where.offset, where.bytes), visit);
}

}  // namespace corpusmill
