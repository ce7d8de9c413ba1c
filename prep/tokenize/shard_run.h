// The whole of `tokenize` and `run`: lines of JSONL in, published shards and their manifest out,
// restartable; in one pass, or two where exact dedup outgrows --memory. docs/architecture.md, "From
// lines to shards".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/manifest.h"
#include "prep/record/books.h"
#include "prep/tokenize/shard_options.h"

namespace corpusmill {

struct ShardRunResult {
  Manifest manifest;
  Books books;
  bool already_done = false;         // nothing was to be done: everything was verified instead
  std::uint64_t shards_resumed = 0;  // published by an earlier run
  std::uint64_t specials = 0;        // literal special tokens in the texts written
  nlohmann::json near;               // near dedup's report; null: there was none
  std::string near_text;             // the same for people
  std::vector<std::string> outputs;
  std::vector<std::string> warnings;
};

// `label` names the command in the progress display. Throws Error: kOutputInUse while another run
// writes the same prefix, kMismatch where the prefix holds data of other options, inputs or
// tokenizer, kStopped when stopped by a signal: the same call continues.
ShardRunResult run_to_shards(const std::string& label, const ShardOptions& options);

// The same for a command: prints the summary at the end.
void run_shard_command(const std::string& command, const ShardOptions& options);

}  // namespace corpusmill
