#include "prep/tokenize/shard_options.h"

#include <fmt/format.h>

#include "common/error.h"
#include "prep/shards/split.h"

namespace corpusmill {
namespace {

// A switch that knows whether it was given. CLI11's add_flag sets an optional to false.
void add_choice(CLI::App& app, const std::string& name, std::optional<bool>& value,
                const std::string& description) {
  const auto assign = [&value](std::int64_t count) { value = count > 0; };
  app.add_flag_function(name, assign, description);
}

}  // namespace

void TokenizerOptions::add_to(CLI::App& app) {
  app.add_option("--tokenizer", tokenizer,
                 "sentencepiece .model, Hugging Face tokenizer.json, or the folder that holds one");
  app.add_option("--special-in-text", special_in_text,
                 "special tokens spelled in a text: parse them, encode them as text, or reject the "
                 "document (default: parse for tokenizer.json, text for .model)")
      ->check(CLI::IsMember({"parse", "text", "reject"}));
}

std::optional<SpecialInText> TokenizerOptions::policy() const {
  for (const SpecialInText policy :
       {SpecialInText::kParse, SpecialInText::kText, SpecialInText::kReject}) {
    if (special_in_text == special_in_text_name(policy)) return policy;
  }
  return std::nullopt;
}

TokenWidth choose_width(const std::string& dtype, std::uint64_t vocabulary_size,
                        const std::string& tokenizer) {
  const TokenWidth needed = width_for_vocabulary(vocabulary_size);
  if (dtype == "auto") return needed;
  const TokenWidth asked = dtype == "uint16" ? TokenWidth::kUint16 : TokenWidth::kUint32;
  if (asked < needed) {
    throw Error(ExitCode::kMismatch,
                fmt::format("--dtype uint16 cannot hold the {} ids of {}; leave --dtype out",
                            vocabulary_size, tokenizer));
  }
  return asked;
}

void add_length_options(CLI::App& app, LengthLimits& limits) {
  app.add_option("--min-chars", limits.min_chars, "drop texts of fewer characters (code points)");
  app.add_option("--max-chars", limits.max_chars, "drop texts of more characters");
  app.add_option("--min-bytes", limits.min_bytes, "drop texts of fewer bytes of UTF-8");
  app.add_option("--max-bytes", limits.max_bytes, "drop texts of more bytes");
  app.add_option("--min-tokens", limits.min_tokens,
                 "drop texts of fewer tokens, BOS and EOS not counted");
  app.add_option("--max-tokens", limits.max_tokens, "drop texts of more tokens");
}

void ShardOptions::add_tokenize_options(CLI::App& app) {
  input.add_to(app);
  tokenizer.add_to(app);
  app.add_option("-o,--output", output,
                 "PREFIX of shards and manifest: PREFIX-00000.bin …, "
                 "PREFIX.json")
      ->required();
  app.get_option("--tokenizer")->required();
  add_choice(app, "--bos,!--no-bos", bos,
             "begin every document with BOS (default: if the tokenizer has a BOS that differs from "
             "its EOS)");
  add_choice(app, "--eos,!--no-eos", eos,
             "end every document with EOS (default: if the tokenizer has one)");
  app.add_option("--val-fraction", val_fraction, "share of the documents held out for validation");
  app.add_option("--shard-tokens", shard_tokens,
                 "a shard ends where the next document would make it larger")
      ->check(CLI::PositiveNumber);
  app.add_option("--dtype", dtype, "uint16 where every id fits, else uint32, unless asked")
      ->check(CLI::IsMember({"auto", "uint16", "uint32"}));
  app.add_option("--source-field", source_field,
                 "field that names a row's source, for tokens_by_source; rows without it count "
                 "under their file's name");
  app.add_flag("!--no-index", index, "write no document index (.docs)");
  app.add_flag("--overwrite", overwrite, "start anew where PREFIX holds other data");
  common.add_to(app);
}

void ShardOptions::add_stage_options(CLI::App& app) {
  app.add_option("--dedup", dedup,
                 "drop repeated texts: exact; near, those that are nearly alike too; or none")
      ->check(CLI::IsMember({"exact", "near", "none"}));
  exact.add_to(app);
  repeated.add_to(app);
  near.add_to(app);
  add_length_options(app, limits);
}

void ShardOptions::check() const {
  limits.check();
  repeated.check(input.text_template);
  near.check();
  if (dedup == "near" && repeated.any()) {
    throw Error(ExitCode::kUsage,
                "dedup = near compares rows as they are in the input, and repeated lines and "
                "paragraphs are taken out of them; leave one of the two to a run of its own");
  }
  SplitRule(val_fraction, common.seed);
}

EncoderChoices ShardOptions::encoder_choices() const {
  EncoderChoices choices;
  choices.bos = bos;
  choices.eos = eos;
  choices.special_in_text = tokenizer.policy();
  return choices;
}

TokenWidth ShardOptions::width(std::uint64_t vocabulary_size) const {
  return choose_width(dtype, vocabulary_size, tokenizer.tokenizer);
}

nlohmann::json ShardOptions::data_options(const DocumentEncoder& encoder,
                                          TokenWidth token_width) const {
  nlohmann::json json = limits.to_json();
  if (input.text_template.empty()) {
    json["text_field"] = input.text_field;
  } else {
    json["template"] = input.text_template;
  }
  json["line_bytes_max"] = input.line_bytes_max;
  json["source_field"] = source_field;
  json["dedup"] = dedup;
  if (dedup == "near") json["near"] = near.to_json();
  exact.append_to(json);
  repeated.append_to(json);
  json["bos"] = encoder.bos();
  json["eos"] = encoder.eos();
  json["special_in_text"] = special_in_text_name(encoder.policy());
  json["val_fraction"] = val_fraction;
  json["seed"] = common.seed;
  json["shard_tokens"] = shard_tokens;
  json["dtype"] = width_name(token_width);
  json["index"] = index;
  return json;
}

}  // namespace corpusmill
