#include "tokenizer/char_bpe/char_bpe_alphabet.h"

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::size_t kPageChars = 256;
constexpr std::size_t kPages = 0x110000 / kPageChars;

}  // namespace

CharBpeAlphabet::CharBpeAlphabet(const CharBpeSpec& spec,
                                 const std::vector<std::string_view>& pieces)
    : pages_(kPages, 0), entries_(kPageChars, 0) {
  for (const TokenId id : spec.characters) {
    const std::uint32_t code_point = decode_utf8(spec.text_of(id), 0).code_point;
    if (spec.rules.space_is_mark && code_point == ' ') continue;  // never met: it is a mark
    std::uint32_t& entry = entry_to_change(code_point);
    entry = id | kHasSymbol;
    if (id < spec.symbols.size()) entry |= kKnown;
    if (spec.rules.space_is_mark && code_point == kSpaceMark) entry_to_change(' ') = entry;
  }
  for (const std::string_view piece : pieces) {
    for (std::size_t at = 0; at < piece.size();) {
      const DecodedChar decoded = decode_utf8(piece, at);
      std::uint32_t& entry = entry_to_change(decoded.code_point);
      if (at > 0) entry |= kJoinsBefore;
      at += decoded.bytes;
      if (at < piece.size()) entry |= kJoinsAfter;
    }
  }
  if (spec.rules.space_is_mark) {
    if ((entry(' ') & kKnown) == 0) entry_to_change(' ') |= kIndirect;
    const std::uint32_t space = entry(' ');
    entry_to_change(kSpaceMark) = space;
  }
  for (std::uint32_t c = 0; c < ascii_symbols_.size(); ++c) ascii_symbols_[c] = symbol(c);
}

std::uint32_t& CharBpeAlphabet::entry_to_change(std::uint32_t code_point) {
  std::uint32_t& page = pages_[code_point / kPageChars];
  if (page == 0) {
    page = static_cast<std::uint32_t>(entries_.size());
    entries_.resize(entries_.size() + kPageChars, 0);
  }
  return entries_[page | code_point % kPageChars];
}

}  // namespace corpusmill
