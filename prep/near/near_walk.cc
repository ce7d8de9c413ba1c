#include "prep/near/near_walk.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>

#include "common/stop_signal.h"

namespace corpusmill {
namespace {

namespace tbb = oneapi::tbb;

// Long enough to occupy the threads, short enough that most earlier candidates lie in chunks
// before: those inside are compared by one thread.
constexpr std::size_t kChunkCandidates = 1024;

}  // namespace

struct NearWalk::Scratch {
  std::vector<std::uint32_t> kept, removed;  // members of the groups, with repeats
  std::vector<Candidate> earlier;
  std::vector<std::uint64_t> set_a, set_b;
  std::vector<Candidate> counted;
};

NearWalk::NearWalk(const NearCandidates& candidates, const WalkOptions& options,
                   MemoryBudget& budget, const std::filesystem::path& tmp_dir)
    : candidates_(&candidates),
      options_(options),
      groups_(budget, tmp_dir),
      slots_(budget, tmp_dir),
      verdicts_(budget, tmp_dir),
      ahead_(kChunkCandidates) {
  std::uint64_t begin = 0;
  for (std::uint64_t group = 0; group < candidates.group_sizes.size(); ++group) {
    groups_.push_back({begin, 0, 0});
    begin += slots_of(static_cast<std::uint32_t>(group));
  }
  slots_.resize(begin);
  verdicts_.resize(candidates.size());
  groups_.finish();
  slots_.finish();
  verdicts_.finish();
}

std::uint32_t NearWalk::slots_of(std::uint32_t group) const {
  const std::uint64_t most =
      std::uint64_t{options_.candidates_max} + options_.removed_candidates_max;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(candidates_->group_sizes[group], most));
}

namespace {

// Appends the distinct numbers with their counts, those that come most first, `most` at most.
// Returns how many there were.
template <class Candidate>
std::uint64_t count_bands(std::vector<std::uint32_t>& numbers, bool is_kept, std::size_t most,
                          std::vector<Candidate>& counted, std::vector<Candidate>& out) {
  std::sort(numbers.begin(), numbers.end());
  counted.clear();
  for (const std::uint32_t number : numbers) {
    if (counted.empty() || counted.back().number != number) counted.push_back({number, 0, is_kept});
    ++counted.back().shared_bands;
  }
  const std::uint64_t all = counted.size();
  if (all > most) {
    const auto is_better = [](const Candidate& a, const Candidate& b) {
      if (a.shared_bands != b.shared_bands) return a.shared_bands > b.shared_bands;
      return a.number < b.number;
    };
    const auto end = counted.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(counted.begin(), end, counted.end(), is_better);
    counted.erase(end, counted.end());
  }
  out.insert(out.end(), counted.begin(), counted.end());
  return all;
}

}  // namespace

// Fills scratch.earlier, by number; returns how many more kept ones there were.
std::uint64_t NearWalk::find_earlier(std::uint32_t candidate, Scratch& scratch) const {
  scratch.kept.clear();
  scratch.removed.clear();
  const std::uint64_t end = candidates_->groups_begin[candidate + std::uint64_t{1}];
  for (std::uint64_t at = candidates_->groups_begin[candidate]; at < end; ++at) {
    const std::uint32_t number = candidates_->groups[at];
    const Group& group = groups_[number];
    for (std::uint32_t i = 0; i < group.kept; ++i) {
      scratch.kept.push_back(slots_[group.begin + i]);
    }
    const std::uint64_t last = group.begin + slots_of(number) - 1;
    for (std::uint32_t i = 0; i < group.removed; ++i) scratch.removed.push_back(slots_[last - i]);
  }
  scratch.earlier.clear();
  const std::uint64_t kept =
      count_bands(scratch.kept, true, options_.candidates_max, scratch.counted, scratch.earlier);
  const std::uint64_t cut_off = kept - scratch.earlier.size();
  count_bands(scratch.removed, false, options_.removed_candidates_max, scratch.counted,
              scratch.earlier);
  std::sort(scratch.earlier.begin(), scratch.earlier.end(),
            [](const Candidate& a, const Candidate& b) { return a.number < b.number; });
  return cut_off;
}

// Negative where it is below the threshold.
double NearWalk::compare(const SetStore& sets, std::uint32_t a, std::uint32_t b,
                         Scratch& scratch) const {
  if (options_.kind == SimilarityKind::kJaccard) {
    // No more can be common than the smaller set has: what this rules out needs no reading.
    const auto [less, more] = std::minmax(sets.size_of(a), sets.size_of(b));
    if (static_cast<double>(less) / static_cast<double>(more) < options_.threshold) return -1;
  }
  return similarity(sets.get(a, scratch.set_a), sets.get(b, scratch.set_b), options_.kind,
                    options_.threshold)
      .value_or(-1);
}

void NearWalk::compare_ahead(const SetStore& sets, std::span<const std::uint32_t> chunk) {
  tbb::enumerable_thread_specific<Scratch> scratches;
  tbb::parallel_for(std::size_t{0}, chunk.size(), [&](std::size_t i) {
    ahead_[i].clear();
    if (chunk[i] < options_.settled) return;
    Scratch& scratch = scratches.local();
    find_earlier(chunk[i], scratch);
    for (const Candidate& earlier : scratch.earlier) {
      ahead_[i].push_back({earlier.number, compare(sets, chunk[i], earlier.number, scratch)});
    }
  });
}

void NearWalk::decide(const SetStore& sets, std::uint32_t candidate,
                      std::span<const Compared> ahead,
                      const std::function<void(const VerifiedPair&)>& on_pair, Scratch& scratch) {
  counts_.cut_off += find_earlier(candidate, scratch);
  counts_.compared += scratch.earlier.size();
  Verdict verdict{candidate, 0};
  double most = -1;
  for (const Candidate& earlier : scratch.earlier) {
    while (!ahead.empty() && ahead.front().number < earlier.number) ahead = ahead.subspan(1);
    const bool is_compared = !ahead.empty() && ahead.front().number == earlier.number;
    const double similarity =
        is_compared ? ahead.front().similarity : compare(sets, candidate, earlier.number, scratch);
    if (options_.watched != WalkOptions::kNone) watch(sets, candidate, earlier, scratch);
    if (similarity < 0) continue;
    ++counts_.verified;
    on_pair({candidate, earlier.number, similarity, earlier.shared_bands, earlier.is_kept});
    if (!earlier.is_kept || similarity <= most) continue;
    most = similarity;
    verdict = {earlier.number, static_cast<float>(similarity)};
  }
  if (verdict.of != candidate) ++counts_.removed;
  verdicts_[candidate] = verdict;
}

void NearWalk::watch(const SetStore& sets, std::uint32_t candidate, const Candidate& earlier,
                     Scratch& scratch) {
  const bool is_it = candidate == options_.watched;
  if (!is_it && earlier.number != options_.watched) return;
  const auto exactly = similarity(sets.get(candidate, scratch.set_a),
                                  sets.get(earlier.number, scratch.set_b), options_.kind);
  watched_pairs_.push_back(
      {is_it ? earlier.number : candidate, is_it, earlier.is_kept, *exactly, earlier.shared_bands});
}

void NearWalk::list_in_groups(std::uint32_t candidate, bool is_kept) {
  const std::uint64_t end = candidates_->groups_begin[candidate + std::uint64_t{1}];
  for (std::uint64_t at = candidates_->groups_begin[candidate]; at < end; ++at) {
    const std::uint32_t number = candidates_->groups[at];
    Group& group = groups_[number];
    if (is_kept) {
      if (group.kept < options_.candidates_max) {
        slots_[group.begin + group.kept++] = candidate;
      } else {
        ++counts_.cut_off;
      }
    } else if (group.removed < options_.removed_candidates_max) {
      slots_[group.begin + slots_of(number) - 1 - group.removed++] = candidate;
    }
  }
}

void NearWalk::walk(const SetStore& sets, const ScratchColumn<std::uint32_t>* order,
                    const std::function<void(const VerifiedPair&)>& on_pair,
                    const std::function<void(std::uint64_t)>& on_walked) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options_.threads));
  tbb::task_arena arena(options_.threads);
  std::vector<std::uint32_t> chunk;
  Scratch scratch;
  for (std::uint64_t begin = 0; begin < candidates_->size(); begin += chunk.size()) {
    throw_if_stop_requested();
    const std::uint64_t end = std::min(begin + kChunkCandidates, candidates_->size());
    chunk.clear();
    for (std::uint64_t at = begin; at < end; ++at) {
      chunk.push_back(order == nullptr ? static_cast<std::uint32_t>(at) : (*order)[at]);
    }
    arena.execute([&] { compare_ahead(sets, chunk); });
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      if (chunk[i] < options_.settled) {
        verdicts_[chunk[i]] = {chunk[i], 0};
      } else {
        decide(sets, chunk[i], ahead_[i], on_pair, scratch);
      }
      list_in_groups(chunk[i], verdicts_[chunk[i]].of == chunk[i]);
    }
    on_walked(chunk.size());
  }
}

}  // namespace corpusmill
