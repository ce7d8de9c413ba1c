// Regular expressions of the reference library (Oniguruma's Ruby syntax) written anew for PCRE2,
// with every character class spelled out as code points, so that the Unicode version and the
// dialect of the library that matches do not matter.
#pragma once

#include <string>
#include <string_view>

namespace corpusmill {

// Throws std::invalid_argument naming the first part whose meaning is not certainly the same:
// anchors at words, back references, case folding beyond ASCII letters, repeated groups that may
// match nothing, and whatever else is not listed here: literals, classes (nested, with &&), . ^ $
// \A \z, groups, (?i:), look-around, | * + ? {n,m}, lazy and possessive.
std::string translate_regex(std::string_view regex);

}  // namespace corpusmill
