// corpusmill clean: keeps the good lines byte for byte, puts the bad ones aside.
#include <optional>

#include "common/file.h"
#include "common/options.h"
#include "common/progress.h"
#include "prep/commands/commands.h"
#include "prep/input/input_options.h"
#include "prep/input/line_reader.h"
#include "prep/output/bad_lines.h"
#include "prep/output/line_writer.h"
#include "prep/output/quarantine.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {
namespace {

struct CleanOptions {
  CommonOptions common;
  InputOptions input;
  std::string output;
  bool strict = false;
};

CleanOptions parse_options(const std::vector<std::string>& arguments) {
  CleanOptions options;
  OptionSet set("clean",
                "Keep the good lines byte for byte; put the bad ones in "
                "<output>.rejected.jsonl.zst with reason and origin");
  options.input.add_to(set.app());
  set.app()
      .add_option("-o,--output", options.output, "JSONL file to make (.gz, .zst: compressed)")
      ->required();
  add_switch(set.app(), "--strict", options.strict,
             "stop with exit code 3 at the first rejected line and write nothing");
  options.common.add_to(set.app());
  set.example("corpusmill clean data.jsonl.zst -o clean.jsonl.zst");
  set.parse(arguments);
  return options;
}

}  // namespace

ExitCode clean_command(const std::vector<std::string>& arguments) {
  const CleanOptions options = parse_options(arguments);
  RunSummary summary("clean", options.common);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  inputs.refuse_as_output(options.output);
  const DocumentParser parser({options.input.record_text(), false});
  make_directories(std::filesystem::absolute(options.output).parent_path());
  const OutputLock lock(options.output);

  LineReader reader(inputs, options.input.line_reader_options());
  LineWriter writer(options.output);
  Quarantine quarantine(Quarantine::path_for(options.output), inputs.names());
  std::optional<Progress> progress;
  progress.emplace("clean", inputs.bytes_on_disk(), options.common.quiet);

  run_pipeline(
      {options.common.thread_count()},  //
      [&] { return reader.next(); },
      parallel([&](LineBatch lines) { return parser.parse(std::move(lines)); }),
      in_order([&](DocumentBatch batch) {
        const Books books = count_lines(batch);
        summary.books += books;
        progress->add_bytes(batch.lines.bytes_on_disk);
        progress->add_documents(books.kept().lines);
        progress->add_drops(books.dropped_in_all().lines);
        writer.write_kept(batch);
        for (const Document& document : batch.documents) {
          if (!is_rejected(document)) continue;
          if (options.strict) {
            refuse_line(document, inputs.names()[document.line.origin.file], "nothing was written");
          }
          quarantine.add(document, batch.lines);
        }
      }));
  progress.reset();
  quarantine.commit();
  writer.commit();

  summary.documents = summary.books.kept().lines;
  summary.outputs = {options.output, quarantine.final_path().string()};
  summary.finish(inputs.warning_text());
  return ExitCode::kDone;
}

}  // namespace corpusmill
