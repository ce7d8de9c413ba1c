#include "tokenizer/tokenizer_json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/file.h"
#include "tokenizer/merge_list.h"

namespace corpusmill {
namespace {

using simdjson::dom::element;
using Fields = std::map<std::string_view, element>;

// Far above any normalizer; a larger part is no tokenizer's.
constexpr std::size_t kPartBytesMax = 16 << 20;
static_assert(kReadFilePadding >= simdjson::SIMDJSON_PADDING);
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
    made_.merges = read_merge_list(simdjson::dom::array(merges->second), made_);
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
