#include "prep/dedup/near_dedup.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/progress.h"
#include "prep/dedup/cluster_forest.h"
#include "prep/dedup/near_candidates.h"
#include "prep/dedup/near_texts.h"
#include "prep/dedup/near_walk.h"
#include "prep/dedup/pair_writer.h"
#include "prep/document_parser.h"
#include "prep/pipeline.h"
#include "prep/rereadable_input.h"
#include "prep/terminal_text.h"

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

using LineColumn = ScratchColumn<std::uint64_t>;

struct SketchedBatch {
  std::vector<std::uint64_t> keys;   // of every document, one behind the other
  std::vector<std::uint64_t> lines;  // LineId, packed
  std::uint64_t bytes_on_disk = 0;
};

SketchedBatch sketch_batch(const DocumentBatch& batch, const Sketcher& sketcher) {
  SketchedBatch result;
  result.bytes_on_disk = batch.lines.bytes_on_disk;
  for (const Document& document : batch.documents) {
    if (document.dropped) continue;
    const std::size_t begin = result.keys.size();
    result.keys.resize(begin + sketcher.bands());
    sketcher.sketch(document.text, std::span(result.keys).subspan(begin));
    result.lines.push_back(LineId::of(document.line.origin).packed());
  }
  return result;
}

// One reading of the input, or of what is left of it.
void sketch_once(const NearRun& run, const DocumentParser& parser, const Sketcher& sketcher,
                 RereadableInput& input, BandKeys& keys, LineColumn& lines) {
  Progress progress("dedup: sketch", run.inputs.bytes_on_disk(), run.common.quiet);
  run_pipeline(
      {.threads = run.common.thread_count()}, [&] { return input.next(); },
      parallel([&](LineBatch batch) {
        DocumentBatch documents = parser.parse(std::move(batch));
        if (run.exact_in_parallel) run.exact_in_parallel(documents);
        return documents;
      }),
      in_order([&](DocumentBatch batch) {
        if (run.exact_in_order != nullptr && !run.exact_in_order->pass(batch)) {
          input.keep(batch.lines);
          batch.documents.clear();  // they come again
        }
        if (run.explanation != nullptr) run.explanation->look_at(batch);
        return batch;
      }),
      parallel([&](DocumentBatch batch) { return sketch_batch(batch, sketcher); }),
      in_order([&](SketchedBatch batch) {
        const std::span<const std::uint64_t> all(batch.keys);
        for (std::size_t i = 0; i < batch.lines.size(); ++i) {
          keys.add(all.subspan(i * sketcher.bands(), sketcher.bands()));
          lines.push_back(batch.lines[i]);
        }
        progress.add_bytes(batch.bytes_on_disk);
        progress.add_documents(batch.lines.size());
      }));
}

void sketch_documents(const NearRun& run, BandKeys& keys, LineColumn& lines) {
  const Sketcher sketcher(run.options.sketch());
  RereadableInput input(run.inputs, run.input.line_reader_options(), run.tmp_dir);
  DocumentParserOptions parser_options;
  parser_options.record_text = run.input.record_text();
  const DocumentParser parser(std::move(parser_options));
  while (true) {
    sketch_once(run, parser, sketcher, input, keys, lines);
    const auto next =
        run.exact_in_order == nullptr ? std::nullopt : run.exact_in_order->next_reading();
    if (!next) break;
    input.rewind(*next);
  }
  lines.finish();
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
      : run_(run), budget_(column_bytes(run)), lines_(budget_, run.tmp_dir) {}

  NearDecision make() {
    NearCandidates candidates = group();
    budget_.give_back(more_column_bytes(run_));
    report_.options = run_.options.to_json();
    report_.expected_recall = run_.options.sketch().shape.recall(run_.options.threshold);
    report_.candidates = candidates.size();
    if (run_.options.estimate > 0) report_.estimate = estimate();

    ClusterForest clusters(candidates.size(), budget_, run_.tmp_dir);
    NearWalk walk(candidates, walk_options(candidates), budget_, run_.tmp_dir);
    const NearTexts texts = collect(candidates);
    std::optional<PairWriter> pairs;
    if (!run_.options.pairs.empty() && run_.explanation == nullptr) {
      pairs.emplace(run_.options.pairs, run_.inputs.names(), run_.common.memory_bytes / 16,
                    run_.tmp_dir);
    }
    compare(candidates, texts, walk, clusters, pairs ? &*pairs : nullptr);
    if (run_.explanation != nullptr) explain(candidates, texts, walk, clusters);
    report_clusters(candidates, texts, clusters);
    DropList drops = list_drops(candidates, walk);
    if (pairs) pairs->commit();
    return {std::move(drops), std::move(report_)};
  }

 private:
  NearCandidates group() {
    BandKeys keys(band_bytes(run_), run_.tmp_dir);
    sketch_documents(run_, keys, lines_);
    report_.documents = keys.documents();
    return find_candidates(keys,
                           {.threads = run_.common.thread_count(),
                            .memory_bytes = grouping_bytes(run_),
                            .tmp_dir = run_.tmp_dir},
                           budget_);
  }

  WalkOptions walk_options(const NearCandidates& candidates) const {
    WalkOptions options;
    options.kind = run_.options.kind();
    options.threshold = run_.options.threshold;
    options.candidates_max = run_.options.candidates_max;
    options.threads = run_.common.thread_count();
    for (std::uint32_t i = 0; run_.explanation != nullptr && i < candidates.size(); ++i) {
      if (line_of(candidates, i) == run_.explanation->line) options.watched = i;
    }
    return options;
  }

  void explain(const NearCandidates& candidates, const NearTexts& texts, const NearWalk& walk,
               ClusterForest& clusters) const {
    const std::uint32_t watched = walk.options().watched;
    if (watched == WalkOptions::kNone) return;
    NearExplanation& explanation = *run_.explanation;
    explanation.is_candidate = true;
    const std::uint32_t of = walk.verdicts()[watched].of;
    if (of != watched) explanation.removed_for = line_of(candidates, of);
    for (const WatchedPair& pair : walk.watched_pairs()) {
      explanation.comparisons.push_back({line_of(candidates, pair.other), pair.other_was_before,
                                         pair.earlier_is_kept, pair.similarity, pair.shared_bands,
                                         std::string(texts.excerpts[pair.other].text())});
    }
    explanation.sort_comparisons();
    const Cluster cluster = clusters.cluster_of(watched);
    if (cluster.members < 2) return;
    explanation.cluster_documents = cluster.members;
    explanation.cluster_first = line_of(candidates, cluster.first);
  }

  RecallEstimate estimate() const {
    // Two reads.
    Progress progress("dedup: estimate", 2 * run_.inputs.bytes_on_disk(), run_.common.quiet);
    return estimate_recall({.inputs = run_.inputs,
                            .input = run_.input,
                            .lines = lines_,
                            .sketch = run_.options.sketch(),
                            .kind = run_.options.kind(),
                            .threshold = run_.options.threshold,
                            .sample = run_.options.estimate,
                            .seed = run_.common.seed,
                            .memory_bytes = estimate_bytes(run_),
                            .threads = run_.common.thread_count(),
                            .on_read = [&](std::uint64_t bytes) { progress.add_bytes(bytes); }});
  }

  NearTexts collect(const NearCandidates& candidates) {
    Progress progress("dedup: collect", run_.inputs.bytes_on_disk(), run_.common.quiet);
    return collect_texts({.inputs = run_.inputs,
                          .input = run_.input,
                          .candidates = candidates,
                          .lines = lines_,
                          .shingler = Shingler(run_.options.sketch().rule),
                          .keep = KeepRule::parse(run_.options.keep),
                          .threads = run_.common.thread_count(),
                          .on_read = [&](std::uint64_t bytes) { progress.add_bytes(bytes); }},
                         budget_, run_.tmp_dir);
  }

  LineId line_of(const NearCandidates& candidates, std::uint32_t candidate) const {
    return LineId::from_packed(lines_[candidates.documents[candidate]]);
  }

  void compare(const NearCandidates& candidates, const NearTexts& texts, NearWalk& walk,
               ClusterForest& clusters, PairWriter* pairs) {
    std::optional<ScratchColumn<std::uint32_t>> order;
    if (texts.ranks.size() > 0) order.emplace(walk_order(texts, budget_, run_.tmp_dir));
    Progress progress("dedup: compare", 0, run_.common.quiet);
    walk.walk(
        texts.sets, order ? &*order : nullptr,
        [&](const VerifiedPair& pair) {
          clusters.link(pair.candidate, pair.of);
          if (pairs == nullptr) return;
          pairs->add({line_of(candidates, pair.candidate), line_of(candidates, pair.of),
                      pair.similarity, pair.shared_bands, pair.of_is_kept});
        },
        [&](std::uint64_t walked) { progress.add_documents(walked); });
    report_.walk = walk.counts();
  }

  void report_clusters(const NearCandidates& candidates, const NearTexts& texts,
                       ClusterForest& clusters) {
    const ClusterForest::Summary summary = clusters.summarize(kClustersShown);
    report_.clusters = summary.clusters;
    report_.clustered_documents = summary.members;
    for (const Cluster& cluster : summary.largest) {
      report_.largest.push_back({line_of(candidates, cluster.first), cluster.members,
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
                    run_.inputs.names()[largest.first.file()], largest.first.line(),
                    terminal_text(largest.excerpt, 80)));
  }

  DropList list_drops(const NearCandidates& candidates, const NearWalk& walk) {
    DropListWriter writer(run_.common.memory_bytes / 16, run_.tmp_dir);
    for (std::uint64_t i = 0; i < candidates.size(); ++i) {
      const Verdict& verdict = walk.verdicts()[i];
      if (verdict.of == i) continue;
      const LineId line = line_of(candidates, static_cast<std::uint32_t>(i));
      const LineId of = line_of(candidates, verdict.of);
      writer.add({line, of, DropReason::kNearDuplicate, verdict.similarity});
      ++report_.removed_by_source[{line.file(), of.file()}];
    }
    return writer.finish();
  }

  const NearRun& run_;
  MemoryBudget budget_;
  LineColumn lines_;
  NearReport report_;
};

}  // namespace

NearDecision decide_near_duplicates(const NearRun& run) {
  return Decision(run).make();
}

}  // namespace corpusmill
