#include "prep/near/near_sketch.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/progress.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {
namespace {

struct SketchedBatch {
  std::vector<std::uint64_t> keys;   // of every document, one behind the other
  std::vector<std::uint64_t> lines;  // LineId, packed
  std::vector<Digest> fingerprints;
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
    result.fingerprints.push_back(document.has_key ? document.key : Digest{});
  }
  return result;
}

void add_indexed(const SketchPass& pass, BandKeys& keys, ScratchColumn<std::uint64_t>& lines) {
  if (pass.index == nullptr) return;
  std::uint32_t file = 0;
  for (const DedupIndex::Segment& segment : pass.index->segments()) {
    pass.index->for_each(segment, [&](std::uint64_t number, const IndexedDocument& indexed) {
      keys.add(indexed.band_keys);
      lines.push_back(LineId::of({file, number + 1, 0}).packed());
    });
    ++file;
  }
}

// One reading of the input, or of what is left of it.
void sketch_once(const SketchPass& pass, const DocumentParser& parser, BandKeys& keys,
                 ScratchColumn<std::uint64_t>& lines) {
  Progress progress("dedup: sketch", pass.input.inputs().bytes_on_disk(), pass.common.quiet);
  const auto add = [&](const SketchedBatch& batch) {
    const std::span<const std::uint64_t> all(batch.keys);
    const unsigned bands = pass.sketcher.bands();
    for (std::size_t i = 0; i < batch.lines.size(); ++i) {
      keys.add(all.subspan(i * bands, bands));
      lines.push_back(batch.lines[i]);
      if (pass.spool == nullptr) continue;
      pass.spool->add({batch.fingerprints[i], all.subspan(i * bands, bands)});
    }
    progress.add_bytes(batch.bytes_on_disk);
    progress.add_documents(batch.lines.size());
  };
  run_pipeline(
      {.threads = pass.common.thread_count()}, [&] { return pass.input.next(); },
      parallel([&](LineBatch batch) {
        DocumentBatch documents = parser.parse(std::move(batch));
        if (pass.exact_in_parallel) pass.exact_in_parallel(documents);
        return documents;
      }),
      in_order([&](DocumentBatch batch) {
        // All of it comes again in any case, from a pipe too.
        pass.input.keep(batch.lines);
        if (pass.exact_in_order != nullptr && !pass.exact_in_order->pass(batch)) {
          batch.documents.clear();
        } else if (pass.explanation != nullptr) {
          pass.explanation->look_at(batch);
        }
        return batch;
      }),
      parallel([&](DocumentBatch batch) { return sketch_batch(batch, pass.sketcher); }),
      in_order([&](SketchedBatch batch) { add(batch); }));
}

}  // namespace

void sketch_documents(const SketchPass& pass, BandKeys& keys, ScratchColumn<std::uint64_t>& lines) {
  DocumentParserOptions parser_options;
  parser_options.record_text = pass.input_options.record_text();
  const DocumentParser parser(std::move(parser_options));
  add_indexed(pass, keys, lines);
  while (true) {
    sketch_once(pass, parser, keys, lines);
    const auto next =
        pass.exact_in_order == nullptr ? std::nullopt : pass.exact_in_order->next_reading();
    if (!next) break;
    pass.input.rewind(*next);
  }
  lines.finish();
}

}  // namespace corpusmill
