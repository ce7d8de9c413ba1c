#include "prep/near/near_texts.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "common/error.h"
#include "prep/input/line_reader.h"
#include "prep/record/document_parser.h"
#include "prep/record/length_filter.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {
namespace {

// What is kept of a batch's candidates.
struct CollectedBatch {
  std::vector<std::uint64_t> hashes;  // set behind set
  std::vector<std::size_t> set_ends;
  std::vector<Excerpt> excerpts;
  std::vector<double> ranks;
  std::uint64_t bytes_on_disk = 0;
};

// The number in that field of a row; the lowest of all where there is none.
double number_of(std::string_view line, const std::string& field) {
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  thread_local simdjson::dom::parser parser;
  double number = kNone;
  if (parser.parse(line.data(), line.size())[field].get(number) != simdjson::SUCCESS) return kNone;
  return number;
}

double rank_of(const KeepRule& keep, const Document& document, const LineBatch& lines) {
  if (keep.kind == KeepRule::Kind::kLongest) {
    return static_cast<double>(count_code_points(document.text));
  }
  return number_of(lines.text_of(document.line), keep.field);
}

// Leaves the batch's candidates in it, of which `next` is the first; moves `next` behind them.
void keep_candidates(LineBatch& batch, const TextCollection& collection, std::uint64_t& next) {
  const NearCandidates& candidates = collection.candidates;
  const auto is_other = [&](const Line& line) {
    if (next == candidates.size()) return true;
    const std::uint64_t wanted = collection.lines[candidates.documents[next]];
    if (LineId::of(line.origin).packed() != wanted) return true;
    ++next;
    return false;
  };
  batch.lines.erase(std::remove_if(batch.lines.begin(), batch.lines.end(), is_other),
                    batch.lines.end());
}

[[noreturn]] void refuse_changed(const TextCollection& collection, const Origin& origin) {
  throw Error(ExitCode::kInputIo,
              fmt::format("{}, line {}: changed between two reads of it; run again when nothing "
                          "writes there",
                          collection.input.inputs().files()[origin.file].name, origin.line));
}

// `is_indexed`: the documents are those of an index.
CollectedBatch collect(const DocumentBatch& batch, const TextCollection& collection,
                       bool is_indexed) {
  CollectedBatch result;
  result.bytes_on_disk = batch.lines.bytes_on_disk;
  std::vector<std::uint64_t> set;
  for (const Document& document : batch.documents) {
    if (document.dropped) refuse_changed(collection, document.line.origin);
    collection.shingler.shingle(document.text, set);
    make_shingle_set(set);
    result.hashes.insert(result.hashes.end(), set.begin(), set.end());
    result.set_ends.push_back(result.hashes.size());
    result.excerpts.emplace_back(document.text);
    if (collection.keep.kind != KeepRule::Kind::kFirst) {
      result.ranks.push_back(is_indexed ? std::numeric_limits<double>::infinity()
                                        : rank_of(collection.keep, document, batch.lines));
    }
  }
  return result;
}

void append(const CollectedBatch& batch, NearTexts& texts) {
  std::size_t begin = 0;
  for (const std::size_t end : batch.set_ends) {
    texts.sets.append(std::span(batch.hashes).subspan(begin, end - begin));
    begin = end;
  }
  for (const Excerpt& excerpt : batch.excerpts) texts.excerpts.push_back(excerpt);
  for (const double rank : batch.ranks) texts.ranks.push_back(rank);
}

}  // namespace

Excerpt::Excerpt(std::string_view text) {
  std::size_t size = std::min(text.size(), bytes_.size());
  const auto is_inside = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
  };
  while (size > 0 && is_inside(size)) --size;
  size_ = static_cast<std::uint8_t>(size);
  std::memcpy(bytes_.data(), text.data(), size);
}

namespace {

// From candidate `next` on, of the batches that `source` gives; moves `next` behind the last.
template <class Source>
void collect_from(const Source& source, RecordText record_text, bool is_indexed,
                  const TextCollection& collection, std::uint64_t& next, NearTexts& texts) {
  DocumentParserOptions parser_options;
  parser_options.record_text = std::move(record_text);
  const DocumentParser parser(std::move(parser_options));
  run_pipeline(
      {.threads = collection.threads},
      [&] {
        std::optional<LineBatch> batch = source();
        if (batch) keep_candidates(*batch, collection, next);
        return batch;
      },
      parallel([&](LineBatch lines) {
        return collect(parser.parse(std::move(lines)), collection, is_indexed);
      }),
      in_order([&](const CollectedBatch& batch) {
        append(batch, texts);
        collection.on_read(batch.bytes_on_disk);
      }));
}

void collect_indexed(const TextCollection& collection, std::uint64_t& next, NearTexts& texts) {
  const std::vector<DedupIndex::Segment>& segments = collection.index->segments();
  if (segments.empty()) return;
  LineReaderOptions options = collection.input_options.line_reader_options();
  options.files_end = segments.size();
  options.line_bytes_max = std::uint64_t{3} << 30;  // rows that we wrote ourselves
  options.digest_inputs = true;
  LineReader reader(collection.input.inputs(), options);
  collect_from([&] { return reader.next(); }, RecordText::field("text"), true, collection, next,
               texts);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    collection.index->check_texts(segments[i], reader.finished_inputs()[i]);
  }
}

}  // namespace

NearTexts collect_texts(const TextCollection& collection, MemoryBudget& budget,
                        const std::filesystem::path& tmp_dir) {
  NearTexts texts{{budget, tmp_dir}, {budget, tmp_dir}, {budget, tmp_dir}};
  std::uint64_t next = 0;
  if (collection.index != nullptr) collect_indexed(collection, next, texts);
  collect_from([&] { return collection.input.next(); }, collection.input_options.record_text(),
               false, collection, next, texts);
  if (next < collection.candidates.size()) {
    const LineId missing =
        LineId::from_packed(collection.lines[collection.candidates.documents[next]]);
    refuse_changed(collection, {missing.file(), missing.line(), 0});
  }
  texts.sets.finish();
  texts.excerpts.finish();
  texts.ranks.finish();
  return texts;
}

}  // namespace corpusmill
