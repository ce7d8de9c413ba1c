// What stands where in 64 bytes of UTF-8, one bit for each byte (bit i is byte i): every byte of a
// character has the character's class. The splitters that work on 64 bytes at once find the ends of
// pretokens from these with shifts and masks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "tokenizer/text/unicode_class.h"

namespace corpusmill {

struct BytePlanes {
  std::uint64_t non_ascii = 0;
  std::uint64_t continuation = 0;  // bytes of a character but its first; set with non_ascii alone
  std::uint64_t letter = 0;        // \p{L}; with PlaneOptions::marks_are_letters \p{M} too
  std::uint64_t number = 0;        // \p{N}
  std::uint64_t space = 0;         // \s
  std::uint64_t plain_space = 0;   // U+0020
  std::uint64_t newline = 0;       // \r, \n
  std::uint64_t contraction2 = 0;  // the quote of 's 't 'm 'd, whatever stands before it
  std::uint64_t contraction3 = 0;  // the quote of 're 've 'll
  std::uint64_t upper = 0;         // \p{Lu}, \p{Lt}; here and below with PlaneOptions::cases alone
  std::uint64_t lower = 0;         // \p{Ll}
  std::uint64_t mark = 0;          // \p{M}
  std::uint64_t slash = 0;         // '/'
  std::uint64_t odd = 0;           // U+017F, which folds to s: leave it to the scalar matcher
};

// What a splitter wants to know; constants, so that no work is done for what it does not.
struct PlaneOptions {
  bool fold_case = false;  // contractions in capitals too
  bool newlines = false;
  bool cases = false;
  bool marks_are_letters = false;
};

// A character that starts in one block of 64 bytes and ends in the next.
struct StraddlingChar {
  unsigned classes = 0;
  unsigned bytes = 0;  // of it in the next block
  // The same of one of WideLeads::letters: its bytes there. Nobody can foretell whether there is
  // one, so that is not asked.
  std::uint64_t letter = 0;
};

namespace byte_planes {

inline std::uint64_t if_set(unsigned classes, unsigned bits, std::uint64_t value) {
  return (classes & bits) != 0 ? value : 0;
}

template <PlaneOptions kOptions>
void add_char(unsigned classes, std::uint64_t bytes, BytePlanes& planes) {
  constexpr unsigned kWordChars =
      kOptions.marks_are_letters ? kLetter | kCombining : unsigned{kLetter};
  planes.letter |= if_set(classes, kWordChars, bytes);
  planes.number |= if_set(classes, kNumber, bytes);
  planes.space |= if_set(classes, kSpace, bytes);
  if constexpr (kOptions.cases) {
    planes.upper |= if_set(classes, kUpper, bytes);
    planes.lower |= if_set(classes, kLower, bytes);
    planes.mark |= if_set(classes, kCombining, bytes);
  }
}

inline unsigned lead_bytes(std::uint8_t lead) {
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Of the bytes of a block that are ASCII.
struct AsciiPlanes {
  std::uint64_t letter, number, space, plain_space, newline, quote, upper, slash;
};

// First bytes of characters of more than one byte, and of those that they mostly are.
struct WideLeads {
  std::uint64_t all;
  // U+4000-9FFF save U+4DC0-4DFF, and U+B000-CFFF: letters all.
  std::uint64_t letters;
  // The signs that are frequent in prose: U+2010-2027 (dashes and quotes), U+3001-3003,
  // U+3008-3011, U+3014-301F, U+FF01-FF0F and U+FF1A-FF20. They have none of the classes.
  std::uint64_t signs;
};

// The code point of a well-formed character of `bytes` bytes; of anything else, any one below
// kCodePoints.
inline std::uint32_t wide_code_point(const char* at, unsigned bytes) {
  const auto byte = [&](unsigned i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(at[i]));
  };
  if (bytes == 2) return (byte(0) & 0x1FU) << 6 | (byte(1) & 0x3FU);
  const std::uint32_t three = (byte(0) & 0xFU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
  if (bytes == 3) return three;
  const std::uint32_t four = (three & 0x7FFFU) << 6 | (byte(3) & 0x3FU);
  return four < 0x110000U ? four : 0xFFFDU;
}

// The quotes of contractions, of which `quotes` are the candidates.
template <class Simd, PlaneOptions kOptions>
void add_contractions(const char* at, std::uint64_t quotes, BytePlanes& planes) {
  constexpr char kFold = kOptions.fold_case ? 0x20 : 0;
  const auto second = Simd::set_bits(Simd::load(at + 1), kFold);
  const auto third = Simd::set_bits(Simd::load(at + 2), kFold);
  planes.contraction2 = quotes & (Simd::equal(second, 's') | Simd::equal(second, 't') |
                                  Simd::equal(second, 'm') | Simd::equal(second, 'd'));
  planes.contraction3 =
      quotes & (((Simd::equal(second, 'r') | Simd::equal(second, 'v')) & Simd::equal(third, 'e')) |
                (Simd::equal(second, 'l') & Simd::equal(third, 'l')));
}

template <class Simd, PlaneOptions kOptions>
BytePlanes ascii_planes(const char* at) {
  BytePlanes planes;
  const auto block = Simd::load(at);
  const AsciiPlanes ascii = Simd::ascii(block);
  planes.non_ascii = Simd::top_bits(block);
  planes.letter = ascii.letter;
  planes.number = ascii.number;
  planes.plain_space = ascii.plain_space;
  planes.space = ascii.space;
  if constexpr (kOptions.newlines) planes.newline = ascii.newline;
  if constexpr (kOptions.cases) {
    planes.upper = ascii.upper;
    planes.lower = planes.letter & ~planes.upper;
    planes.slash = ascii.slash;
  }
  if (ascii.quote != 0) add_contractions<Simd, kOptions>(at, ascii.quote, planes);
  return planes;
}

// Adds the characters of more than one byte. at[0, 68) is readable.
template <class Simd, PlaneOptions kOptions>
void add_wide_chars(const char* at, const std::uint16_t* table, StraddlingChar& straddling,
                    BytePlanes& planes) {
  const WideLeads wide = Simd::wide_leads(at);
  const std::uint64_t leads = wide.all;
  planes.continuation = planes.non_ascii & ~leads;
  if (straddling.bytes > 0) {
    add_char<kOptions>(straddling.classes, (std::uint64_t{1} << straddling.bytes) - 1, planes);
    straddling.bytes = 0;
  }
  // Most Chinese and Korean characters have a first byte that tells that they are letters.
  const std::uint64_t han = wide.letters;
  planes.letter |= han | han << 1 | han << 2 | straddling.letter;
  straddling.letter = han >> 62 | han >> 63;
  std::uint64_t rest = leads & ~(han | wide.signs);
  if constexpr (Simd::kLooksUpChars) {
    if (std::popcount(rest) >= Simd::kCharsMin) {
      Simd::template add_chars<kOptions>(at, table, rest, planes);
      // But for a last one that goes on in the next block, all is done.
      const unsigned last = 63 - static_cast<unsigned>(std::countl_zero(rest));
      const bool goes_on = last + lead_bytes(static_cast<std::uint8_t>(at[last])) > 64;
      rest = goes_on ? std::uint64_t{1} << last : 0;
    }
  }
  for (; rest != 0; rest &= rest - 1) {
    const auto position = static_cast<unsigned>(std::countr_zero(rest));
    const unsigned bytes = lead_bytes(static_cast<std::uint8_t>(at[position]));
    const std::uint32_t code_point = wide_code_point(at + position, bytes);
    const unsigned classes = table[code_point];
    const std::uint64_t bits = (std::uint64_t{1} << bytes) - 1;
    add_char<kOptions>(classes, bits << position, planes);
    if (position + bytes > 64) straddling = {classes, position + bytes - 64, straddling.letter};
    if constexpr (kOptions.fold_case) {
      if (code_point == 0x17F) planes.odd |= std::uint64_t{1} << position;
    }
  }
}

// Call for successive blocks with the same `straddling`. at[0, 68) is readable; text ends in the
// middle of a block with spaces after it. `table` is char_class_table().
template <class Simd, PlaneOptions kOptions>
BytePlanes classify(const char* at, const std::uint16_t* table, StraddlingChar& straddling) {
  BytePlanes planes = ascii_planes<Simd, kOptions>(at);
  if ((planes.non_ascii | straddling.bytes | straddling.letter) != 0) {
    add_wide_chars<Simd, kOptions>(at, table, straddling, planes);
  }
  return planes;
}

}  // namespace byte_planes
}  // namespace corpusmill
