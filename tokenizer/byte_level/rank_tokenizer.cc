#include "tokenizer/byte_level/rank_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "common/digest.h"
#include "common/error.h"
#include "tokenizer/byte_level/byte_level_spec.h"
#include "tokenizer/byte_level/byte_level_tokenizer.h"
#include "tokenizer/byte_level/rank_encodings.h"
#include "tokenizer/byte_level/rank_file.h"
#include "tokenizer/special_ids.h"
#include "tokenizer/split/pretoken_stages.h"
#include "tokenizer/text/byte_alphabet.h"

namespace corpusmill {
namespace {

using nlohmann::json;

// The config's "special_tokens".
std::vector<AddedToken> read_specials(const json& specials, const std::string& config_name) {
  const auto corrupt = [&](const std::string& what) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: {}", config_name, what));
  };
  if (!specials.is_object()) corrupt("\"special_tokens\" is no object of names and ids");
  std::vector<AddedToken> tokens;
  for (const auto& [content, id] : specials.items()) {
    if (content.empty() || !id.is_number_unsigned() || id.get<std::uint64_t>() >= kTokenIdsMax) {
      corrupt(fmt::format("special token \"{}\" has id {}; ids are whole numbers below {}", content,
                          id.dump(), kTokenIdsMax));
    }
    AddedToken token;
    token.id = id.get<TokenId>();
    token.content = content;
    token.special = true;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

// Of everything that the ids depend on.
std::string digest_with(const RankEncoding& encoding, std::string_view ranks) {
  Digester digester;
  digester.update(ranks);
  digester.update(encoding.pattern);
  for (const AddedToken& special : encoding.specials) {
    digester.update(fmt::format("\n{} {}", special.id, special.content));
  }
  return digester.digest().hex();
}

// `digest` becomes that of all that the ids depend on: of a published file, its own.
RankEncoding choose_encoding(std::string_view ranks, const std::string& ranks_name,
                             std::string_view config, const std::string& config_name,
                             std::string& digest) {
  digest = digest_of(ranks).hex();
  std::optional<RankEncoding> encoding = find_rank_encoding(digest);
  const json parsed = config.empty() ? json::object() : json::parse(config, nullptr, false);
  const auto pattern = parsed.is_object() ? parsed.find("pat_str") : parsed.end();
  const bool has_pattern = pattern != parsed.end() && pattern->is_string();
  if (!encoding && !has_pattern) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: ranks of an unknown tokenizer, which do not say how text is cut; "
                            "name it in {} as {{\"pat_str\": \"…\", \"special_tokens\": {{\"…\": "
                            "id}}}}: the regular expression, or one of {}",
                            ranks_name, config_name, rank_encoding_names()));
  }
  if (!encoding) encoding.emplace();
  if (has_pattern) {
    const auto text = pattern->get<std::string>();
    const std::optional<std::string> known = find_rank_pattern(text);
    if (!known && !find_ambiguity(text).empty()) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("{}: pat_str has {}, which is not supported: it could not be proven "
                              "equal to tiktoken's",
                              config_name, find_ambiguity(text)));
    }
    encoding->pattern = known.value_or(text);
    encoding->nfc = false;
    if (parsed.contains("special_tokens")) {
      encoding->specials = read_specials(parsed["special_tokens"], config_name);
    }
    digest = digest_with(*encoding, ranks);
  }
  return *std::move(encoding);
}

// In the byte alphabet, as a tokenizer.json spells tokens.
Vocabulary spell_out(const Vocabulary& tokens, const std::vector<AddedToken>& specials,
                     const std::string& ranks_name) {
  Vocabulary spelled;
  spelled.reserve(tokens.tokens() + specials.size(), tokens.tokens() * 10);
  const auto add = [&](std::string_view bytes, TokenId id) {
    if (spelled.add(spell_bytes(bytes), id) == Vocabulary::Added::kYes) return;
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: special token \"{}\" has id {}, and one of the two is taken",
                            ranks_name, bytes, id));
  };
  for (TokenId id = 0; id < tokens.size(); ++id) {
    if (tokens.has(id)) add(tokens.spelling(id), id);
  }
  for (const AddedToken& special : specials) add(special.content, special.id);
  return spelled;
}

std::vector<PretokenStage> stages_of(const std::string& pattern, const std::string& ranks_name) {
  const json split = {{"type", "Split"},
                      {"pattern", {{"Regex", pattern}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  const json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  const json both = {{"type", "Sequence"}, {"pretokenizers", json::array({split, bytes})}};
  return read_pretoken_stages(both, ranks_name);
}

}  // namespace

std::unique_ptr<Tokenizer> make_rank_tokenizer(std::string_view ranks,
                                               const std::string& ranks_name,
                                               std::string_view config,
                                               const std::string& config_name) {
  std::string digest;
  RankEncoding encoding = choose_encoding(ranks, ranks_name, config, config_name, digest);
  Vocabulary tokens = parse_rank_file(ranks, ranks_name);
  ByteLevelSpec spec;
  spec.kind = "tiktoken";
  spec.default_policy = SpecialInText::kText;
  spec.stages = stages_of(encoding.pattern, ranks_name);
  spec.vocabulary = spell_out(tokens, encoding.specials, ranks_name);
  spec.tables = rank_tables(std::move(tokens), ranks_name);
  spec.added_tokens = std::move(encoding.specials);
  spec.normalizer_text = encoding.nfc ? "NFC" : "none";
  spec.splitter_text = encoding.pattern;
  if (encoding.nfc) {
    spec.normalizer = TextNormalizer(TextNormalizer::Form::kNfc);
    spec.warning = fmt::format(
        "text is normalized to NFC first, as {}'s own tokenizer does; tiktoken alone does not",
        encoding.name);
  }
  const auto id_of = [&](std::string_view token) {
    return spec.vocabulary.find(spell_bytes(token));
  };
  const SpecialIds special_ids = find_special_ids(config, config_name, id_of);
  return make_byte_level_tokenizer(std::move(spec), special_ids, digest);
}

}  // namespace corpusmill
