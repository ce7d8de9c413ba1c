#include "prep/text_run.h"

#include <utility>

#include "common/progress.h"
#include "prep/document_parser.h"
#include "prep/line_reader.h"
#include "prep/pipeline.h"
#include "prep/run_summary.h"
#include "prep/text_sink.h"

namespace corpusmill {

void run_to_text(const TextRun& run) {
  RunSummary summary(run.command, run.common);
  run.inputs.refuse_as_output(run.output);
  LineReader reader(run.inputs, run.input.line_reader_options());
  DocumentParserOptions parser_options;
  parser_options.record_text = run.input.record_text();
  const DocumentParser parser(std::move(parser_options));
  TextSink sink(run.output, run.inputs.names());
  {
    Progress progress(run.command, run.inputs.bytes_on_disk(), run.common.quiet);
    run_pipeline(
        {.threads = run.common.thread_count()}, [&] { return reader.next(); },
        parallel([&](LineBatch lines) {
          DocumentBatch batch = parser.parse(std::move(lines));
          if (run.in_parallel) run.in_parallel(batch);
          return batch;
        }),
        in_order([&](DocumentBatch batch) {
          if (run.in_order) run.in_order(batch);
          return batch;
        }),
        in_order([&](DocumentBatch batch) {
          sink.write(batch);
          progress.add_bytes(batch.lines.bytes_on_disk);
          progress.add_documents(batch.documents.size());
        }));
  }
  sink.commit();
  summary.books = sink.books();
  summary.documents = sink.books().kept().lines;
  summary.outputs = sink.outputs();
  summary.more = run.more;
  summary.finish(run.notes + run.inputs.warning_text());
}

}  // namespace corpusmill
