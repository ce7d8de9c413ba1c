#include "tokenizer/byte_level/rank_encodings.h"

#include <span>

namespace corpusmill {
namespace {

// Tokens with consecutive ids. "{}" in the name stands for a number that counts up from
// `first_number`.
struct SpecialRun {
  std::string_view name;
  TokenId first_id;
  unsigned first_number = 0;
  unsigned count = 1;
};

struct PublishedEncoding {
  std::string_view name;
  std::string_view digest;   // of the published file
  std::string_view pattern;  // as it is published, for tiktoken's engine
  std::string_view read_as;  // the same for a tokenizer.json's: pretoken_stages.h
  std::span<const SpecialRun> specials;
  bool nfc = false;
};

constexpr std::string_view kR50kPattern =
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)";
constexpr std::string_view kCl100kPattern =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+)"
    R"(| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)";
// Equal without possessive repetition: nothing behind it could want a character back. A
// tokenizer.json's engine would read {1,3}+ as any number.
constexpr std::string_view kR50kReadAs =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kCl100kReadAs =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s++$|\s*[\r\n]|\s+(?!\S)|\s)";
constexpr std::string_view kO200kPattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwenPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr SpecialRun kR50kSpecials[] = {{"<|endoftext|>", 50256}};
constexpr SpecialRun kCl100kSpecials[] = {{"<|endoftext|>", 100257},
                                          {"<|fim_prefix|>", 100258},
                                          {"<|fim_middle|>", 100259},
                                          {"<|fim_suffix|>", 100260},
                                          {"<|endofprompt|>", 100276}};
constexpr SpecialRun kO200kSpecials[] = {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}};
constexpr SpecialRun kQwenSpecials[] = {{"<|endoftext|>", 151643},
                                        {"<|im_start|>", 151644},
                                        {"<|im_end|>", 151645},
                                        {"<|extra_{}|>", 151646, 0, 205}};
constexpr SpecialRun kLlama3Specials[] = {{"<|begin_of_text|>", 128000},
                                          {"<|end_of_text|>", 128001},
                                          {"<|reserved_special_token_{}|>", 128002, 0, 2},
                                          {"<|finetune_right_pad_id|>", 128004},
                                          {"<|step_id|>", 128005},
                                          {"<|start_header_id|>", 128006},
                                          {"<|end_header_id|>", 128007},
                                          {"<|eom_id|>", 128008},
                                          {"<|eot_id|>", 128009},
                                          {"<|python_tag|>", 128010},
                                          {"<|image|>", 128011},
                                          {"<|reserved_special_token_{}|>", 128012, 2, 244}};
constexpr SpecialRun kLlama4Specials[] = {
    {"<|begin_of_text|>", 200000},
    {"<|end_of_text|>", 200001},
    {"<|fim_prefix|>", 200002},
    {"<|fim_middle|>", 200003},
    {"<|fim_suffix|>", 200004},
    {"<|header_start|>", 200005},
    {"<|header_end|>", 200006},
    {"<|eom|>", 200007},
    {"<|eot|>", 200008},
    {"<|step|>", 200009},
    {"<|text_post_train_reserved_special_token_{}|>", 200010, 0, 6},
    {"<|python_start|>", 200016},
    {"<|python_end|>", 200017},
    {"<|finetune_right_pad|>", 200018},
    {"<|text_post_train_reserved_special_token_{}|>", 200019, 8, 61},
    {"<|image_start|>", 200080},
    {"<|image_end|>", 200081},
    {"<|vision_reserved_special_token_{}|>", 200082, 0, 2},
    {"<|tile_x_separator|>", 200084},
    {"<|tile_y_separator|>", 200085},
    {"<|vision_reserved_special_token_{}|>", 200086, 2, 4},
    {"<|image|>", 200090},
    {"<|vision_reserved_special_token_{}|>", 200091, 6, 1},
    {"<|patch|>", 200092},
    {"<|vision_reserved_special_token_{}|>", 200093, 7, 1041},
    {"<|reasoning_reserved_special_token_{}|>", 201134, 0, 8},
    {"<|reasoning_thinking_start|>", 201142},
    {"<|reasoning_thinking_end|>", 201143},
    {"<|reserved_special_token_{}|>", 201144, 0, 904}};

// The files of tiktoken 0.14 (whose SHA-256 it names in openai_public.py), of Qwen's first release
// and of llama-models 0.3.
constexpr PublishedEncoding kPublished[] = {
    {"r50k_base", "aa5ef69a716d8a563cb2fbe95939bd2d", kR50kPattern, kR50kReadAs, kR50kSpecials},
    {"p50k_base", "1bfe2eadd49e9688f2d3fa62565e6e17", kR50kPattern, kR50kReadAs, kR50kSpecials},
    {"cl100k_base", "7cdb781bb5d59657aa5d7bf38900641a", kCl100kPattern, kCl100kReadAs,
     kCl100kSpecials},
    {"o200k_base", "dee5d4ced09a2db672a095e82ca109d6", kO200kPattern, kO200kPattern,
     kO200kSpecials},
    {"qwen", "d68162fbd6d3acb39f288efcb5368aab", kQwenPattern, kQwenPattern, kQwenSpecials, true},
    {"llama3", "22e6ee98364f2a1fe7339703bb9e9d7b", kLlama3Pattern, kLlama3Pattern, kLlama3Specials},
    {"llama4", "fd1ec8f19c117ba2d2fc82dae9636e64", kO200kPattern, kO200kPattern, kLlama4Specials},
};

std::vector<AddedToken> listed(std::span<const SpecialRun> runs, bool normalized) {
  std::vector<AddedToken> tokens;
  for (const SpecialRun& run : runs) {
    const std::size_t hole = run.name.find("{}");
    for (unsigned i = 0; i < run.count; ++i) {
      AddedToken token;
      token.id = run.first_id + i;
      token.content = run.name;
      token.special = true;
      token.normalized = normalized;
      if (hole != std::string_view::npos) {
        token.content.replace(hole, 2, std::to_string(run.first_number + i));
      }
      tokens.push_back(std::move(token));
    }
  }
  return tokens;
}

}  // namespace

std::optional<RankEncoding> find_rank_encoding(std::string_view digest) {
  for (const PublishedEncoding& published : kPublished) {
    if (published.digest != digest) continue;
    RankEncoding encoding;
    encoding.name = published.name;
    encoding.pattern = published.read_as;
    encoding.specials = listed(published.specials, published.nfc);
    encoding.nfc = published.nfc;
    return encoding;
  }
  return std::nullopt;
}

std::optional<std::string> find_rank_pattern(std::string_view text) {
  for (const PublishedEncoding& published : kPublished) {
    if (published.name == text || published.pattern == text) return std::string(published.read_as);
  }
  return std::nullopt;
}

std::string_view find_ambiguity(std::string_view pattern) {
  for (const std::string_view part :
       {"}+",  "$",   "(^",  "|^",  "\\A", "\\B", "\\G", "\\H", "\\K",
        "\\R", "\\W", "\\X", "\\Z", "\\b", "\\h", "\\w", "\\z", "&&",
        "--",  "~~",  "[:",  "(?m", "(?s", "(?x", "(?-", "(?u", "(?R"}) {
    if (pattern.find(part) != std::string_view::npos) return part;
  }
  return pattern.starts_with('^') ? "^" : "";
}

std::string rank_encoding_names() {
  std::string names;
  for (const PublishedEncoding& published : kPublished) {
    names += (names.empty() ? "" : ", ") + std::string(published.name);
  }
  return names;
}

}  // namespace corpusmill
