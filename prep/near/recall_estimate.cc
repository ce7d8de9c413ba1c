#include "prep/near/recall_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <queue>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/progress_line.h"
#include "prep/input/line_reader.h"
#include "prep/near/sample_index.h"
#include "prep/record/document_parser.h"
#include "prep/record/line_id.h"
#include "prep/signature/shingler.h"
#include "prep/signature/span_hash.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kIndexBytesPerShingle = 40;  // while it grows

double share(double part, std::uint64_t whole) {
  return whole == 0 ? 1 : part / static_cast<double>(whole);
}

// The numbers of the documents with the least hashes, rising.
std::vector<std::uint64_t> draw_sample(const EstimateRun& run) {
  using Drawn = std::pair<std::uint64_t, std::uint64_t>;  // hash, number
  std::priority_queue<Drawn> least;
  const std::uint64_t key = mix_bits(run.seed + 1);
  for (std::uint64_t number = 0; number < run.lines.size(); ++number) {
    const Drawn drawn{mix_bits(number ^ key), number};
    if (least.size() == run.sample) {
      if (!(drawn < least.top())) continue;
      least.pop();
    }
    least.push(drawn);
  }
  std::vector<std::uint64_t> sample;
  for (; !least.empty(); least.pop()) sample.push_back(least.top().second);
  std::sort(sample.begin(), sample.end());
  return sample;
}

// Documents by number with their shingles and keys, of one batch of lines.
struct ShingledBatch {
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> shingles;  // one document behind the other
  std::vector<std::size_t> shingle_ends;
  std::vector<std::uint64_t> keys;

  std::span<const std::uint64_t> shingles_of(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : shingle_ends[i - 1];
    return std::span(shingles).subspan(begin, shingle_ends[i] - begin);
  }
};

struct NumberedLines {
  LineBatch lines;
  std::vector<std::uint64_t> numbers;
};

// Reads documents by number, in order: all of them, or those of a list.
class NumberedReader {
 public:
  // `wanted` rises; empty: all.
  NumberedReader(const EstimateRun& run, std::span<const std::uint64_t> wanted)
      : run_(run), wanted_(wanted), reader_(run.inputs, run.input.line_reader_options()) {}

  std::optional<NumberedLines> next() {
    std::optional<LineBatch> batch = reader_.next();
    if (!batch) return std::nullopt;
    NumberedLines numbered{std::move(*batch), {}};
    std::erase_if(numbered.lines.lines, [&](const Line& line) {
      if (next_ == count() || LineId::of(line.origin).packed() != run_.lines[number()]) return true;
      numbered.numbers.push_back(number());
      ++next_;
      return false;
    });
    return numbered;
  }

 private:
  std::uint64_t count() const { return wanted_.empty() ? run_.lines.size() : wanted_.size(); }
  std::uint64_t number() const { return wanted_.empty() ? next_ : wanted_[next_]; }

  const EstimateRun& run_;
  std::span<const std::uint64_t> wanted_;
  LineReader reader_;
  std::uint64_t next_ = 0;
};

class Estimation {
 public:
  explicit Estimation(const EstimateRun& run)
      : run_(run),
        sample_(draw_sample(run)),
        shingler_(run.sketch.rule),
        sketcher_(run.sketch),
        parser_(parser_options(run)),
        index_(run.kind) {}

  RecallEstimate make() {
    read(
        sample_, [](ShingledBatch batch) { return batch; },
        [&](const ShingledBatch& batch) { add_to_sample(batch); });
    index_.finish();
    RecallEstimate estimate;
    estimate.documents = run_.lines.size();
    estimate.sampled = sample_.size();
    if (sample_.empty()) return estimate;
    read(
        {}, [&](ShingledBatch batch) { return count_pairs(batch); },
        [&](const RecallEstimate& counts) {
          estimate.alike += counts.alike;
          estimate.alike_found += counts.alike_found;
          estimate.alike_expected += counts.alike_expected;
          estimate.proposed += counts.proposed;
        });
    return estimate;
  }

 private:
  static DocumentParserOptions parser_options(const EstimateRun& run) {
    DocumentParserOptions options;
    options.record_text = run.input.record_text();
    return options;
  }

  ShingledBatch shingle(NumberedLines numbered) const {
    ShingledBatch result;
    const DocumentBatch batch = parser_.parse(std::move(numbered.lines));
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < batch.documents.size(); ++i) {
      const Document& document = batch.documents[i];
      if (document.dropped) {
        throw Error(
            ExitCode::kInputIo,
            fmt::format("{}, line {}: changed between two reads of it; run again when "
                        "nothing writes there",
                        run_.inputs.names()[document.line.origin.file], document.line.origin.line));
      }
      shingler_.shingle(document.text, hashes);
      result.shingles.insert(result.shingles.end(), hashes.begin(), hashes.end());
      result.shingle_ends.push_back(result.shingles.size());
      result.keys.resize(result.keys.size() + sketcher_.bands());
      sketcher_.sketch(document.text, std::span(result.keys).last(sketcher_.bands()));
      result.numbers.push_back(numbered.numbers[i]);
    }
    return result;
  }

  // Of all documents, or those whose numbers are `wanted`: `work` in parallel, and `take` of what
  // it made in order.
  template <class Work, class Take>
  void read(std::span<const std::uint64_t> wanted, Work work, Take take) const {
    using Made = std::invoke_result_t<Work&, ShingledBatch>;
    struct Result {
      std::uint64_t bytes_on_disk = 0;
      Made made;
    };
    NumberedReader reader(run_, wanted);
    run_pipeline(
        {.threads = run_.threads}, [&] { return reader.next(); },
        parallel([&](NumberedLines lines) {
          const std::uint64_t bytes = lines.lines.bytes_on_disk;
          return Result{bytes, work(shingle(std::move(lines)))};
        }),
        in_order([&](Result result) {
          take(result.made);
          if (run_.on_read) run_.on_read(result.bytes_on_disk);
        }));
  }

  void add_to_sample(const ShingledBatch& batch) {
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
      const auto shingles = batch.shingles_of(i);
      ShingleSet set(shingles.begin(), shingles.end());
      make_shingle_set(set);
      sample_bytes_ += set.size() * kIndexBytesPerShingle;
      if (sample_bytes_ > run_.memory_bytes) {
        throw Error(ExitCode::kUsage,
                    fmt::format("--estimate {}: the sample takes more than {} MiB; give a smaller "
                                "one or a larger --memory",
                                run_.sample, run_.memory_bytes >> 20));
      }
      index_.add(set, std::span(batch.keys).subspan(i * sketcher_.bands(), sketcher_.bands()));
    }
  }

  RecallEstimate count_pairs(const ShingledBatch& batch) const {
    RecallEstimate counts;
    std::vector<SampledPair> pairs;
    for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
      const std::uint64_t number = batch.numbers[i];
      const bool is_sampled = std::binary_search(sample_.begin(), sample_.end(), number);
      index_.compare(batch.shingles_of(i),
                     std::span(batch.keys).subspan(i * sketcher_.bands(), sketcher_.bands()),
                     run_.threshold, pairs);
      for (const SampledPair& pair : pairs) {
        const std::uint64_t other = sample_[pair.sampled];
        // Itself, or a pair that the other one counts.
        if (other == number || (is_sampled && other > number)) continue;
        const bool alike = pair.similarity >= run_.threshold;
        counts.proposed += pair.shares_a_band;
        counts.alike += alike;
        counts.alike_found += alike && pair.shares_a_band;
        if (alike) counts.alike_expected += run_.sketch.shape.recall(pair.jaccard);
      }
    }
    return counts;
  }

  const EstimateRun& run_;
  std::vector<std::uint64_t> sample_;
  Shingler shingler_;
  Sketcher sketcher_;
  DocumentParser parser_;
  SampleIndex index_;
  std::uint64_t sample_bytes_ = 0;
};

}  // namespace

double RecallEstimate::recall() const {
  return share(static_cast<double>(alike_found), alike);
}
double RecallEstimate::expected_recall() const {
  return share(alike_expected, alike);
}
double RecallEstimate::precision() const {
  return share(static_cast<double>(alike_found), proposed);
}

nlohmann::json RecallEstimate::to_json() const {
  nlohmann::json json;
  json["documents"] = documents;
  json["sampled"] = sampled;
  json["alike_pairs"] = alike;
  json["alike_pairs_found"] = alike_found;
  json["proposed_pairs"] = proposed;
  json["recall"] = recall();
  json["expected_recall"] = expected_recall();
  json["precision_of_bands"] = precision();
  return json;
}

std::string RecallEstimate::to_text() const {
  return fmt::format(
      "  estimate: {} documents against all {}, each pair compared: {} pairs alike, {} of them "
      "share a band ({:.1f} %; {:.1f} % expected)\n"
      "  estimate: {} pairs share a band, {:.1f} % of them are alike\n",
      with_separators(sampled), with_separators(documents), with_separators(alike),
      with_separators(alike_found), 100 * recall(), 100 * expected_recall(),
      with_separators(proposed), 100 * precision());
}

RecallEstimate estimate_recall(const EstimateRun& run) {
  return Estimation(run).make();
}

}  // namespace corpusmill
