#include "prep/stage/row_run.h"

#include <simdjson.h>

#include <optional>
#include <utility>

#include "common/error.h"
#include "common/progress.h"
#include "prep/input/line_reader.h"
#include "prep/output/bad_lines.h"
#include "prep/output/line_writer.h"
#include "prep/output/row_output.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kLinesShown = 10;

}  // namespace

void run_rows(const RowRun& run, RunSummary& summary, const std::string& notes) {
  const InputSet inputs = InputSet::resolve(run.input.inputs);
  inputs.refuse_as_output(run.output);
  LineReader reader(inputs, run.input.line_reader_options());
  RowOutput output(run.output);
  BadLines bad_lines(kLinesShown, "", inputs.names());
  std::uint64_t tokens = 0, specials = 0;
  {
    Progress progress(run.command, inputs.bytes_on_disk(), run.common.quiet);
    run_pipeline(
        {.threads = run.common.thread_count()}, [&] { return reader.next(); },
        parallel([&](LineBatch lines) { return run.convert(std::move(lines)); }),
        in_order([&](ConvertedBatch converted) {
          const Books books = count_lines(converted.batch);
          summary.books += books;
          progress.add_bytes(converted.batch.lines.bytes_on_disk);
          progress.add_documents(books.kept().lines);
          progress.add_drops(books.dropped_in_all().lines);
          if (books.dropped_in_all().lines > 0) {
            for (const Document& document : converted.batch.documents) {
              if (!document.dropped || document.reason == DropReason::kEmptyLine) continue;
              if (run.strict) {
                refuse_line(document, inputs.names()[document.line.origin.file],
                            "the rows before it are all that was written");
              }
              bad_lines.add(document, converted.batch.lines);
            }
          }
          tokens += converted.tokens;
          specials += converted.specials;
          output.write(converted.rows);
        }));
  }
  output.commit();
  summary.documents = summary.books.kept().lines;
  summary.tokens = tokens;
  summary.more["specials_in_text"] = specials;
  if (output.is_file()) summary.outputs.push_back(run.output);
  summary.finish(inputs.warning_text() + bad_lines.shown_text() + notes);
}

void check_row_output(const std::string& output, const CommonOptions& common) {
  if (common.json && (output.empty() || output == "-")) {
    throw Error(ExitCode::kUsage,
                "--json prints on standard output, where the rows go: name a file with --output");
  }
}

DocumentBatch documents_of_plain_lines(LineBatch&& lines) {
  DocumentBatch batch;
  batch.lines = std::move(lines);
  batch.documents.reserve(batch.lines.lines.size());
  for (const Line& line : batch.lines.lines) {
    Document& document = batch.documents.emplace_back();
    document.line = line;
    document.text = batch.lines.text_of(line);
    if (line.too_long) {
      document.drop(DropReason::kLineTooLong);
      document.detail = "the line is longer than the limit";
    } else if (!simdjson::validate_utf8(document.text.data(), document.text.size())) {
      document.drop(DropReason::kInvalidUtf8);
      document.detail = "the line is not UTF-8";
    }
  }
  return batch;
}

}  // namespace corpusmill
