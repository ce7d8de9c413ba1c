#include "prep/near/near_dedup.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/progress.h"
#include "prep/near/cluster_forest.h"
#include "prep/near/near_candidates.h"
#include "prep/near/near_report.h"
#include "prep/near/near_sketch.h"
#include "prep/near/near_texts.h"
#include "prep/near/near_walk.h"
#include "prep/near/pair_writer.h"
#include "prep/text/terminal_text.h"

namespace corpusmill {
namespace {

constexpr std::size_t kClustersShown = 10;
// A small corpus may be one cluster and be right.
constexpr std::uint64_t kGuardedClusterMin = 1000;

// What each phase may hold, as shares of --memory. In the first read a quarter is the exact
// stage's.
std::uint64_t band_bytes(const NearRun& run) {
  return run.common.memory_bytes / 4;
}
std::uint64_t grouping_bytes(const NearRun& run) {
  return run.common.memory_bytes / 4;
}
std::uint64_t column_bytes(const NearRun& run) {
  return run.common.memory_bytes / 4;
}
// Behind the groups, and gone before the sets come.
std::uint64_t estimate_bytes(const NearRun& run) {
  return run.common.memory_bytes / 4;
}
// When the bands and the groups are done with.
std::uint64_t more_column_bytes(const NearRun& run) {
  return run.common.memory_bytes / 2;
}

// Candidates as they are walked: the largest rank first, of equal ones the earlier.
ScratchColumn<std::uint32_t> walk_order(const NearTexts& texts, MemoryBudget& budget,
                                        const std::filesystem::path& tmp_dir) {
  std::vector<std::uint32_t> order(texts.ranks.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return texts.ranks[a] > texts.ranks[b];
  });
  ScratchColumn<std::uint32_t> column(budget, tmp_dir);
  for (const std::uint32_t candidate : order) column.push_back(candidate);
  column.finish();
  return column;
}

// The phases share what they found by reference.
class Decision {
 public:
  explicit Decision(const NearRun& run)
      : run_(run), names_(run.input.inputs().names()), budget_(column_bytes(run)) {}

  NearDecision make() {
    const bool has_pairs = !run_.options.pairs.empty() && run_.explanation == nullptr;
    if (has_pairs) remove_stale_temporaries(run_.options.pairs);
    if (run_.work != nullptr) {
      auto decision = load_decision(*run_.work, run_.common.memory_bytes / 16, run_.tmp_dir);
      if (decision) return std::move(*decision);
    }
    const NearGroups groups = group();
    const NearCandidates& candidates = groups.candidates;
    budget_.give_back(more_column_bytes(run_));
    report_.options = run_.options.to_json();
    report_.expected_recall = run_.options.sketch().shape.recall(run_.options.threshold);
    report_.documents = groups.documents;
    report_.candidates = candidates.size();
    if (run_.options.estimate > 0) report_.estimate = estimate(groups);

    ClusterForest clusters(candidates.size(), budget_, run_.tmp_dir);
    NearWalk walk(candidates, walk_options(groups), budget_, run_.tmp_dir);
    const NearTexts texts = collect(groups);
    std::optional<PairWriter> pairs;
    if (has_pairs) {
      pairs.emplace(run_.options.pairs, names_, run_.common.memory_bytes / 16, run_.tmp_dir);
    }
    compare(groups, texts, walk, clusters, pairs ? &*pairs : nullptr);
    if (run_.explanation != nullptr) explain(groups, texts, walk, clusters);
    report_clusters(groups, texts, clusters);
    DropList drops = list_drops(groups, walk);
    if (pairs) pairs->commit();
    NearDecision decision{std::move(drops), report_.to_json(names_), report_.to_text(names_)};
    if (run_.work != nullptr) save_decision(decision, *run_.work);
    return decision;
  }

 private:
  // From the work folder, or by the first read; the input is rewound then.
  NearGroups group() {
    if (run_.work != nullptr) {
      auto groups = load_groups(*run_.work, budget_, run_.tmp_dir);
      if (groups) return std::move(*groups);
    }
    BandKeys keys(band_bytes(run_), run_.tmp_dir);
    const Sketcher sketcher(run_.options.sketch());
    ScratchColumn<std::uint64_t> lines(budget_, run_.tmp_dir);
    sketch_documents({.input = run_.input,
                      .input_options = run_.input_options,
                      .common = run_.common,
                      .sketcher = sketcher,
                      .exact_in_parallel = run_.exact_in_parallel,
                      .exact_in_order = run_.exact_in_order,
                      .index = run_.index,
                      .spool = run_.spool,
                      .explanation = run_.explanation},
                     keys, lines);
    run_.input.rewind();
    const std::uint64_t documents = keys.documents();
    NearCandidates candidates =
        find_candidates(keys,
                        {.threads = run_.common.thread_count(),
                         .memory_bytes = grouping_bytes(run_),
                         .tmp_dir = run_.tmp_dir,
                         .settled_documents = run_.index == nullptr ? 0 : run_.index->documents()},
                        budget_);
    NearGroups groups{documents, std::move(lines), std::move(candidates)};
    if (run_.work != nullptr) save_groups(groups, *run_.work);
    return groups;
  }

  WalkOptions walk_options(const NearGroups& groups) const {
    WalkOptions options;
    options.kind = run_.options.kind();
    options.threshold = run_.options.threshold;
    options.candidates_max = run_.options.candidates_max;
    options.threads = run_.common.thread_count();
    const NearCandidates& candidates = groups.candidates;
    for (std::uint32_t i = 0; run_.explanation != nullptr && i < candidates.size(); ++i) {
      if (line_of(groups, i) == run_.explanation->line) options.watched = i;
    }
    if (run_.index == nullptr) return options;
    while (options.settled < candidates.size() &&
           candidates.documents[options.settled] < run_.index->documents()) {
      ++options.settled;
    }
    return options;
  }

  void explain(const NearGroups& groups, const NearTexts& texts, const NearWalk& walk,
               ClusterForest& clusters) const {
    const std::uint32_t watched = walk.options().watched;
    if (watched == WalkOptions::kNone) return;
    NearExplanation& explanation = *run_.explanation;
    explanation.is_candidate = true;
    const std::uint32_t of = walk.verdicts()[watched].of;
    if (of != watched) explanation.removed_for = line_of(groups, of);
    for (const WatchedPair& pair : walk.watched_pairs()) {
      explanation.comparisons.push_back({line_of(groups, pair.other), pair.other_was_before,
                                         pair.earlier_is_kept, pair.similarity, pair.shared_bands,
                                         std::string(texts.excerpts[pair.other].text())});
    }
    explanation.sort_comparisons();
    const Cluster cluster = clusters.cluster_of(watched);
    if (cluster.members < 2) return;
    explanation.cluster_documents = cluster.members;
    explanation.cluster_first = line_of(groups, cluster.first);
  }

  RecallEstimate estimate(const NearGroups& groups) const {
    // Two reads.
    Progress progress("dedup: estimate", 2 * run_.input.inputs().bytes_on_disk(),
                      run_.common.quiet);
    return estimate_recall({.inputs = run_.input.inputs(),
                            .input = run_.input_options,
                            .lines = groups.lines,
                            .sketch = run_.options.sketch(),
                            .kind = run_.options.kind(),
                            .threshold = run_.options.threshold,
                            .sample = run_.options.estimate,
                            .seed = run_.common.seed,
                            .memory_bytes = estimate_bytes(run_),
                            .threads = run_.common.thread_count(),
                            .on_read = [&](std::uint64_t bytes) { progress.add_bytes(bytes); }});
  }

  NearTexts collect(const NearGroups& groups) {
    Progress progress("dedup: collect", run_.input.inputs().bytes_on_disk(), run_.common.quiet);
    NearTexts texts =
        collect_texts({.input = run_.input,
                       .input_options = run_.input_options,
                       .candidates = groups.candidates,
                       .lines = groups.lines,
                       .shingler = Shingler(run_.options.sketch().rule),
                       .keep = KeepRule::parse(run_.options.keep),
                       .index = run_.index,
                       .threads = run_.common.thread_count(),
                       .on_read = [&](std::uint64_t bytes) { progress.add_bytes(bytes); }},
                      budget_, run_.tmp_dir);
    run_.input.rewind();
    return texts;
  }

  static LineId line_of(const NearGroups& groups, std::uint32_t candidate) {
    return LineId::from_packed(groups.lines[groups.candidates.documents[candidate]]);
  }

  void compare(const NearGroups& groups, const NearTexts& texts, NearWalk& walk,
               ClusterForest& clusters, PairWriter* pairs) {
    std::optional<ScratchColumn<std::uint32_t>> order;
    if (texts.ranks.size() > 0) order.emplace(walk_order(texts, budget_, run_.tmp_dir));
    Progress progress("dedup: compare", 0, run_.common.quiet);
    walk.walk(
        texts.sets, order ? &*order : nullptr,
        [&](const VerifiedPair& pair) {
          clusters.link(pair.candidate, pair.of);
          if (pairs == nullptr) return;
          pairs->add({line_of(groups, pair.candidate), line_of(groups, pair.of), pair.similarity,
                      pair.shared_bands, pair.of_is_kept});
        },
        [&](std::uint64_t walked) { progress.add_documents(walked); });
    report_.walk = walk.counts();
  }

  void report_clusters(const NearGroups& groups, const NearTexts& texts, ClusterForest& clusters) {
    const ClusterForest::Summary summary = clusters.summarize(kClustersShown);
    report_.clusters = summary.clusters;
    report_.clustered_documents = summary.members;
    for (const Cluster& cluster : summary.largest) {
      report_.largest.push_back({line_of(groups, cluster.first), cluster.members,
                                 std::string(texts.excerpts[cluster.first].text())});
    }
    if (!summary.largest.empty() && run_.explanation == nullptr) guard(report_.largest.front());
  }

  void guard(const NearReport::ShownCluster& largest) const {
    const double limit = run_.options.cluster_share_max * static_cast<double>(report_.documents);
    if (largest.documents <= kGuardedClusterMin ||
        static_cast<double>(largest.documents) <= limit) {
      return;
    }
    throw Error(
        ExitCode::kInputRejected,
        fmt::format("{} of {} documents are one cluster of near duplicates, more than "
                    "--cluster-share-max {} allows; it begins with {}, line {}: \"{}\". Nothing "
                    "was written. Look at it with --explain; if it is right, give a larger share",
                    largest.documents, report_.documents, run_.options.cluster_share_max,
                    names_[largest.first.file()], largest.first.line(),
                    terminal_text(largest.excerpt, 80)));
  }

  DropList list_drops(const NearGroups& groups, const NearWalk& walk) {
    DropListWriter writer(run_.common.memory_bytes / 16, run_.tmp_dir);
    for (std::uint64_t i = 0; i < groups.candidates.size(); ++i) {
      const Verdict& verdict = walk.verdicts()[i];
      if (verdict.of == i) continue;
      const LineId line = line_of(groups, static_cast<std::uint32_t>(i));
      const LineId of = line_of(groups, verdict.of);
      writer.add({line, of, DropReason::kNearDuplicate, verdict.similarity});
      ++report_.removed_by_source[{line.file(), of.file()}];
    }
    return writer.finish();
  }

  const NearRun& run_;
  std::vector<std::string> names_;
  MemoryBudget budget_;
  NearReport report_;
};

}  // namespace

NearDecision decide_near_duplicates(const NearRun& run) {
  return Decision(run).make();
}

}  // namespace corpusmill
