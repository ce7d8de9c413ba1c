// The options of the commands that write shards: `tokenize`, and `run`, which has the stages before
// it too. One definition for flags and recipe keys.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/options.h"
#include "prep/exact/dedup_options.h"
#include "prep/input/input_options.h"
#include "prep/near/near_options.h"
#include "prep/record/length_filter.h"
#include "prep/shards/shard_set_writer.h"
#include "prep/tokenize/document_encoder.h"

namespace corpusmill {

// How the encoder is chosen, for every command that counts or writes tokens.
struct TokenizerOptions {
  std::string tokenizer;        // --tokenizer, file or folder
  std::string special_in_text;  // parse, text, reject; empty: the library's default
  void add_to(CLI::App& app);
  std::optional<SpecialInText> policy() const;
};

struct ShardOptions {
  InputOptions input;
  CommonOptions common;
  TokenizerOptions tokenizer;
  LengthLimits limits;
  std::string dedup = "none";  // "exact", "near" (which is after exact) or "none"
  ExactOptions exact;
  RepeatedOptions repeated;
  NearOptions near;
  std::string output;  // PREFIX
  std::string source_field = "source";
  std::optional<bool> bos, eos;
  double val_fraction = 0.0;
  std::uint64_t shard_tokens = kDefaultShardTokens;
  std::string dtype = "auto";
  bool index = true;
  bool overwrite = false;
  // Of a larger input, near dedup's finished phases are kept beside the shards until they stand.
  std::uint64_t checkpoint_bytes_min = 1ULL << 30;

  void add_tokenize_options(CLI::App& app);
  // Dedup and length rules, which `run` has and `tokenize` has not.
  void add_stage_options(CLI::App& app);
  // Throws Error(kUsage) for what contradicts itself.
  void check() const;

  EncoderChoices encoder_choices() const;
  // Throws Error(kMismatch) for a vocabulary that `dtype` cannot hold.
  TokenWidth width(std::uint64_t vocabulary_size) const;
  // What shapes the shards, with everything that was left to the tokenizer decided: what the
  // options digest covers. Threads, memory, folders and verbosity are not among it.
  nlohmann::json data_options(const DocumentEncoder& encoder, TokenWidth token_width) const;
};

// `dtype` ("auto", "uint16", "uint32") for a vocabulary of that size; "auto" is the narrower one
// that holds it. Throws Error(kMismatch) naming `tokenizer` where the one asked for does not.
TokenWidth choose_width(const std::string& dtype, std::uint64_t vocabulary_size,
                        const std::string& tokenizer);

// --min-chars … --max-tokens.
void add_length_options(CLI::App& app, LengthLimits& limits);

}  // namespace corpusmill
