// corpusmill dedup: the first of every text stays, byte for byte.
#include <fmt/format.h>

#include "prep/commands/commands.h"
#include "prep/dedup/dedup_run.h"

namespace corpusmill {
namespace {

void add_examples(OptionSet& set) {
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst");
  set.example("corpusmill dedup news.jsonl --fold all -o unique.jsonl",
              "texts that differ in case, spaces, punctuation, width or script form only");
  set.example("corpusmill dedup crawl.jsonl.zst --key url -o unique.jsonl.zst",
              "the first row of every URL");
  set.example("corpusmill dedup pages.jsonl --repeated-lines 10 -o pages.unique.jsonl",
              "and without the lines that occur more than ten times");
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst --near --pairs pairs.jsonl",
              "and texts that are nearly those of an earlier row; look at the pairs");
  set.example("corpusmill dedup clean.jsonl.zst --near --explain clean.jsonl.zst:2898",
              "why is this row dropped, or not?");
  set.example("corpusmill dedup may.jsonl.zst -o may.unique.jsonl.zst --near --index seen",
              "against all that earlier runs with this index have kept");
}

DedupOptions parse_options(const std::vector<std::string>& arguments) {
  DedupOptions options;
  OptionSet set("dedup", "Drop rows whose text an earlier row has had; the first one stays");
  CLI::App& app = set.app();
  options.input.add_to(app);
  app.add_option("-o,--output", options.output,
                 "Kept rows; OUTPUT.rejected.jsonl.zst gets the dropped ones");
  add_switch(app, "--exact,!--no-exact", options.is_exact,
             "Drop texts that are equal byte for byte");
  add_switch(app, "--near", options.is_near,
             "Drop texts that are nearly those of an earlier row, too");
  options.exact.add_to(app);
  options.repeated.add_to(app);
  options.near.add_to(app);
  app.add_option("--index", options.index,
                 "hold the rows against those that earlier runs with this folder have kept, too; "
                 "afterwards it has these as well")
      ->option_text("DIR")
      ->group("Near duplicates");
  app.add_option("--explain", options.explain,
                 "write nothing; tell what becomes of this row, and why, with all that it is "
                 "compared with")
      ->option_text("FILE:LINE")
      ->group("Near duplicates");
  options.common.add_to(app);
  add_examples(set);
  set.parse(arguments);
  options.check();
  return options;
}

}  // namespace

ExitCode dedup_command(const std::vector<std::string>& arguments) {
  const DedupOptions options = parse_options(arguments);
  if (options.explain.empty()) {
    run_dedup(options);
  } else {
    fmt::print("{}", explain_row(options));
  }
  return ExitCode::kDone;
}

}  // namespace corpusmill
