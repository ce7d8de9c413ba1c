// What stands where in 64 bytes of UTF-8, one bit for each byte (bit i is byte i): every byte of a
// character has the character's class. The splitters that work on 64 bytes at once find the ends of
// pretokens from these with shifts and masks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "tokenizer/unicode_class.h"

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

template <class Simd, PlaneOptions kOptions>
BytePlanes ascii_planes(const char* at) {
  BytePlanes planes;
  const auto block = Simd::load(at);
  const auto folded = Simd::set_bits(block, 0x20);
  planes.non_ascii = Simd::top_bits(block);
  planes.letter = Simd::within(folded, 'a', 'z');
  planes.number = Simd::within(block, '0', '9');
  planes.plain_space = Simd::equal(block, ' ');
  planes.space = planes.plain_space | Simd::within(block, '\t', '\r');
  if constexpr (kOptions.newlines) {
    planes.newline = Simd::equal(block, '\r') | Simd::equal(block, '\n');
  }
  if constexpr (kOptions.cases) {
    planes.upper = Simd::within(block, 'A', 'Z');
    planes.lower = planes.letter & ~planes.upper;
    planes.slash = Simd::equal(block, '/');
  }
  const std::uint64_t quotes = Simd::equal(block, '\'');
  constexpr char kFold = kOptions.fold_case ? 0x20 : 0;
  const auto second = Simd::set_bits(Simd::load(at + 1), kFold);
  const auto third = Simd::set_bits(Simd::load(at + 2), kFold);
  planes.contraction2 = quotes & (Simd::equal(second, 's') | Simd::equal(second, 't') |
                                  Simd::equal(second, 'm') | Simd::equal(second, 'd'));
  planes.contraction3 =
      quotes & (((Simd::equal(second, 'r') | Simd::equal(second, 'v')) & Simd::equal(third, 'e')) |
                (Simd::equal(second, 'l') & Simd::equal(third, 'l')));
  return planes;
}

// U+4000-9FFF save U+4DC0-4DFF, and U+B000-CFFF: letters all, told by the first byte of three.
template <class Simd>
std::uint64_t letter_leads(const char* at) {
  const auto block = Simd::load(at);
  return Simd::within(block, 0xE5, 0xE9) | Simd::within(block, 0xEB, 0xEC) |
         (Simd::equal(block, '\xE4') & ~Simd::equal(Simd::load(at + 1), '\xB7'));
}

// First bytes of the signs that are frequent in prose: U+2010-2027 (dashes and quotes),
// U+3001-3003, U+3008-3011, U+3014-301F, U+FF01-FF0F and U+FF1A-FF20. They have none of the
// classes.
template <class Simd>
std::uint64_t sign_leads(const char* at) {
  const auto first = Simd::load(at);
  const auto second = Simd::load(at + 1);
  const auto third = Simd::load(at + 2);
  const std::uint64_t second_is_80 = Simd::equal(second, '\x80');
  const std::uint64_t general = Simd::equal(first, '\xE2') & second_is_80;
  const std::uint64_t cjk = Simd::equal(first, '\xE3') & second_is_80;
  const std::uint64_t wide = Simd::equal(first, '\xEF') & Simd::equal(second, '\xBC');
  return (general & Simd::within(third, 0x90, 0xA7)) |
         (cjk & (Simd::within(third, 0x81, 0x83) | Simd::within(third, 0x88, 0x91) |
                 Simd::within(third, 0x94, 0x9F))) |
         (wide & (Simd::within(third, 0x81, 0x8F) | Simd::within(third, 0x9A, 0xA0)));
}

// Adds the characters of more than one byte. at[0, 68) is readable.
template <class Simd, PlaneOptions kOptions>
void add_wide_chars(const char* at, const std::uint16_t* table, StraddlingChar& straddling,
                    BytePlanes& planes) {
  const std::uint64_t leads = Simd::within(Simd::load(at), 0xC0, 0xFF);
  planes.continuation = planes.non_ascii & ~leads;
  if (straddling.bytes > 0) {
    add_char<kOptions>(straddling.classes, (std::uint64_t{1} << straddling.bytes) - 1, planes);
    straddling.bytes = 0;
  }
  // Most Chinese and Korean characters have a first byte that tells that they are letters.
  const std::uint64_t han = letter_leads<Simd>(at);
  planes.letter |= han | han << 1 | han << 2;
  if (han >> 62 != 0) straddling = {kLetter, 1 + static_cast<unsigned>(han >> 63)};
  const std::uint64_t signs = sign_leads<Simd>(at);
  for (std::uint64_t rest = leads & ~(han | signs); rest != 0; rest &= rest - 1) {
    const auto position = static_cast<unsigned>(std::countr_zero(rest));
    const unsigned bytes = lead_bytes(static_cast<std::uint8_t>(at[position]));
    const std::uint32_t code_point = wide_code_point(at + position, bytes);
    const unsigned classes = table[code_point];
    const std::uint64_t bits = (std::uint64_t{1} << bytes) - 1;
    add_char<kOptions>(classes, bits << position, planes);
    if (position + bytes > 64) straddling = {classes, position + bytes - 64};
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
  if ((planes.non_ascii | straddling.bytes) != 0) {
    add_wide_chars<Simd, kOptions>(at, table, straddling, planes);
  }
  return planes;
}

}  // namespace byte_planes
}  // namespace corpusmill
