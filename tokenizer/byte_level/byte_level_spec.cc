#include "tokenizer/byte_level/byte_level_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "tokenizer/part_description.h"
#include "tokenizer/split/pretoken_stages.h"
#include "tokenizer/text/byte_alphabet.h"

namespace corpusmill {
namespace {

using nlohmann::json;

void check_model(const TokenizerJson& file) {
  for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const auto found = file.model.find(name);
    if (found != file.model.end() && *found != "") file.unsupported(fmt::format("model.{}", name));
  }
  const auto dropout = file.model.find("dropout");
  if (dropout != file.model.end() && *dropout != 0) file.unsupported("model.dropout");
  if (file.flag(file.model, "byte_fallback")) file.unsupported("model.byte_fallback");
}

// NFC, NFKC, or a Sequence of them; KC after C is KC, and so is C after KC.
TextNormalizer::Form normal_form(const TokenizerJson& file, const json& normalizer) {
  using Form = TextNormalizer::Form;
  if (normalizer.is_null()) return Form::kNone;
  const std::string type = type_of(normalizer);
  if (type == "NFC") return Form::kNfc;
  if (type == "NFKC") return Form::kNfkc;
  if (type != "Sequence" || !normalizer.contains("normalizers") ||
      !normalizer["normalizers"].is_array()) {
    file.unsupported(fmt::format("normalizer {}", type));
  }
  Form form = Form::kNone;
  for (const json& inner : normalizer["normalizers"]) {
    if (type_of(inner) == "Sequence") file.unsupported("a normalizer Sequence within another");
    form = std::max(form, normal_form(file, inner));
  }
  return form;
}

void check_normalized_tokens(const TokenizerJson& file, const ByteLevelSpec& spec) {
  std::unordered_set<std::string> seen;
  std::string scratch;
  for (const AddedToken& token : spec.added_tokens) {
    if (!token.normalized) continue;
    if (!seen.emplace(spec.normalizer.normalize(token.content, scratch)).second) {
      file.unsupported(fmt::format(
          "the added token {}, which another one equals after normalization,", token.content));
    }
  }
}

// The library drops bytes that the vocabulary lacks, silently; such a vocabulary is refused.
void read_bytes(const TokenizerJson& file, BpeTables& tables) {
  const auto in_utf8 = [](unsigned byte) { return byte < 0xC0 || (byte > 0xC1 && byte < 0xF5); };
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::optional<TokenId> id = file.vocabulary.find(spell_bytes({&c, 1}));
    if (id) {
      tables.byte_ids[byte] = *id;
    } else if (in_utf8(byte)) {
      file.unsupported(
          fmt::format("a vocabulary without the byte 0x{:02X} (text would be lost)", byte));
    }
  }
}

// With ignore_merges every token of the model that spells bytes.
void read_whole_pretokens(const TokenizerJson& file, BpeTables& tables) {
  if (!file.flag(file.model, "ignore_merges")) return;
  std::vector<bool> added(file.vocabulary.size());
  for (const TokenId id : file.outside_model) added[id] = true;
  tables.whole_pretokens.reserve(file.vocabulary.size(), file.vocabulary.size() * 8);
  std::string bytes;
  for (TokenId id = 0; id < file.vocabulary.size(); ++id) {
    if (added[id] || !file.vocabulary.has(id)) continue;
    bytes.clear();
    if (append_spelled_bytes(file.vocabulary.spelling(id), bytes)) {
      tables.whole_pretokens.add(bytes, id);
    }
  }
}

}  // namespace

ByteLevelSpec byte_level_spec(TokenizerJson json) {
  check_model(json);
  ByteLevelSpec spec;
  spec.normalizer = TextNormalizer(normal_form(json, json.normalizer));
  if (type_of(json.decoder) != "ByteLevel") {
    json.unsupported(fmt::format("decoder {}", type_of(json.decoder)));
  }
  spec.stages = read_pretoken_stages(json.pre_tokenizer, json.file_name);
  read_bytes(json, spec.tables);
  read_whole_pretokens(json, spec.tables);
  spec.tables.merges = std::move(json.merges);
  spec.vocabulary = std::move(json.vocabulary);
  spec.added_tokens = std::move(json.added_tokens);
  check_normalized_tokens(json, spec);
  spec.normalizer_text = describe_part(json.normalizer);
  spec.splitter_text = describe_part(json.pre_tokenizer);
  spec.warning = std::move(json.warning);
  return spec;
}

}  // namespace corpusmill
