#include "tokenizer/byte_level_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "common/error.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/pretokenizer.h"
#include "tokenizer/special_ids.h"

namespace corpusmill {
namespace {

using nlohmann::json;
using PretokenCounts = std::unordered_map<std::string, std::uint64_t>;

std::vector<AddedToken> special_tokens(const std::vector<std::string>& specials) {
  std::vector<AddedToken> tokens;
  std::unordered_set<std::string> seen;
  for (const std::string& special : specials) {
    if (special.empty()) throw Error(ExitCode::kUsage, "a special token is empty");
    if (!seen.insert(special).second) {
      throw Error(ExitCode::kUsage, fmt::format("the special token {} is given twice", special));
    }
    tokens.push_back(
        {.id = static_cast<TokenId>(tokens.size()), .content = special, .special = true});
  }
  return tokens;
}

void count_pretokens(std::span<const std::string> texts, const AddedTokenMatcher& specials,
                     const Pretokenizer& pretokenizer, PretokenCounts& counts) {
  std::vector<TextSection> sections;
  PretokenScratch scratch;
  for (const std::string& text : texts) {
    specials.split(text, false, sections);
    for (const TextSection& section : sections) {
      if (section.token != nullptr) continue;
      pretokenizer.split(section.text, scratch,
                         [&](std::string_view window, std::span<const std::uint32_t> ends) {
                           std::size_t begin = 0;
                           for (const std::uint32_t end : ends) {
                             ++counts[std::string(window.substr(begin, end - begin))];
                             begin = end;
                           }
                         });
    }
  }
}

// Pretokens in byte order with their counts: the same whatever the threads.
std::vector<std::pair<std::string, std::uint64_t>> count_in_parallel(
    std::span<const std::string> texts, const AddedTokenMatcher& specials, int threads) {
  const Pretokenizer pretokenizer({PretokenStage::gpt2()});
  const std::size_t parts = static_cast<std::size_t>(std::max(threads, 1));
  std::vector<PretokenCounts> counts(parts);
  std::vector<std::jthread> workers;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t begin = texts.size() * part / parts;
    const std::size_t end = texts.size() * (part + 1) / parts;
    workers.emplace_back([&, part, begin, end] {
      count_pretokens(texts.subspan(begin, end - begin), specials, pretokenizer, counts[part]);
    });
  }
  workers.clear();  // joins
  for (std::size_t part = 1; part < parts; ++part) {
    for (const auto& [pretoken, count] : counts[part]) counts[0][pretoken] += count;
    counts[part].clear();
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts[0].begin(), counts[0].end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// Specials, then the byte alphabet by code point; the id of each byte goes to `byte_ids`.
std::vector<std::string> initial_tokens(const std::vector<std::string>& specials,
                                        std::array<TokenId, 256>& byte_ids) {
  std::vector<std::string> tokens = specials;
  std::vector<std::pair<std::uint32_t, std::uint8_t>> alphabet;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto b = static_cast<std::uint8_t>(byte);
    alphabet.emplace_back(byte_spelling(b), b);
  }
  std::sort(alphabet.begin(), alphabet.end());
  for (const auto& [spelling, byte] : alphabet) {
    byte_ids[byte] = static_cast<TokenId>(tokens.size());
    const char c = static_cast<char>(byte);
    tokens.push_back(spell_bytes({&c, 1}));
  }
  return tokens;
}

json added_token_json(const AddedToken& token) {
  return {{"content", token.content}, {"lstrip", false},      {"normalized", false},
          {"rstrip", false},          {"single_word", false}, {"special", true}};
}

std::string quoted(const std::string& text) {
  return json(text).dump();
}

// Written by hand so that the vocabulary stands in the order of its ids.
std::string tokenizer_json(const std::vector<AddedToken>& specials, const LearnedMerges& learned) {
  json added = json::array();
  for (const AddedToken& token : specials) {
    added.push_back(added_token_json(token));
    added.back()["id"] = token.id;
  }
  const std::string byte_level =
      R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, )"
      R"("use_regex": true})";
  std::string out = fmt::format(
      "{{\n\"version\": \"1.0\",\n\"truncation\": null,\n\"padding\": null,\n"
      "\"added_tokens\": {},\n\"normalizer\": null,\n\"pre_tokenizer\": {},\n"
      "\"post_processor\": null,\n\"decoder\": {},\n\"model\": {{\n\"type\": \"BPE\",\n"
      "\"dropout\": null,\n\"unk_token\": null,\n\"continuing_subword_prefix\": null,\n"
      "\"end_of_word_suffix\": null,\n\"fuse_unk\": false,\n\"byte_fallback\": false,\n"
      "\"ignore_merges\": false,\n\"vocab\": {{",
      added.dump(), byte_level, byte_level);
  for (std::size_t id = 0; id < learned.tokens.size(); ++id) {
    out += fmt::format("{}\n{}: {}", id == 0 ? "" : ",", quoted(learned.tokens[id]), id);
  }
  out += "\n},\n\"merges\": [";
  for (std::size_t rank = 0; rank < learned.merges.size(); ++rank) {
    const auto [left, right] = learned.merges[rank];
    out += fmt::format("{}\n[{}, {}]", rank == 0 ? "" : ",", quoted(learned.tokens[left]),
                       quoted(learned.tokens[right]));
  }
  return out + "\n]\n}\n}\n";
}

std::string tokenizer_config_json(const std::vector<AddedToken>& specials) {
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

}  // namespace

TrainedByteLevel train_byte_level(std::span<const std::string> texts,
                                  const ByteLevelTrainingOptions& options) {
  const std::vector<AddedToken> specials = special_tokens(options.specials);
  std::array<TokenId, 256> byte_ids{};
  std::vector<std::string> tokens = initial_tokens(options.specials, byte_ids);
  if (options.vocabulary_size < tokens.size()) {
    throw Error(ExitCode::kUsage,
                fmt::format("a vocabulary of {} cannot hold {} special tokens and 256 bytes",
                            options.vocabulary_size, specials.size()));
  }
  std::vector<CountedWord> words;
  for (const auto& [pretoken, count] :
       count_in_parallel(texts, AddedTokenMatcher(specials), options.threads)) {
    CountedWord word{{}, count};
    for (const char c : pretoken) word.ids.push_back(byte_ids[static_cast<std::uint8_t>(c)]);
    words.push_back(std::move(word));
  }
  const LearnedMerges learned =
      learn_merges(std::move(words), std::move(tokens), options.vocabulary_size);
  return {.vocabulary_size = learned.tokens.size(),
          .tokenizer_json = tokenizer_json(specials, learned),
          .tokenizer_config_json = tokenizer_config_json(specials)};
}

}  // namespace corpusmill
