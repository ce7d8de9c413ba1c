#include "tokenizer/byte_level/bpe_cuts.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/bpe/id_words.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

// Tables that spell more than this are not spelled out; their text is not cut.
constexpr std::size_t kSpelledBytesMax = std::size_t{64} << 20;

// The bytes that ids stand for when they come about by merges.
class Spelling {
 public:
  // False if an id has two spellings, or all together are too long.
  bool spell(const BpeTables& tables) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const bool in_utf8 = byte < 0xC0 || (byte > 0xC1 && byte < 0xF5);
      // Other bytes may have any id; no cut stands beside them.
      if (!set(tables.byte_ids[byte], std::string(1, static_cast<char>(byte))) && in_utf8) {
        return false;
      }
    }
    // Merges mostly stand behind those that make their parts; what is never reached is never made.
    for (bool changed = true; changed;) {
      changed = false;
      for (const MergeTable::Merge& merge : tables.merges) {
        const std::string* const left = find(merge.left);
        const std::string* const right = find(merge.right);
        if (left == nullptr || right == nullptr) continue;
        changed = changed || find(merge.result) == nullptr;
        if (!set(merge.result, *left + *right)) return false;
      }
    }
    return true;
  }

  std::vector<std::string_view> results() const {
    std::vector<std::string_view> all;
    for (const std::string& bytes : bytes_) {
      if (bytes.size() > 1) all.emplace_back(bytes);
    }
    return all;
  }

 private:
  const std::string* find(TokenId id) const {
    return id < bytes_.size() && !bytes_[id].empty() ? &bytes_[id] : nullptr;
  }

  bool set(TokenId id, std::string bytes) {
    if (id >= MergeTable::kIdsMax) return true;  // no merge has it
    if (id >= bytes_.size()) bytes_.resize(id + std::size_t{1});
    if (!bytes_[id].empty()) return bytes_[id] == bytes;
    total_ += bytes.size();
    bytes_[id] = std::move(bytes);
    return total_ <= kSpelledBytesMax;
  }

  std::vector<std::string> bytes_;  // by id; empty: none
  std::size_t total_ = 0;
};

}  // namespace

std::size_t bpe_ids_end(const BpeTables& tables) {
  TokenId largest = *std::max_element(tables.byte_ids.begin(), tables.byte_ids.end());
  for (const MergeTable::Merge& merge : tables.merges) largest = std::max(largest, merge.result);
  return std::max(std::size_t{largest} + 1, tables.whole_pretokens.size());
}

std::optional<CharCuts> bpe_cuts(const BpeTables& tables) {
  if (bpe_ids_end(tables) > id_words::kNobodyMax) return std::nullopt;
  Spelling spelling;
  if (!spelling.spell(tables)) return std::nullopt;
  std::vector<std::string_view> pieces = spelling.results();
  // A pretoken that is an entry of the vocabulary stays whole.
  for (TokenId id = 0; id < tables.whole_pretokens.size(); ++id) {
    const std::string_view bytes = tables.whole_pretokens.spelling(id);
    if (!bytes.empty()) pieces.push_back(bytes);
  }
  return CharCuts(pieces);
}

bool may_cut_at(const CharCuts& cuts, std::string_view text, std::size_t at) {
  const auto left = static_cast<std::uint8_t>(text[at - 1]);
  const auto right = static_cast<std::uint8_t>(text[at]);
  if ((left | right) < 0x80) return cuts.may_cut(left, right);
  const auto is_whole = [](const DecodedChar& decoded) {
    return decoded.code_point != 0xFFFD || decoded.bytes == 3;
  };
  if (right >= 0x80 && right < 0xC0) return false;
  const DecodedChar before = decode_utf8_before(text, at), after = decode_utf8(text, at);
  return is_whole(before) && is_whole(after) && cuts.may_cut(before.code_point, after.code_point);
}

}  // namespace corpusmill
