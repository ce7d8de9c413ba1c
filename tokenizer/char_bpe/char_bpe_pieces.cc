#include "tokenizer/char_bpe/char_bpe_pieces.h"

#include <algorithm>
#include <utility>

#include "tokenizer/char_bpe/char_bpe_alphabet.h"

namespace corpusmill {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t found = text.find(from);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(found + from.size());
  }
}

std::vector<std::string> made_pieces(const CharBpeSpec& spec) {
  std::vector<bool> made(spec.symbols.size() + spec.bare_characters.size());
  for (const MergeTable::Merge& merge : spec.merges) made[merge.result] = true;
  std::vector<std::string> pieces;
  pieces.reserve(std::min(made.size(), spec.merges.size()));
  for (TokenId id = 0; id < made.size(); ++id) {
    if (!made[id]) continue;
    const std::string_view text = spec.text_of(id);
    if (!spec.rules.space_is_mark) {
      pieces.emplace_back(text);
    } else if (text.find(' ') == std::string_view::npos) {
      pieces.push_back(replaced(text, kSpaceMarkUtf8, " "));
    }
  }
  return pieces;
}

std::optional<ByteTrie> atomic_trie(const CharBpeSpec& spec) {
  std::vector<std::string> texts;
  texts.reserve(spec.atomic_pieces.size());
  std::vector<ByteTrie::Entry> entries;
  for (const CharBpeAtomicPiece& piece : spec.atomic_pieces) {
    if (spec.rules.space_is_mark) {
      if (piece.text.find(' ') != std::string::npos) continue;  // never met
      texts.push_back(replaced(piece.text, kSpaceMarkUtf8, " "));
    } else {
      texts.push_back(piece.text);
    }
    entries.push_back({texts.back(), piece.id});
  }
  if (entries.empty()) return std::nullopt;
  return ByteTrie::build(std::move(entries), kNoAtomicPiece);
}

}  // namespace corpusmill
