#include "tokenizer/tokenizer_json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/file.h"

namespace corpusmill {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Fields = std::map<std::string_view, element>;

// Far above any normalizer; a larger part is no tokenizer's.
constexpr std::size_t kPartBytesMax = 16 << 20;
static_assert(kReadFilePadding >= simdjson::SIMDJSON_PADDING);
constexpr std::size_t kMergesAtOnce = 64;
constexpr std::size_t kTokensAhead = 16;

class TokenizerJsonReader {
 public:
  explicit TokenizerJsonReader(const std::string& file_name) { made_.file_name = file_name; }

  TokenizerJson read(const element& root) {
    if (!root.is_object()) made_.corrupt("it is not a tokenizer.json: no \"model\"");
    const Fields fields = fields_of(root);
    const auto model = fields.find("model");
    if (model == fields.end()) made_.corrupt("it is not a tokenizer.json: no \"model\"");
    read_model(model->second);
    made_.normalizer = part(fields, "normalizer");
    made_.pre_tokenizer = part(fields, "pre_tokenizer");
    made_.decoder = part(fields, "decoder");
    read_added_tokens(fields);
    for (const char* name : {"truncation", "padding"}) {
      if (!has(fields, name)) continue;
      if (!made_.warning.empty()) made_.warning += "; ";
      made_.warning += fmt::format("{}: its {} settings are ignored", made_.file_name, name);
    }
    return std::move(made_);
  }

 private:
  Fields fields_of(const element& object) const {
    Fields fields;
    for (const auto& [key, value] : simdjson::dom::object(object)) {
      if (!fields.emplace(key, value).second) made_.corrupt(fmt::format("\"{}\" twice", key));
    }
    return fields;
  }

  static bool has(const Fields& fields, const char* name) {
    const auto found = fields.find(name);
    return found != fields.end() && !found->second.is_null();
  }

  nlohmann::json part(const Fields& fields, std::string_view name) const {
    const auto found = fields.find(name);
    if (found == fields.end()) return nullptr;
    const std::string text = simdjson::minify(found->second);
    if (text.size() > kPartBytesMax) made_.corrupt(fmt::format("\"{}\" is too large", name));
    return nlohmann::json::parse(text);
  }

  void read_model(const element& model) {
    if (!model.is_object()) made_.corrupt("\"model\" is not an object");
    const Fields fields = fields_of(model);
    for (const char* name : {"type", "dropout", "unk_token", "continuing_subword_prefix",
                             "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges"}) {
      if (has(fields, name)) made_.model[name] = part(fields, name);
    }
    if (type_of(made_.model) != "BPE") {
      made_.unsupported(fmt::format("model type {}", type_of(made_.model)));
    }
    read_vocabulary(fields);
    read_merges(fields);
  }

  TokenId read_id(const element& value, std::string_view token) const {
    std::uint64_t id = 0;
    if (value.get(id) != simdjson::SUCCESS || id >= kTokenIdsMax) {
      made_.corrupt(fmt::format("token \"{}\" has id {}; ids are whole numbers below {}", token,
                                std::string(simdjson::minify(value)), kTokenIdsMax));
    }
    return static_cast<TokenId>(id);
  }

  void add(std::string_view token, TokenId id) {
    const Vocabulary::Added added = made_.vocabulary.add(token, id);
    if (added == Vocabulary::Added::kIdTaken) {
      made_.corrupt(fmt::format("id {} belongs to \"{}\" and to \"{}\"", id,
                                made_.vocabulary.spelling(id), token));
    }
    if (added == Vocabulary::Added::kSpellingTaken) {
      made_.corrupt(fmt::format("token \"{}\" is in the vocabulary twice", token));
    }
  }

  void read_vocabulary(const Fields& fields) {
    const auto vocab = fields.find("vocab");
    if (vocab == fields.end() || !vocab->second.is_object()) {
      made_.corrupt("model.vocab is not an object");
    }
    const simdjson::dom::object tokens(vocab->second);
    made_.vocabulary.reserve(tokens.size(), tokens.size() * 8);
    auto ahead = tokens.begin();
    for (std::size_t i = 0; i < kTokensAhead && ahead != tokens.end(); ++i, ++ahead) {
      made_.vocabulary.prefetch(ahead.key());
    }
    for (const auto& [token, id] : tokens) {
      if (ahead != tokens.end()) {
        made_.vocabulary.prefetch(ahead.key());
        ++ahead;
      }
      add(token, read_id(id, token));
    }
  }

  void read_merges(const Fields& fields) {
    const auto merges = fields.find("merges");
    if (merges == fields.end() || !merges->second.is_array()) {
      made_.corrupt("model.merges is not a list");
    }
    const simdjson::dom::array list(merges->second);
    made_.merges.reserve(list.size());
    // Left, right, left, right, ... of merges to come, looked up together.
    std::vector<std::string_view> sides;
    for (const element& merge : list) {
      const auto [left, right] = parts_of(merge, made_.merges.size() + sides.size() / 2);
      sides.push_back(left);
      sides.push_back(right);
      if (sides.size() == 2 * kMergesAtOnce) add_merges(sides);
    }
    add_merges(sides);
  }

  void add_merges(std::vector<std::string_view>& sides) {
    std::array<TokenId, 2 * kMergesAtOnce> ids;
    std::array<TokenId, kMergesAtOnce> results;
    made_.vocabulary.find(sides, ids);
    find_joined(sides, results);
    for (std::size_t i = 0; i < sides.size(); i += 2) {
      for (const std::size_t side : {i, i + 1}) {
        if (sides[side].empty()) {
          made_.corrupt(fmt::format("merge {} joins nothing", made_.merges.size()));
        }
        if (ids[side] == Vocabulary::kNoToken) refuse_in_merge(sides[side]);
      }
      const TokenId result = results[i / 2];
      if (result == Vocabulary::kNoToken) {
        refuse_in_merge(fmt::format("{}{}", sides[i], sides[i + 1]));
      }
      const auto rank = static_cast<std::uint32_t>(made_.merges.size());
      made_.merges.push_back({ids[i], ids[i + 1], result, rank});
    }
    sides.clear();
  }

  // results[i] is the id of sides[2 i] and sides[2 i + 1] joined.
  void find_joined(std::span<const std::string_view> sides, std::span<TokenId> results) {
    std::array<std::string_view, kMergesAtOnce> unguessed;
    std::array<TokenId, kMergesAtOnce> found;
    std::array<std::uint8_t, kMergesAtOnce> merge_of;
    std::size_t count = 0, begin = 0;
    joined_.clear();
    for (const std::string_view side : sides) joined_ += side;
    for (std::size_t i = 0; i < sides.size(); i += 2) {
      const std::size_t bytes = sides[i].size() + sides[i + 1].size();
      const std::string_view joined = std::string_view(joined_).substr(begin, bytes);
      begin += bytes;
      results[i / 2] = guess(joined);
      if (results[i / 2] != Vocabulary::kNoToken) continue;
      merge_of[count] = static_cast<std::uint8_t>(i / 2);
      unguessed[count++] = joined;
    }
    made_.vocabulary.find(std::span(unguessed).first(count), found);
    for (std::size_t i = 0; i < count; ++i) results[merge_of[i]] = found[i];
    if (count > 0) last_result_ = found[count - 1];
  }

  // Most files list merges in the order of what they make, so that two spellings side by side in
  // memory take the place of a search. kNoToken: it is neither.
  TokenId guess(std::string_view joined) {
    for (const TokenId id : {last_result_, last_result_ + 1}) {
      if (made_.vocabulary.has(id) && made_.vocabulary.spelling(id) == joined) {
        return last_result_ = id;
      }
    }
    return Vocabulary::kNoToken;
  }

  std::pair<std::string_view, std::string_view> parts_of(const element& merge,
                                                         std::size_t rank) const {
    std::string_view left, right;
    if (merge.type() == element_type::STRING) {
      const std::string_view line = merge;
      const std::size_t space = line.find(' ');
      if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
        made_.corrupt(fmt::format("merge {} is \"{}\", not two tokens", rank, line));
      }
      return {line.substr(0, space), line.substr(space + 1)};
    }
    if (merge.type() == element_type::ARRAY) {
      std::size_t count = 0;
      bool strings = true;
      for (const element& token : simdjson::dom::array(merge)) {
        std::string_view& side = count == 0 ? left : right;
        strings = strings && token.get(side) == simdjson::SUCCESS;
        if (++count > 2) break;
      }
      if (count == 2 && strings) return {left, right};
    }
    made_.corrupt(fmt::format("merge {} is neither a string nor a pair of strings", rank));
  }

  [[noreturn]] void refuse_in_merge(std::string_view token) const {
    made_.corrupt(fmt::format("merge {} needs \"{}\", which is not in the vocabulary",
                              made_.merges.size(), token));
  }

  // The id that the library gives an added token: the vocabulary's if it is there, else the next
  // one. A file that declares another would be read differently by the library.
  TokenId expected_id(const std::string& content) const {
    return made_.vocabulary.find(content).value_or(next_added_id_);
  }

  void read_added_tokens(const Fields& fields) {
    if (!has(fields, "added_tokens")) return;
    const element& list = fields.at("added_tokens");
    if (!list.is_array()) made_.corrupt("added_tokens is not a list");
    next_added_id_ = static_cast<TokenId>(made_.vocabulary.tokens());
    Vocabulary seen;
    for (const element& entry : simdjson::dom::array(list)) {
      AddedToken token = read_added_token(entry);
      if (seen.add(token.content, static_cast<TokenId>(seen.size())) != Vocabulary::Added::kYes) {
        made_.corrupt(fmt::format("added token \"{}\" is listed twice", token.content));
      }
      const TokenId expected = expected_id(token.content);
      if (token.id != expected) {
        made_.corrupt(
            fmt::format("added token \"{}\" declares id {}, but the vocabulary gives it {}",
                        token.content, token.id, expected));
      }
      if (!made_.vocabulary.find(token.content)) {
        add(token.content, token.id);
        made_.outside_model.push_back(token.id);
      }
      next_added_id_ = std::max(next_added_id_, token.id + 1);
      made_.added_tokens.push_back(std::move(token));
    }
  }

  AddedToken read_added_token(const element& entry) const {
    const auto missing = [&] { made_.corrupt("an entry of added_tokens has no content or no id"); };
    if (!entry.is_object()) missing();
    const Fields fields = fields_of(entry);
    const auto content = fields.find("content");
    const auto id = fields.find("id");
    if (content == fields.end() || !content->second.is_string() || id == fields.end()) missing();
    AddedToken token;
    token.content = std::string_view(content->second);
    if (token.content.empty()) made_.corrupt("an added token is empty");
    token.id = read_id(id->second, token.content);
    token.special = added_flag(fields, "special");
    token.lstrip = added_flag(fields, "lstrip");
    token.rstrip = added_flag(fields, "rstrip");
    token.single_word = added_flag(fields, "single_word");
    token.normalized = added_flag(fields, "normalized");
    return token;
  }

  bool added_flag(const Fields& fields, const char* name) const {
    if (!has(fields, name)) return false;
    bool value = false;
    if (fields.at(name).get(value) != simdjson::SUCCESS) {
      made_.corrupt(fmt::format("\"{}\" is not true or false", name));
    }
    return value;
  }

  TokenizerJson made_;
  std::string joined_;  // scratch
  TokenId last_result_ = 0;
  TokenId next_added_id_ = 0;
};

}  // namespace

void TokenizerJson::corrupt(const std::string& what) const {
  throw Error(ExitCode::kCorrupt, fmt::format("{}: {}", file_name, what));
}

void TokenizerJson::unsupported(const std::string& what) const {
  throw Error(ExitCode::kMismatch,
              fmt::format("{}: {} is not supported: its ids could not be proven equal to the "
                          "reference library's",
                          file_name, what));
}

bool TokenizerJson::flag(const nlohmann::json& object, const char* name) const {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return false;
  if (!found->is_boolean()) corrupt(fmt::format("\"{}\" is not true or false", name));
  return found->get<bool>();
}

std::string type_of(const nlohmann::json& part) {
  const auto type = part.is_object() ? part.find("type") : part.end();
  return type != part.end() && type->is_string() ? type->get<std::string>() : "(none)";
}

TokenizerJson parse_tokenizer_json(const std::string& bytes, const std::string& file_name) {
  simdjson::dom::parser parser;
  element root;
  const simdjson::error_code error = parser.parse(bytes).get(root);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error != simdjson::SUCCESS) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: not JSON: {}", file_name, simdjson::error_message(error)));
  }
  return TokenizerJsonReader(file_name).read(root);
}

}  // namespace corpusmill
