// corpusmill tokenize: documents into token shards and a manifest.
#include "prep/commands/commands.h"
#include "prep/tokenize/shard_run.h"

namespace corpusmill {

ExitCode tokenize_command(const std::vector<std::string>& arguments) {
  ShardOptions options;
  OptionSet set("tokenize", "Turn the documents into token shards; the same command continues");
  options.add_tokenize_options(set.app());
  set.example("corpusmill tokenize clean.jsonl.zst --tokenizer tokenizer.json -o out/data");
  set.example(
      "corpusmill tokenize a.jsonl b.jsonl --tokenizer tokenizer.model --val-fraction 0.01 "
      "-o out/data");
  set.parse(arguments);
  run_shard_command("tokenize", options);
  return ExitCode::kDone;
}

}  // namespace corpusmill
