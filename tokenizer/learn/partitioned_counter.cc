#include "tokenizer/learn/partitioned_counter.h"

#include "tokenizer/learn/parallel_for.h"

namespace corpusmill {
namespace {

// 3 MiB of slots, of which the busy ones stay in the second-level cache.
constexpr unsigned kTableSlotBits = 17;
constexpr std::size_t kTableKeysMax = std::size_t{1} << (kTableSlotBits - 1);
constexpr std::uint64_t kTableBytesMax = std::uint64_t{16} << 20;
constexpr std::size_t kChunkBytes = std::size_t{16} << 10;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

void key_record::append(std::string& out, std::string_view key, std::uint64_t count) {
  append_varint(out, key.size());
  out += key;
  append_varint(out, count);
}

PartitionedCounter::PartitionedCounter(std::uint64_t bytes_max,
                                       const std::filesystem::path& tmp_dir)
    : bytes_max_(bytes_max), tmp_dir_(tmp_dir), spill_(std::make_unique<SpillFile>(tmp_dir)) {}

PartitionedCounter::Table::Table(PartitionedCounter& counter) : counter_(&counter) {
  const std::scoped_lock lock(counter.tables_mutex_);
  if (counter.tables_.empty()) {
    keys_ = std::make_unique<KeyCounter>(kTableSlotBits);
  } else {
    keys_ = std::move(counter.tables_.back());
    counter.tables_.pop_back();
  }
}

PartitionedCounter::Table::~Table() {
  const std::scoped_lock lock(counter_->tables_mutex_);
  counter_->tables_.push_back(std::move(keys_));
}

void PartitionedCounter::Table::add(std::string_view key, std::uint64_t count) {
  keys_->add(key, count);
  if (keys_->size() > kTableKeysMax || keys_->bytes() > kTableBytesMax) {
    counter_->empty_into_partitions(*keys_);
  }
}

void PartitionedCounter::Table::add_all(std::string_view keys,
                                        std::span<const std::uint32_t> ends) {
  keys_->add_all(keys, ends);
  if (keys_->size() > kTableKeysMax || keys_->bytes() > kTableBytesMax) {
    counter_->empty_into_partitions(*keys_);
  }
}

void PartitionedCounter::empty_into_partitions(KeyCounter& keys) {
  std::uint64_t bytes = 0;
  std::string record;
  std::unique_lock<std::mutex> lock;
  Partition* partition = nullptr;
  keys.for_each([&](std::uint64_t hash, std::string_view key, std::uint64_t count) {
    Partition& its = partitions_[hash >> (64 - kPartitionBits)];
    if (partition != &its) {
      partition = &its;
      lock = {};  // the one before, first
      lock = std::unique_lock(its.mutex);
    }
    record.clear();
    key_record::append(record, key, count);
    bytes += record.size();
    if (its.chunks.empty() ||
        its.chunks.back().capacity() - its.chunks.back().size() < record.size()) {
      its.chunks.emplace_back().reserve(std::max(kChunkBytes, record.size()));
    }
    its.chunks.back() += record;
  });
  lock = {};
  // A table that one long key made large gives its memory back.
  if (keys.bytes() > kTableBytesMax) {
    keys = KeyCounter(kTableSlotBits);
  } else {
    keys.clear();
  }
  if ((resident_bytes_ += bytes) > bytes_max_) spill_partitions();
}

void PartitionedCounter::spill_partitions() {
  const std::scoped_lock spilling(spill_mutex_);
  if (resident_bytes_ <= bytes_max_) return;  // another thread has done it
  for (Partition& partition : partitions_) {
    const std::scoped_lock lock(partition.mutex);
    std::string records;
    for (const std::string& chunk : partition.chunks) records += chunk;
    partition.chunks.clear();
    if (records.empty()) continue;
    partition.spilled.emplace_back(spill_->append(records), records.size());
    resident_bytes_ -= records.size();
  }
}

struct PartitionedCounter::Totals {
  std::mutex mutex;
  std::uint64_t keys = 0, key_bytes = 0, total_bytes = 0;
  std::uint64_t resident_bytes = 0;
  std::unique_ptr<SpillFile> spill;
};

CountedKeys::Part PartitionedCounter::count_partition(Partition& partition, Totals& totals) {
  KeyCounter counts(10, kPartitionBits);
  const auto add = [&](std::string_view key, std::uint64_t count) { counts.add(key, count); };
  for (std::string& chunk : partition.chunks) {
    key_record::for_each(chunk, add);
    std::string().swap(chunk);
  }
  for (const auto& [offset, bytes] : partition.spilled) {
    key_record::for_each(spill_->read(offset, bytes), add);
  }
  CountedKeys::Part part;
  std::uint64_t key_bytes = 0, total_bytes = 0;
  counts.for_each([&](std::uint64_t, std::string_view key, std::uint64_t count) {
    key_record::append(part.records, key, count);
    key_bytes += key.size();
    total_bytes += key.size() * count;
  });
  const std::scoped_lock lock(totals.mutex);
  totals.keys += counts.size();
  totals.key_bytes += key_bytes;
  totals.total_bytes += total_bytes;
  if (totals.resident_bytes + part.records.size() > bytes_max_) {
    part.offset = totals.spill->append(part.records);
    part.bytes = part.records.size();
    part.records = {};
  } else {
    part.records.shrink_to_fit();
    totals.resident_bytes += part.records.size();
  }
  return part;
}

CountedKeys PartitionedCounter::finish(int threads) {
  parallel_for(threads, tables_.size(), [&](std::size_t, std::size_t i) {
    empty_into_partitions(*tables_[i]);
    tables_[i].reset();
  });
  tables_.clear();
  Totals totals;
  totals.spill = std::make_unique<SpillFile>(tmp_dir_);
  CountedKeys counted;
  counted.parts_.resize(partitions_.size());
  parallel_for(threads, partitions_.size(), [&](std::size_t, std::size_t i) {
    counted.parts_[i] = count_partition(partitions_[i], totals);
    partitions_[i].chunks.clear();
    partitions_[i].spilled.clear();
  });
  resident_bytes_ = 0;
  spill_ = std::make_unique<SpillFile>(tmp_dir_);
  counted.keys_ = totals.keys;
  counted.key_bytes_ = totals.key_bytes;
  counted.total_bytes_ = totals.total_bytes;
  counted.spill_ = std::move(totals.spill);
  return counted;
}

}  // namespace corpusmill
