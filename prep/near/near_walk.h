// The decision of near dedup: candidates in walk order, each compared with those before it that
// share a band key.
//
// A candidate is removed if and only if its exact similarity to one that was kept before it reaches
// the threshold; so a document that is like removed ones only stays. Signatures take no part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "common/memory_budget.h"
#include "common/scratch_column.h"
#include "prep/near/near_candidates.h"
#include "prep/near/set_store.h"
#include "prep/signature/shingle_set.h"

namespace corpusmill {

struct WalkOptions {
  SimilarityKind kind = SimilarityKind::kJaccard;
  double threshold = 0.8;
  // Kept candidates that one document is compared with at most: those that share most bands, then
  // the earlier ones. A group lists as many of its kept members, the first ones.
  std::uint32_t candidates_max = 1000;
  // The same for removed ones, with which it is compared for clusters and pairs alone.
  std::uint32_t removed_candidates_max = 32;
  int threads = 1;
  std::uint32_t settled = 0;  // the first so-and-so many candidates are kept without a question
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t watched = kNone;  // the candidate whose comparisons are all to be told
};

// `similarity` reaches the threshold.
struct VerifiedPair {
  std::uint32_t candidate = 0, of = 0;  // numbers of candidates; `of` was walked before
  double similarity = 0;
  std::uint32_t shared_bands = 0;
  bool of_is_kept = false;
};

// A comparison with the watched candidate, whatever came of it.
struct WatchedPair {
  std::uint32_t other = 0;
  bool other_was_before = false;  // in the walk
  bool earlier_is_kept = false;
  double similarity = 0;
  std::uint32_t shared_bands = 0;
};

// What became of a candidate.
struct Verdict {
  std::uint32_t of = 0;  // the kept one it is most like, the earlier of two; itself if it is kept
  float similarity = 0;
};

struct WalkCounts {
  std::uint64_t compared = 0;  // pairs of a candidate and an earlier one that share a band
  std::uint64_t verified = 0;  // of those, the ones that reach the threshold
  std::uint64_t cut_off = 0;   // times that a kept one was not listed or compared: candidates_max
  std::uint64_t removed = 0;   // candidates
};

// One walk over the candidates. Decisions are those of a plain loop over the walk order: threads
// only compute similarities ahead.
class NearWalk {
 public:
  // Takes its arrays from `budget`; all that it is given outlives it.
  NearWalk(const NearCandidates& candidates, const WalkOptions& options, MemoryBudget& budget,
           const std::filesystem::path& tmp_dir);

  // Calls on_pair for every verified pair, by candidate in walk order, then by `of`; on_walked now
  // and then with the number of candidates walked since the call before. `order`: the candidates in
  // walk order; empty: in their own.
  void walk(const SetStore& sets, const ScratchColumn<std::uint32_t>* order,
            const std::function<void(const VerifiedPair&)>& on_pair,
            const std::function<void(std::uint64_t)>& on_walked);

  const ScratchColumn<Verdict>& verdicts() const { return verdicts_; }
  const WalkOptions& options() const { return options_; }
  const WalkCounts& counts() const { return counts_; }
  const std::vector<WatchedPair>& watched_pairs() const { return watched_pairs_; }

 private:
  // The members of a group that were walked: kept ones from its first slot on, removed ones from
  // its last slot back.
  struct Group {
    std::uint64_t begin = 0;
    std::uint32_t kept = 0, removed = 0;
  };
  struct Candidate {
    std::uint32_t number = 0, shared_bands = 0;
    bool is_kept = false;
  };
  struct Compared {
    std::uint32_t number = 0;
    double similarity = 0;  // negative: below the threshold
  };
  struct Scratch;

  std::uint32_t slots_of(std::uint32_t group) const;
  std::uint64_t find_earlier(std::uint32_t candidate, Scratch& scratch) const;
  double compare(const SetStore& sets, std::uint32_t a, std::uint32_t b, Scratch& scratch) const;
  void compare_ahead(const SetStore& sets, std::span<const std::uint32_t> chunk);
  void decide(const SetStore& sets, std::uint32_t candidate, std::span<const Compared> ahead,
              const std::function<void(const VerifiedPair&)>& on_pair, Scratch& scratch);
  void watch(const SetStore& sets, std::uint32_t candidate, const Candidate& earlier,
             Scratch& scratch);
  void list_in_groups(std::uint32_t candidate, bool is_kept);

  const NearCandidates* candidates_;
  WalkOptions options_;
  ScratchColumn<Group> groups_;
  ScratchColumn<std::uint32_t> slots_;
  ScratchColumn<Verdict> verdicts_;
  std::vector<std::vector<Compared>> ahead_;  // of each candidate of the chunk, by number
  WalkCounts counts_;
  std::vector<WatchedPair> watched_pairs_;
};

}  // namespace corpusmill
