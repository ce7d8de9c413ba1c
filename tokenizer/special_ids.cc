#include "tokenizer/special_ids.h"

#include <fmt/format.h>

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "common/error.h"

namespace corpusmill {
namespace {

using nlohmann::json;
using Names = std::initializer_list<std::string_view>;

std::optional<TokenId> first_known(Names names, const TokenLookup& id_of) {
  for (const std::string_view name : names) {
    if (const std::optional<TokenId> id = id_of(name)) return id;
  }
  return std::nullopt;
}

std::optional<TokenId> special_id(const json& config, const char* key,
                                  const std::string& config_name, const TokenLookup& id_of,
                                  Names usual) {
  const auto found = config.find(key);
  if (found == config.end()) return first_known(usual, id_of);
  if (found->is_null()) return std::nullopt;
  const json& name =
      found->is_object() && found->contains("content") ? (*found)["content"] : *found;
  if (!name.is_string()) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: \"{}\" is not a token", config_name, key));
  }
  const auto token = name.get<std::string>();
  const std::optional<TokenId> id = id_of(token);
  if (!id) {
    throw Error(ExitCode::kMismatch, fmt::format("{}: \"{}\" is {}, which the vocabulary lacks",
                                                 config_name, key, token));
  }
  return id;
}

}  // namespace

SpecialIds find_special_ids(std::string_view config, const std::string& config_name,
                            const TokenLookup& id_of) {
  json parsed = json::object();
  if (!config.empty()) parsed = json::parse(config, nullptr, false);
  if (!parsed.is_object()) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: not a JSON object", config_name));
  }
  const auto find = [&](const char* key, Names usual) {
    return special_id(parsed, key, config_name, id_of, usual);
  };
  SpecialIds ids;
  ids.bos = find("bos_token", {"<s>", "<|begin_of_text|>", "<|im_start|>", "<|endoftext|>"});
  ids.eos = find("eos_token", {"</s>", "<|end_of_text|>", "<|im_end|>", "<|endoftext|>"});
  ids.pad = find("pad_token", {"<pad>", "<|pad|>", "<|endoftext|>"});
  ids.unk = find("unk_token", {"<unk>"});
  return ids;
}

}  // namespace corpusmill
