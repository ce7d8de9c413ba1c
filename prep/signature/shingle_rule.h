// What near-duplicate detection compares: which pieces of a text make a shingle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace corpusmill {

enum class ShingleUnit : std::uint8_t {
  kUnits,  // one Han, Kana or Thai code point, or one space-delimited run of anything else
  kChars,  // one code point, white space included
  kWords,  // one space-delimited run, whatever its script
  kBytes,  // one byte of UTF-8
};

// A shingle is `length` consecutive units. White space between units of the kinds kUnits and kWords
// (Unicode's White_Space) is no part of it.
struct ShingleRule {
  static constexpr unsigned kLengthMax = 64;

  ShingleUnit unit = ShingleUnit::kUnits;
  unsigned length = 5;

  // "units:5", "chars:5", "words:5", "bytes:50". Throws Error(kUsage).
  static ShingleRule parse(std::string_view text);
  std::string text() const;
  bool operator==(const ShingleRule&) const = default;
};

}  // namespace corpusmill
