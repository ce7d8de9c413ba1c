// corpusmill dedup: the first of every text stays, byte for byte.
#include "prep/commands.h"
#include "prep/dedup/exact_dedup.h"
#include "prep/dedup/fingerprint.h"
#include "prep/input_options.h"
#include "prep/text_run.h"

namespace corpusmill {
namespace {

struct DedupOptions {
  InputOptions input;
  CommonOptions common;
  std::string output;
  bool exact = true;
};

DedupOptions parse_options(const std::vector<std::string>& arguments) {
  DedupOptions options;
  OptionSet set("dedup", "Drop rows whose text an earlier row has had; the first one stays");
  options.input.add_to(set.app());
  set.app()
      .add_option("-o,--output", options.output,
                  "Kept rows; OUTPUT.rejected.jsonl.zst gets the dropped ones")
      ->required();
  add_switch(set.app(), "--exact", options.exact, "Drop texts that are equal byte for byte");
  options.common.add_to(set.app());
  set.example("corpusmill dedup clean.jsonl.zst -o unique.jsonl.zst");
  set.parse(arguments);
  return options;
}

}  // namespace

ExitCode dedup_command(const std::vector<std::string>& arguments) {
  const DedupOptions options = parse_options(arguments);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  ExactDeduplicator deduplicator(options.common.memory_bytes, inputs.names());
  run_to_text({.command = "dedup",
               .input = options.input,
               .common = options.common,
               .inputs = inputs,
               .output = options.output,
               .in_parallel = fingerprint_documents,
               .in_order = [&](DocumentBatch& batch) { deduplicator.drop_repeats(batch); }});
  return ExitCode::kDone;
}

}  // namespace corpusmill
