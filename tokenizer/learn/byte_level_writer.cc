#include "tokenizer/learn/byte_level_writer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "tokenizer/special_ids.h"

namespace corpusmill {
namespace {

using nlohmann::json;

json added_token_json(const AddedToken& token) {
  return {{"content", token.content}, {"lstrip", false},      {"normalized", false},
          {"rstrip", false},          {"single_word", false}, {"special", true}};
}

std::string quoted(const std::string& text) {
  return json(text).dump();
}

std::string byte_level(bool use_regex) {
  return fmt::format(R"({{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, )"
                     R"("use_regex": {}}})",
                     use_regex);
}

std::string pre_tokenizer(std::string_view regex) {
  if (regex.empty()) return byte_level(true);
  return fmt::format(
      R"({{"type": "Sequence", "pretokenizers": [{{"type": "Split", "pattern": {{"Regex": {}}}, )"
      R"("behavior": "Isolated", "invert": false}}, {}]}})",
      quoted(std::string(regex)), byte_level(false));
}

}  // namespace

std::string write_tokenizer_json(const std::vector<AddedToken>& specials, std::string_view regex,
                                 const TokenTable& tokens) {
  json added = json::array();
  for (const AddedToken& token : specials) {
    added.push_back(added_token_json(token));
    added.back()["id"] = token.id;
  }
  std::string out = fmt::format(
      "{{\n\"version\": \"1.0\",\n\"truncation\": null,\n\"padding\": null,\n"
      "\"added_tokens\": {},\n\"normalizer\": null,\n\"pre_tokenizer\": {},\n"
      "\"post_processor\": null,\n\"decoder\": {},\n\"model\": {{\n\"type\": \"BPE\",\n"
      "\"dropout\": null,\n\"unk_token\": null,\n\"continuing_subword_prefix\": null,\n"
      "\"end_of_word_suffix\": null,\n\"fuse_unk\": false,\n\"byte_fallback\": false,\n"
      "\"ignore_merges\": false,\n\"vocab\": {{",
      added.dump(), pre_tokenizer(regex), byte_level(true));
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    out += fmt::format("{}\n{}: {}", id == 0 ? "" : ",", quoted(tokens.spellings()[id]), id);
  }
  out += "\n},\n\"merges\": [";
  for (std::size_t rank = 0; rank < tokens.merges().size(); ++rank) {
    const auto [left, right] = tokens.merges()[rank];
    out += fmt::format("{}\n[{}, {}]", rank == 0 ? "" : ",", quoted(tokens.spellings()[left]),
                       quoted(tokens.spellings()[right]));
  }
  return out + "\n]\n}\n}\n";
}

std::string write_tokenizer_config_json(const std::vector<AddedToken>& specials) {
  const SpecialIds ids =
      find_special_ids("", "", [&](std::string_view name) -> std::optional<TokenId> {
        for (const AddedToken& token : specials) {
          if (token.content == name) return token.id;
        }
        return std::nullopt;
      });
  const auto name_of = [&](const std::optional<TokenId>& id) {
    return id ? json(specials[*id].content) : json();
  };
  json decoder = json::object();
  for (const AddedToken& token : specials) {
    decoder[std::to_string(token.id)] = added_token_json(token);
  }
  const json config = {
      {"add_bos_token", false},        {"add_eos_token", false},
      {"add_prefix_space", false},     {"added_tokens_decoder", decoder},
      {"bos_token", name_of(ids.bos)}, {"clean_up_tokenization_spaces", false},
      {"eos_token", name_of(ids.eos)}, {"model_max_length", 32768},
      {"pad_token", name_of(ids.pad)}, {"tokenizer_class", "PreTrainedTokenizerFast"},
      {"unk_token", name_of(ids.unk)}};
  return config.dump(2) + "\n";
}

}  // namespace corpusmill
