// What kind of character a code point is, as corpus statistics count them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpusmill {

enum class ScriptClass : std::uint8_t {
  kHan,
  kKana,
  kHangul,
  kThai,
  kLatin,
  kDigit,        // decimal digits of any script
  kPunctuation,  // and symbols
  kSpace,
  kOther,  // every other script, control characters, emoji
};

inline constexpr std::size_t kScriptClassCount = 9;
inline constexpr std::array<std::string_view, kScriptClassCount> kScriptClassNames = {
    "han", "kana", "hangul", "thai", "latin", "digit", "punctuation", "space", "other"};

// By the blocks and Script property of Unicode 15.
ScriptClass script_class_of(char32_t code_point);

// Writing without spaces: one code point is one word.
constexpr bool is_unit_script(ScriptClass script) {
  return script == ScriptClass::kHan || script == ScriptClass::kKana ||
         script == ScriptClass::kThai;
}

struct TextCounts {
  std::uint64_t characters = 0;
  std::uint64_t words = 0;  // space-delimited runs; a Han, Kana or Thai code point each
  std::uint64_t lines = 0;  // newlines, and what follows the last one
  std::array<std::uint64_t, kScriptClassCount> by_script{};
};

// `text` is valid UTF-8.
TextCounts count_text(std::string_view text);

}  // namespace corpusmill
