// corpusmill run: clean, dedup, filter and tokenize in one pass, from a recipe.
#include "prep/commands/commands.h"
#include "prep/tokenize/shard_run.h"

namespace corpusmill {

ExitCode run_command(const std::vector<std::string>& arguments) {
  ShardOptions options;
  options.dedup = "exact";
  OptionSet set("run",
                "All stages in one pass: clean, dedup, filter, tokenize; the same command "
                "continues",
                ConfigFile::kPositional);
  options.add_stage_options(set.app());
  options.add_tokenize_options(set.app());
  set.example("corpusmill run recipe.toml dump.jsonl.zst -o out/data");
  set.parse(arguments);
  run_shard_command("run", options);
  return ExitCode::kDone;
}

}  // namespace corpusmill
