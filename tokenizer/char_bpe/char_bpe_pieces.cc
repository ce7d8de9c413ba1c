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

namespace {

// Appends the text with ' ' for every mark.
void append_spaced(std::string_view text, std::vector<char>& bytes) {
  for (std::size_t at = 0; at < text.size();) {
    const bool is_mark =
        text[at] == kSpaceMarkUtf8[0] && text.substr(at).starts_with(kSpaceMarkUtf8);
    bytes.push_back(is_mark ? ' ' : text[at]);
    at += is_mark ? kSpaceMarkUtf8.size() : 1;
  }
}

}  // namespace

MadePieces::MadePieces(const CharBpeSpec& spec, const std::vector<MergeTable::Merge>& merges) {
  std::vector<bool> made(spec.symbols.size() + spec.bare_characters.size());
  for (const MergeTable::Merge& merge : merges) made[merge.result] = true;
  std::vector<TokenId> met;
  std::size_t bytes = 0;
  for (TokenId id = 0; id < made.size(); ++id) {
    if (!made[id]) continue;
    const std::string_view text = spec.text_of(id);
    if (spec.rules.space_is_mark && text.find(' ') != std::string_view::npos) continue;
    met.push_back(id);
    bytes += text.size();
  }
  bytes_.reserve(bytes);  // so that texts stay where they are
  texts_.reserve(met.size());
  for (const TokenId id : met) {
    const std::size_t begin = bytes_.size();
    const std::string_view text = spec.text_of(id);
    if (spec.rules.space_is_mark) {
      append_spaced(text, bytes_);
    } else {
      bytes_.insert(bytes_.end(), text.begin(), text.end());
    }
    texts_.emplace_back(bytes_.data() + begin, bytes_.size() - begin);
  }
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
