#include "prep/spill/record_partitions.h"

#include <algorithm>
#include <string_view>

namespace corpusmill {
namespace {

// Large enough that an allocation is rare, small enough that one open chunk per partition leaves
// most of the memory to full ones.
std::size_t chunk_records_for(std::size_t partitions, std::uint64_t bytes_max) {
  constexpr std::uint64_t kChunkRecordsMin = 32, kChunkRecordsMax = 2048;
  const std::uint64_t share = bytes_max / 4 / partitions / sizeof(KeyedOrdinal);
  return std::clamp(share, kChunkRecordsMin, kChunkRecordsMax);
}

}  // namespace

RecordPartitions::RecordPartitions(std::size_t partitions, std::uint64_t bytes_max,
                                   const std::filesystem::path& tmp_dir)
    : bytes_max_(bytes_max),
      chunk_records_(chunk_records_for(partitions, bytes_max)),
      partitions_(partitions),
      spill_(tmp_dir) {}

std::uint64_t RecordPartitions::records() const {
  std::uint64_t records = 0;
  for (const Partition& partition : partitions_) records += partition.records;
  return records;
}

void RecordPartitions::begin_chunk(Partition& partition) {
  const std::uint64_t chunk_bytes = chunk_records_ * sizeof(KeyedOrdinal);
  if (resident_bytes_ + chunk_bytes > bytes_max_) spill();
  partition.chunks.emplace_back().reserve(chunk_records_);
  resident_bytes_ += chunk_bytes;
}

void RecordPartitions::spill() {
  std::vector<KeyedOrdinal> records;
  for (Partition& partition : partitions_) {
    records.clear();
    for (const auto& chunk : partition.chunks) {
      records.insert(records.end(), chunk.begin(), chunk.end());
    }
    partition.chunks.clear();
    if (records.empty()) continue;
    const std::string_view bytes(reinterpret_cast<const char*>(records.data()),
                                 records.size() * sizeof(KeyedOrdinal));
    partition.spilled.emplace_back(spill_.append(bytes), records.size());
  }
  resident_bytes_ = 0;
}

}  // namespace corpusmill
