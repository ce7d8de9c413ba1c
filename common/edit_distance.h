// Nearest names, for "did you mean".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

// Damerau-Levenshtein distance in bytes: insertions, deletions, substitutions, and swaps of
// neighbours (the restricted form: no substring is edited twice).
std::size_t edit_distance(std::string_view left, std::string_view right);

// The candidate nearest to `word`, or "" if none is near: at most a third of the word's length
// (2 for short words) away, or a completion of it. The first of equals wins.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace corpusmill
