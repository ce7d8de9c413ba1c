#include "tokenizer/char_bpe/char_bpe_json_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/part_description.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr std::string_view kMark = "\xE2\x96\x81";  // U+2581

// {"type": "Replace", "pattern": {"String": from}, "content": to}
bool is_replace(const json& part, std::string_view from, std::string_view to) {
  return type_of(part) == "Replace" && part.value("content", json()) == to &&
         part.value("pattern", json()) == json{{"String", from}};
}

bool is_split_at_spaces(const json& part) {
  return type_of(part) == "Split" && part.value("pattern", json()) == json{{"String", " "}} &&
         part.value("behavior", json()) == "MergedWithPrevious" &&
         !part.value("invert", json(false)).get<bool>();
}

// The parts of a Sequence, or the one part; none of null.
std::vector<json> parts_of(const json& part, const char* list_name) {
  if (part.is_null()) return {};
  const auto list = type_of(part) == "Sequence" ? part.find(list_name) : part.end();
  if (list == part.end() || !list->is_array()) return {part};
  return {list->begin(), list->end()};
}

class CharBpeJsonReader {
 public:
  explicit CharBpeJsonReader(TokenizerJson file)
      : file_(std::move(file)), outside_model_(file_.vocabulary.size()) {
    for (const TokenId id : file_.outside_model) outside_model_[id] = true;
  }

  CharBpeJsonSpec read() {
    check_model();
    read_marks();
    read_decoder();
    read_unknown();
    CharBpeSpec& bpe = made_.bpe;
    bpe.characters = single_characters();
    bpe.merges = std::move(file_.merges);
    bpe.whole_sections = file_.flag(file_.model, "ignore_merges");
    bpe.outside_model = std::move(file_.outside_model);
    std::sort(bpe.outside_model.begin(), bpe.outside_model.end());
    bpe.symbols = std::move(file_.vocabulary);
    made_.added_tokens = std::move(file_.added_tokens);
    made_.normalizer_text = describe_part(file_.normalizer);
    made_.splitter_text = describe_part(file_.pre_tokenizer);
    made_.warning = std::move(file_.warning);
    return std::move(made_);
  }

 private:
  void check_model() const {
    for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      const auto found = file_.model.find(name);
      if (found != file_.model.end() && *found != "") {
        file_.unsupported(fmt::format("model.{}", name));
      }
    }
    const auto dropout = file_.model.find("dropout");
    if (dropout != file_.model.end() && *dropout != 0) file_.unsupported("model.dropout");
  }

  // Where marks come from: the normalizer, or the pre-tokenizer Metaspace.
  void read_marks() {
    CharBpeTextRules& rules = made_.bpe.rules;
    rules.mark = CharBpeTextRules::Mark::kNone;
    rules.space_is_mark = false;
    for (const json& part : parts_of(file_.normalizer, "normalizers")) {
      if (rules.space_is_mark) file_.unsupported("a normalizer after Replace");
      if (is_replace(part, " ", kMark)) {
        rules.space_is_mark = true;
      } else if (type_of(part) == "Prepend" && part.value("prepend", json()) == kMark &&
                 rules.mark == CharBpeTextRules::Mark::kNone) {
        rules.mark = CharBpeTextRules::Mark::kPrefix;
      } else {
        file_.unsupported(fmt::format("this normalizer {}", type_of(part)));
      }
    }
    if (!file_.normalizer.is_null() && !rules.space_is_mark) {
      file_.unsupported("a normalizer without Replace of spaces");
    }
    const json& pre_tokenizer = file_.pre_tokenizer;
    if (pre_tokenizer.is_null() && !rules.space_is_mark) {
      file_.unsupported("a BPE over characters without marks for spaces");
    }
    // With every space replaced there is none to split at.
    if (pre_tokenizer.is_null() || (rules.space_is_mark && is_split_at_spaces(pre_tokenizer))) {
      return;
    }
    if (type_of(pre_tokenizer) != "Metaspace" || !file_.normalizer.is_null()) {
      file_.unsupported(fmt::format("pre_tokenizer {}", type_of(pre_tokenizer)));
    }
    read_metaspace(pre_tokenizer);
  }

  void read_metaspace(const json& metaspace) {
    CharBpeTextRules& rules = made_.bpe.rules;
    made_.marks_from_normalizer = false;
    if (metaspace.value("replacement", json()) != kMark) file_.unsupported("this Metaspace mark");
    const json scheme = metaspace.value("prepend_scheme", json("always"));
    const json prefix_space = metaspace.value("add_prefix_space", json());
    if (prefix_space.is_boolean() && prefix_space.get<bool>() != (scheme != "never")) {
      file_.unsupported("a Metaspace whose add_prefix_space and prepend_scheme contradict");
    }
    if (scheme != "always" && scheme != "first" && scheme != "never") {
      file_.unsupported("this Metaspace prepend_scheme");
    }
    rules.space_is_mark = true;
    rules.mark_beside_mark = false;
    rules.mark =
        scheme == "never" ? CharBpeTextRules::Mark::kNone : CharBpeTextRules::Mark::kPrefix;
    rules.mark_at_start_only = scheme == "first";
    rules.split_at_marks = !metaspace.contains("split") || file_.flag(metaspace, "split");
  }

  // Replace, ByteFallback, Fuse, Strip, in this order; all but the first two may be missing.
  void read_decoder() {
    made_.decode_marks = false;
    made_.decode_bytes = false;
    bool fused = false;
    const auto unsupported = [&](const json& part) {
      file_.unsupported(fmt::format("this decoder {}", type_of(part)));
    };
    for (const json& part : parts_of(file_.decoder, "decoders")) {
      if (is_replace(part, kMark, " ") && !made_.decode_marks && !made_.decode_bytes && !fused) {
        made_.decode_marks = true;
      } else if (type_of(part) == "ByteFallback" && !made_.decode_bytes && !fused) {
        made_.decode_bytes = true;
      } else if (type_of(part) == "Fuse") {
        fused = true;
      } else if (type_of(part) == "Strip" && fused && made_.decode_strips == 0 &&
                 part.value("content", json()) == " " && part.value("stop", json()) == 0 &&
                 part.value("start", json()).is_number_unsigned()) {
        made_.decode_strips = part["start"].get<std::size_t>();
      } else {
        unsupported(part);
      }
    }
    if (!fused) file_.unsupported("a decoder without Fuse");
  }

  void read_unknown() {
    CharBpeSpec& bpe = made_.bpe;
    bpe.fuse_unknown = file_.flag(file_.model, "fuse_unk");
    if (file_.flag(file_.model, "byte_fallback")) {
      read_byte_tokens();
      return;
    }
    const auto token = file_.model.find("unk_token");
    if (token == file_.model.end() || !token->is_string()) {
      file_.unsupported("a model without unk_token and byte_fallback (text would be lost)");
    }
    bpe.unknown = find_in_model(token->get_ref<const std::string&>());
    if (!bpe.unknown) file_.corrupt("model.unk_token is not in the model's vocabulary");
    refuse_in_merges({*bpe.unknown});
  }

  // A character of which some byte has no token would be unknown after all: of ASCII, only where
  // the character has no token either.
  void read_byte_tokens() {
    std::array<TokenId, 256> ids{};
    std::vector<TokenId> present;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const bool in_utf8 = byte < 0xC0 || (byte > 0xC1 && byte < 0xF5);
      const auto id = find_in_model(fmt::format("<0x{:02X}>", byte));
      if (id) {
        ids[byte] = *id;
        present.push_back(*id);
      } else if (in_utf8 && (byte >= 0x80 || !find_in_model({&c, 1}))) {
        file_.unsupported(fmt::format("byte_fallback without the token <0x{:02X}>", byte));
      }
    }
    refuse_in_merges(std::move(present));
    made_.bpe.byte_ids = ids;
  }

  void refuse_in_merges(std::vector<TokenId> ids) const {
    std::vector<bool> refused(file_.vocabulary.size());
    for (const TokenId id : ids) refused[id] = true;
    for (const MergeTable::Merge& merge : file_.merges) {
      for (const TokenId id : {merge.left, merge.right, merge.result}) {
        if (!refused[id]) continue;
        file_.unsupported(
            fmt::format("a merge of the token \"{}\", which stands for text without "
                        "a token of its own,",
                        file_.vocabulary.spelling(id)));
      }
    }
  }

  // Tokens of the model that are one character.
  std::vector<TokenId> single_characters() const {
    std::vector<TokenId> characters;
    for (TokenId id = 0; id < file_.vocabulary.size(); ++id) {
      const std::string_view text = file_.vocabulary.spelling(id);
      if (outside_model_[id] || text.empty() || text.size() > 4) continue;
      if (decode_utf8(text, 0).bytes == text.size()) characters.push_back(id);
    }
    return characters;
  }

  std::optional<TokenId> find_in_model(std::string_view token) const {
    const std::optional<TokenId> id = file_.vocabulary.find(token);
    return id && outside_model_[*id] ? std::nullopt : id;
  }

  TokenizerJson file_;
  std::vector<bool> outside_model_;  // by id
  CharBpeJsonSpec made_;
};

}  // namespace

bool looks_like_char_bpe(const TokenizerJson& json) {
  return type_of(json.decoder) != "ByteLevel" && !json.decoder.is_null();
}

CharBpeJsonSpec char_bpe_json_spec(TokenizerJson json) {
  return CharBpeJsonReader(std::move(json)).read();
}

}  // namespace corpusmill
