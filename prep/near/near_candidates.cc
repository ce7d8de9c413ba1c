#include "prep/near/near_candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

#include "common/error.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {
namespace {

struct Member {
  std::uint64_t key, ordinal;
  auto operator<=>(const Member&) const = default;
};

// Which keys of a partition came more than once, with false positives: two bits for each of some
// hash slots, in place of sorting records that are nearly all alone with their key.
class RepeatFilter {
 public:
  explicit RepeatFilter(std::uint64_t records)
      : mask_(std::bit_ceil(std::max<std::uint64_t>(records, 8) * 8) - 1),
        seen_((mask_ + 1) / 64),
        repeated_((mask_ + 1) / 64) {}

  void add(std::uint64_t key) {
    const std::uint64_t slot = key & mask_, bit = 1ULL << (slot % 64);
    repeated_[slot / 64] |= seen_[slot / 64] & bit;
    seen_[slot / 64] |= bit;
  }
  bool may_repeat(std::uint64_t key) const {
    const std::uint64_t slot = key & mask_;
    return (repeated_[slot / 64] >> (slot % 64) & 1) != 0;
  }

 private:
  std::uint64_t mask_;
  std::vector<std::uint64_t> seen_, repeated_;
};

// The members of every key that may have several, sorted.
std::vector<Member> repeated_members(const RecordPartitions& partitions, std::size_t partition) {
  RepeatFilter filter(partitions.records(partition));
  partitions.for_each_piece(partition, [&](std::span<const KeyedOrdinal> piece) {
    for (const KeyedOrdinal& record : piece) filter.add(record.key());
  });
  std::vector<Member> members;
  partitions.for_each_piece(partition, [&](std::span<const KeyedOrdinal> piece) {
    for (const KeyedOrdinal& record : piece) {
      if (filter.may_repeat(record.key())) members.push_back({record.key(), record.ordinal()});
    }
  });
  std::sort(members.begin(), members.end());
  return members;
}

// Numbers the groups and deals their members into partitions by document.
class GroupSink {
 public:
  GroupSink(std::uint64_t documents, std::uint64_t settled, RecordPartitions& memberships,
            ScratchColumn<std::uint32_t>& sizes)
      : range_(documents / memberships.count() + 1),
        settled_(settled),
        memberships_(&memberships),
        sizes_(&sizes) {}

  // Members of keys, sorted.
  void take(std::span<const Member> members) {
    for (std::size_t begin = 0, end = 0; begin < members.size(); begin = end) {
      while (end < members.size() && members[end].key == members[begin].key) ++end;
      take_key(members.subspan(begin, end - begin));
    }
  }

  // One key with more members than fit into memory, rising.
  void take_long(const RecordPartitions& partitions, std::size_t partition) {
    const std::uint64_t group = begin_group(partitions.records(partition));
    partitions.for_each_piece(partition, [&](std::span<const KeyedOrdinal> piece) {
      for (const KeyedOrdinal& record : piece) add(record.ordinal(), group);
    });
  }

 private:
  void take_key(std::span<const Member> members) {
    if (members.size() < 2 || members.back().ordinal < settled_) return;
    const std::uint64_t group = begin_group(members.size());
    for (const Member& member : members) add(member.ordinal, group);
  }

  std::uint64_t begin_group(std::uint64_t members) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
    if (sizes_->size() == kMax) {
      throw Error(ExitCode::kUsage,
                  "near dedup compares up to 4,294,967,295 groups of documents at a time; give the "
                  "corpus in parts, with --index");
    }
    sizes_->push_back(static_cast<std::uint32_t>(std::min(members, kMax)));
    return sizes_->size() - 1;
  }

  void add(std::uint64_t ordinal, std::uint64_t group) {
    memberships_->add(ordinal / range_, {group, ordinal});
  }

  std::uint64_t range_, settled_;
  RecordPartitions* memberships_;
  ScratchColumn<std::uint32_t>* sizes_;
};

// A partition that is too large for memory, dealt into smaller ones by the next bits of the key.
void take_large(const RecordPartitions& partitions, std::size_t partition, unsigned key_bits_left,
                std::uint64_t bytes_max, const std::filesystem::path& tmp_dir, GroupSink& sink) {
  if (partitions.records(partition) * sizeof(Member) <= bytes_max) {
    return sink.take(repeated_members(partitions, partition));
  }
  if (key_bits_left == 0) return sink.take_long(partitions, partition);
  const unsigned bits = std::min(key_bits_left, BandKeys::kPartitionBits);
  const unsigned shift = key_bits_left - bits;
  RecordPartitions parts(std::size_t{1} << bits, bytes_max / 2, tmp_dir);
  partitions.for_each_piece(partition, [&](std::span<const KeyedOrdinal> piece) {
    for (const KeyedOrdinal& record : piece) {
      parts.add(record.key() >> shift & (parts.count() - 1), record);
    }
  });
  for (std::size_t part = 0; part < parts.count(); ++part) {
    take_large(parts, part, shift, bytes_max, tmp_dir, sink);
    parts.release(part);
  }
}

// What one partition may take while it is in memory, so that those that live at once fit.
std::uint64_t partition_bytes_max(const GroupingOptions& options) {
  constexpr std::uint64_t kMin = 256 << 10;
  return std::max(kMin, options.memory_bytes / 2 / (3 * static_cast<unsigned>(options.threads)));
}

struct PartitionMembers {
  std::size_t partition = 0;
  bool large = false;
  std::vector<Member> members;
};

void collect_groups(RecordPartitions& bands, const GroupingOptions& options, GroupSink& sink) {
  const std::uint64_t bytes_max = partition_bytes_max(options);
  std::size_t next = 0;
  run_pipeline(
      {.threads = options.threads},
      [&]() -> std::optional<std::size_t> {
        if (next == bands.count()) return std::nullopt;
        return next++;
      },
      parallel([&](std::size_t partition) {
        PartitionMembers result{partition, false, {}};
        result.large = bands.records(partition) * sizeof(Member) > bytes_max;
        if (!result.large) result.members = repeated_members(bands, partition);
        return result;
      }),
      in_order([&](PartitionMembers result) {
        if (result.large) {
          take_large(bands, result.partition, KeyedOrdinal::kKeyBits - BandKeys::kPartitionBits,
                     bytes_max, options.tmp_dir, sink);
        } else {
          sink.take(result.members);
        }
        bands.release(result.partition);
      }));
}

// By document, then by group: here the key is the group.
std::vector<Member> sorted_by_document(const RecordPartitions& memberships, std::size_t partition) {
  std::vector<Member> members;
  members.reserve(memberships.records(partition));
  memberships.for_each_piece(partition, [&](std::span<const KeyedOrdinal> piece) {
    for (const KeyedOrdinal& record : piece) members.push_back({record.ordinal(), record.key()});
  });
  std::sort(members.begin(), members.end());
  return members;
}

void number_candidates(RecordPartitions& memberships, const GroupingOptions& options,
                       NearCandidates& candidates) {
  std::size_t next = 0;
  run_pipeline(
      {.threads = options.threads},
      [&]() -> std::optional<std::size_t> {
        if (next == memberships.count()) return std::nullopt;
        return next++;
      },
      parallel([&](std::size_t partition) {
        return PartitionMembers{partition, false, sorted_by_document(memberships, partition)};
      }),
      in_order([&](PartitionMembers sorted) {
        memberships.release(sorted.partition);
        std::optional<std::uint64_t> document;
        for (const auto& [ordinal, group] : sorted.members) {
          if (document != ordinal) {
            candidates.documents.push_back(ordinal);
            candidates.groups_begin.push_back(candidates.groups.size());
            document = ordinal;
          }
          candidates.groups.push_back(static_cast<std::uint32_t>(group));
        }
      }));
  candidates.groups_begin.push_back(candidates.groups.size());
}

}  // namespace

NearCandidates find_candidates(BandKeys& keys, const GroupingOptions& options,
                               MemoryBudget& budget) {
  RecordPartitions& bands = keys.partitions();
  // As many as make each fit, were every record a member of a group.
  const std::uint64_t parts = std::clamp<std::uint64_t>(
      bands.records() * sizeof(Member) / partition_bytes_max(options), 1, std::uint64_t{1} << 12);
  RecordPartitions memberships(parts, options.memory_bytes / 4, options.tmp_dir);
  NearCandidates candidates(budget, options.tmp_dir);
  GroupSink sink(keys.documents(), options.settled_documents, memberships, candidates.group_sizes);
  collect_groups(bands, options, sink);
  number_candidates(memberships, options, candidates);
  if (candidates.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ExitCode::kUsage,
                "near dedup compares up to 4,294,967,295 documents at a time; give the corpus in "
                "parts, with --index");
  }
  candidates.documents.finish();
  candidates.groups_begin.finish();
  candidates.groups.finish();
  candidates.group_sizes.finish();
  return candidates;
}

}  // namespace corpusmill
