#include "prep/stage/text_run.h"

#include <optional>
#include <utility>

#include "common/progress.h"
#include "prep/input/rereadable_input.h"
#include "prep/output/text_sink.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {

namespace {

// One reading of the input, or of what is left of it.
void read_once(const TextRun& run, const DocumentParser& parser, RereadingStage* stage,
               RereadableInput& input, TextSink& sink) {
  Progress progress(run.command, run.inputs.bytes_on_disk(), run.common.quiet);
  run_pipeline(
      {.threads = run.common.thread_count()}, [&] { return input.next(); },
      parallel([&](LineBatch lines) {
        DocumentBatch batch = parser.parse(std::move(lines));
        if (run.in_parallel) run.in_parallel(batch);
        return batch;
      }),
      in_order([&](DocumentBatch batch) {
        const bool decided = stage == nullptr || stage->pass(batch);
        if (!decided) input.keep(batch.lines);
        return std::pair(std::move(batch), decided);
      }),
      in_order([&](std::pair<DocumentBatch, bool> passed) {
        const auto& [batch, decided] = passed;
        if (decided) sink.write(batch);
        progress.add_bytes(batch.lines.bytes_on_disk);
        progress.add_documents(batch.documents.size());
      }));
}

}  // namespace

void run_to_text(const TextRun& run) {
  RunSummary summary(run.command, run.common);
  run.inputs.refuse_as_output(run.output);
  RereadableInput input(run.inputs, run.reader, run.common.spill_folder(run.output));
  DocumentParserOptions parser_options;
  parser_options.record_text = run.input.record_text();
  const DocumentParser parser(std::move(parser_options));
  TextSink sink(run.output, run.inputs.names());
  RereadingStage* const stage = run.prepare ? run.prepare(input) : run.in_order;
  while (true) {
    read_once(run, parser, stage, input, sink);
    const auto next = stage == nullptr ? std::nullopt : stage->next_reading();
    if (!next) break;
    input.rewind(*next);
  }
  sink.commit();
  summary.books = sink.books();
  summary.documents = sink.books().kept().lines;
  summary.outputs = sink.outputs();
  const std::string notes = run.summarize ? run.summarize(summary, input.finished_inputs()) : "";
  summary.finish(notes + run.inputs.warning_text());
}

}  // namespace corpusmill
