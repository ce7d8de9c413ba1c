// Records of near dedup, dealt into partitions; what does not fit into memory lies in a file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "common/spill_file.h"
#include "prep/spill/keyed_ordinal.h"

namespace corpusmill {

// Within a partition records keep the order in which they were added. add() from one thread at a
// time; then, when no more are added, partitions are read by any threads.
class RecordPartitions {
 public:
  // Keeps up to about `bytes_max` in memory, the rest in a file in `tmp_dir`.
  RecordPartitions(std::size_t partitions, std::uint64_t bytes_max,
                   const std::filesystem::path& tmp_dir);

  void add(std::size_t partition, const KeyedOrdinal& record) {
    Partition& its = partitions_[partition];
    if (its.chunks.empty() || its.chunks.back().size() == chunk_records_) begin_chunk(its);
    its.chunks.back().push_back(record);
    ++its.records;
  }

  std::size_t count() const { return partitions_.size(); }
  std::uint64_t records(std::size_t partition) const { return partitions_[partition].records; }
  std::uint64_t records() const;
  std::uint64_t spilled_bytes() const { return spill_.bytes(); }

  // Calls visit(span of records) until all have passed.
  template <class Visit>
  void for_each_piece(std::size_t partition, const Visit& visit) const;
  // The memory of one that is not needed any more.
  void release(std::size_t partition) { partitions_[partition] = {}; }

 private:
  static constexpr std::size_t kPieceRecords = std::size_t{1} << 15;

  struct Partition {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> spilled;  // offset, records; the earlier
    std::vector<std::vector<KeyedOrdinal>> chunks;                 // the later ones
    std::uint64_t records = 0;
  };

  void begin_chunk(Partition& partition);
  void spill();

  std::uint64_t bytes_max_;
  std::size_t chunk_records_;
  std::uint64_t resident_bytes_ = 0;
  std::vector<Partition> partitions_;
  SpillFile spill_;
};

template <class Visit>
void RecordPartitions::for_each_piece(std::size_t partition, const Visit& visit) const {
  const Partition& its = partitions_[partition];
  std::vector<KeyedOrdinal> piece;
  for (const auto& [offset, records] : its.spilled) {
    for (std::uint64_t done = 0; done < records; done += piece.size()) {
      piece.resize(std::min<std::uint64_t>(records - done, kPieceRecords));
      spill_.read_into(piece.data(), piece.size() * sizeof(KeyedOrdinal),
                       offset + done * sizeof(KeyedOrdinal));
      visit(std::span<const KeyedOrdinal>(piece));
    }
  }
  for (const auto& chunk : its.chunks) visit(std::span<const KeyedOrdinal>(chunk));
}

}  // namespace corpusmill
