// corpusmill check: validates every line, changes nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "common/error.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/progress_line.h"
#include "prep/commands/commands.h"
#include "prep/input/input_options.h"
#include "prep/input/line_reader.h"
#include "prep/output/bad_lines.h"
#include "prep/output/line_writer.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {
namespace {

struct CheckOptions {
  CommonOptions common;
  InputOptions input;
  std::string report;
  std::uint64_t show = 10;
};

CheckOptions parse_options(const std::vector<std::string>& arguments) {
  CheckOptions options;
  OptionSet set("check", "Validate every line; report the bad ones. Exit 1 if there are any.");
  options.input.add_to(set.app());
  set.app().add_option("--report", options.report, "write a JSON row for every bad line");
  set.app()
      .add_option("--show", options.show, "print this many bad lines in full")
      ->capture_default_str();
  options.common.add_to(set.app());
  set.example("corpusmill check data.jsonl.zst --report bad.jsonl");
  set.parse(arguments);
  return options;
}

struct CheckedBatch {
  DocumentBatch batch;
  Books books;
};

CheckedBatch check_lines(DocumentBatch batch) {
  Books books = count_lines(batch);
  return {std::move(batch), std::move(books)};
}

std::string describe_result(const RunSummary& summary) {
  const Tally& in = summary.books.in();
  return fmt::format("  {} of {} lines are bad; {} lines/s\n",
                     with_separators(summary.books.dropped_in_all().lines),
                     with_separators(in.lines),
                     with_separators(static_cast<std::uint64_t>(
                         static_cast<double>(in.lines) / std::max(summary.seconds(), 1e-3))));
}

}  // namespace

ExitCode check_command(const std::vector<std::string>& arguments) {
  const CheckOptions options = parse_options(arguments);
  RunSummary summary("check", options.common);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  if (!options.report.empty()) inputs.refuse_as_output(options.report);

  LineReader reader(inputs, options.input.line_reader_options());
  const DocumentParser parser({options.input.record_text(), false});
  BadLines bad_lines(options.show, options.report, inputs.names());
  std::optional<Progress> progress;
  progress.emplace("check", inputs.bytes_on_disk(), options.common.quiet);

  run_pipeline(
      {options.common.thread_count()},  //
      [&] { return reader.next(); },
      parallel([&](LineBatch lines) { return check_lines(parser.parse(std::move(lines))); }),
      in_order([&](CheckedBatch checked) {
        const Tally bad = checked.books.dropped_in_all();
        summary.books += checked.books;
        progress->add_bytes(checked.batch.lines.bytes_on_disk);
        progress->add_documents(checked.books.kept().lines);
        progress->add_drops(bad.lines);
        if (bad.lines == 0) return;
        for (const Document& document : checked.batch.documents) {
          if (document.dropped) bad_lines.add(document, checked.batch.lines);
        }
      }));
  progress.reset();
  bad_lines.commit();
  fmt::print(options.common.json ? stderr : stdout, "{}", bad_lines.shown_text());

  const Tally bad = summary.books.dropped_in_all();
  summary.documents = summary.books.kept().lines;
  if (!options.report.empty()) summary.outputs.push_back(options.report);
  summary.more["invalid_lines"] = bad.lines;
  summary.finish(inputs.warning_text() + describe_result(summary));
  return bad.lines == 0 ? ExitCode::kDone : ExitCode::kFoundBad;
}

}  // namespace corpusmill
