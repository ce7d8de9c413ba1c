#include "tokenizer/byte_level_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/error.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/pretoken_stages.h"

namespace corpusmill {
namespace {

using nlohmann::json;

// Fills a ByteLevelSpec from the parts of one file.
class SpecReader {
 public:
  SpecReader(const json& root, const std::string& file_name) : root_(root), file_(file_name) {}

  ByteLevelSpec read() {
    if (!root_.is_object() || !root_.contains("model")) {
      corrupt("it is not a tokenizer.json: no \"model\"");
    }
    check_model(root_["model"]);
    read_normalizer(part("normalizer"));
    read_decoder(part("decoder"));
    spec_.stages = read_pretoken_stages(part("pre_tokenizer"), file_);
    read_vocabulary(root_["model"]);
    read_bytes();
    read_merges(root_["model"]);
    read_added_tokens();
    read_truncation();
    return std::move(spec_);
  }

 private:
  [[noreturn]] void corrupt(const std::string& what) const {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: {}", file_, what));
  }
  [[noreturn]] void unsupported(const std::string& what) const {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: {} is not supported: its ids could not be proven equal to the "
                            "reference library's",
                            file_, what));
  }

  const json& part(const char* name) const {
    static const json kNull;
    const auto found = root_.find(name);
    return found == root_.end() ? kNull : *found;
  }

  static std::string type_of(const json& part) {
    return part.is_object() && part.contains("type") && part["type"].is_string()
               ? part["type"].get<std::string>()
               : std::string("(none)");
  }

  void check_model(const json& model) const {
    if (type_of(model) != "BPE") unsupported(fmt::format("model type {}", type_of(model)));
    for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      const auto found = model.find(name);
      if (found != model.end() && !found->is_null() && *found != "") {
        unsupported(fmt::format("model.{}", name));
      }
    }
    const auto dropout = model.find("dropout");
    if (dropout != model.end() && !dropout->is_null() && *dropout != 0) {
      unsupported("model.dropout");
    }
    if (flag(model, "byte_fallback")) unsupported("model.byte_fallback");
  }

  bool flag(const json& object, const char* name) const {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return false;
    if (!found->is_boolean()) corrupt(fmt::format("\"{}\" is not true or false", name));
    return found->get<bool>();
  }

  void read_normalizer(const json& normalizer) {
    if (normalizer.is_null()) return;
    const std::string type = type_of(normalizer);
    if (type == "NFC") {
      spec_.nfc = true;
    } else if (type == "Sequence" && normalizer.contains("normalizers") &&
               normalizer["normalizers"].is_array()) {
      for (const json& inner : normalizer["normalizers"]) {
        if (type_of(inner) != "NFC") unsupported(fmt::format("normalizer {}", type_of(inner)));
        spec_.nfc = true;
      }
    } else {
      unsupported(fmt::format("normalizer {}", type));
    }
  }

  void read_decoder(const json& decoder) const {
    if (type_of(decoder) != "ByteLevel") unsupported(fmt::format("decoder {}", type_of(decoder)));
  }

  TokenId read_id(const json& value, const std::string& token) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= kTokenIdsMax) {
      corrupt(fmt::format("token \"{}\" has id {}; ids are whole numbers below {}", token,
                          value.dump(), kTokenIdsMax));
    }
    return value.get<TokenId>();
  }

  void add_spelling(const std::string& token, TokenId id) {
    if (id >= spec_.spellings.size()) spec_.spellings.resize(id + std::size_t{1});
    if (taken_.size() < spec_.spellings.size()) taken_.resize(spec_.spellings.size());
    if (taken_[id]) {
      corrupt(fmt::format("id {} belongs to \"{}\" and to \"{}\"", id, spec_.spellings[id], token));
    }
    taken_[id] = true;
    spec_.spellings[id] = token;
    spec_.ids.emplace(token, id);
  }

  void read_vocabulary(const json& model) {
    const auto vocab = model.find("vocab");
    if (vocab == model.end() || !vocab->is_object()) corrupt("model.vocab is not an object");
    for (const auto& [token, id] : vocab->items()) add_spelling(token, read_id(id, token));
    model_tokens_ = spec_.ids.size();
    if (!flag(model, "ignore_merges")) return;
    for (const auto& [token, id] : spec_.ids) {
      if (const auto bytes = spelled_bytes(token)) spec_.tables.whole_pretokens.emplace(*bytes, id);
    }
  }

  // The library drops bytes that the vocabulary lacks, silently; such a vocabulary is refused.
  void read_bytes() {
    const auto in_utf8 = [](unsigned byte) { return byte < 0xC0 || (byte > 0xC1 && byte < 0xF5); };
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const auto found = spec_.ids.find(spell_bytes({&c, 1}));
      if (found != spec_.ids.end()) {
        spec_.tables.byte_ids[byte] = found->second;
      } else if (in_utf8(byte)) {
        unsupported(
            fmt::format("a vocabulary without the byte 0x{:02X} (text would be lost)", byte));
      }
    }
  }

  TokenId id_in_merge(const std::string& token, std::size_t rank) const {
    const auto found = spec_.ids.find(token);
    if (found == spec_.ids.end()) {
      corrupt(fmt::format("merge {} needs \"{}\", which is not in the vocabulary", rank, token));
    }
    return found->second;
  }

  void read_merges(const json& model) {
    const auto merges = model.find("merges");
    if (merges == model.end() || !merges->is_array()) corrupt("model.merges is not a list");
    spec_.tables.merges.reserve(merges->size());
    for (const json& merge : *merges) {
      const std::size_t rank = spec_.tables.merges.size();
      std::string left, right;
      if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        left = merge[0].get<std::string>();
        right = merge[1].get<std::string>();
      } else if (merge.is_string()) {
        const auto& line = merge.get_ref<const std::string&>();
        const std::size_t space = line.find(' ');
        if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) {
          corrupt(fmt::format("merge {} is \"{}\", not two tokens", rank, line));
        }
        left = line.substr(0, space);
        right = line.substr(space + 1);
      } else {
        corrupt(fmt::format("merge {} is neither a string nor a pair of strings", rank));
      }
      if (left.empty() || right.empty()) corrupt(fmt::format("merge {} joins nothing", rank));
      spec_.tables.merges.push_back(
          {id_in_merge(left, rank), id_in_merge(right, rank), id_in_merge(left + right, rank)});
    }
  }

  // The id that the library gives an added token: the vocabulary's if it is there, else the next
  // one. A file that declares another would be read differently by the library.
  TokenId expected_id(const std::string& content) const {
    const auto found = spec_.ids.find(content);
    if (found != spec_.ids.end()) return found->second;
    TokenId next = static_cast<TokenId>(model_tokens_);
    for (const AddedToken& token : spec_.added_tokens) next = std::max(next, token.id + 1);
    return next;
  }

  void read_added_tokens() {
    const json& list = part("added_tokens");
    if (list.is_null()) return;
    if (!list.is_array()) corrupt("added_tokens is not a list");
    std::unordered_map<std::string, TokenId> seen;
    for (const json& entry : list) {
      if (!entry.is_object() || !entry.contains("content") || !entry["content"].is_string() ||
          !entry.contains("id")) {
        corrupt("an entry of added_tokens has no content or no id");
      }
      AddedToken token;
      token.content = entry["content"].get<std::string>();
      if (token.content.empty()) corrupt("an added token is empty");
      token.id = read_id(entry["id"], token.content);
      token.special = flag(entry, "special");
      token.lstrip = flag(entry, "lstrip");
      token.rstrip = flag(entry, "rstrip");
      token.single_word = flag(entry, "single_word");
      token.normalized = flag(entry, "normalized");
      if (!seen.emplace(token.content, token.id).second) {
        corrupt(fmt::format("added token \"{}\" is listed twice", token.content));
      }
      if (token.id != expected_id(token.content)) {
        corrupt(fmt::format("added token \"{}\" declares id {}, but the vocabulary gives it {}",
                            token.content, token.id, expected_id(token.content)));
      }
      if (!spec_.ids.contains(token.content)) add_spelling(token.content, token.id);
      spec_.added_tokens.push_back(std::move(token));
    }
  }

  void read_truncation() {
    for (const char* name : {"truncation", "padding"}) {
      if (part(name).is_null()) continue;
      if (!spec_.warning.empty()) spec_.warning += "; ";
      spec_.warning += fmt::format("{}: its {} settings are ignored", file_, name);
    }
  }

  const json& root_;
  const std::string& file_;
  ByteLevelSpec spec_;
  std::vector<bool> taken_;  // by id
  std::size_t model_tokens_ = 0;
};

}  // namespace

ByteLevelSpec parse_tokenizer_json(std::string_view bytes, const std::string& file_name) {
  json root;
  try {
    root = json::parse(bytes);
  } catch (const json::parse_error& error) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: not JSON at byte {}", file_name, error.byte));
  }
  return SpecReader(root, file_name).read();
}

}  // namespace corpusmill
