// The regular expressions of published pre-tokenizers, matched character by character: readable,
// portable, and what the splitters that work on 64 bytes at once are held to.
//
// Each function returns the end of the match that starts at `at` < text.size(); the expressions
// match everywhere, save where it says otherwise. All look only ahead of `at`.
#pragma once

#include <cstddef>
#include <string_view>

namespace corpusmill {

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t gpt2_match_end(std::string_view text, std::size_t at);

struct Cl100kOptions {
  std::size_t number_chars_max = 3;  // \p{N}{1,number_chars_max}
  bool marks_in_words = false;       // \p{M} goes with \p{L}, as in Qwen 3.5
};
// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
// |\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t cl100k_match_end(std::string_view text, std::size_t at, const Cl100kOptions& options);

struct O200kOptions {
  std::size_t number_chars_max = 3;
  bool contractions = true;  // (?i:'s|'t|'re|'ve|'m|'ll|'d)? after a word; tekken has none
};
// With U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], l = [\p{Ll}\p{Lm}\p{Lo}\p{M}] and c the contractions:
// [^\r\n\p{L}\p{N}]?U*l+c?|[^\r\n\p{L}\p{N}]?U+l*c?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*
// |\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t o200k_match_end(std::string_view text, std::size_t at, const O200kOptions& options);

// The last expression of DeepSeek V3's three, without what numbers and CJK took out before it:
// [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*
// |\s*[\r\n]+|\s+(?!\S)|\s+
// Returns `at` where nothing matches.
std::size_t deepseek_match_end(std::string_view text, std::size_t at);

// The end of the characters from `at` that have one of `classes` (CharClass bits), at most
// `chars_max` of them; with `none` of those that have none of them. `at` may be the end.
std::size_t class_run_end(std::string_view text, std::size_t at, unsigned classes, bool none,
                          std::size_t chars_max = ~std::size_t{0});

}  // namespace corpusmill
