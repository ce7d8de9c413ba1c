// Code points that normalization has to look at.
#pragma once

#include <cstdint>
#include <span>

namespace corpusmill {

struct CodePointRange {
  std::uint32_t first, last;
};

// Every code point that NFC may change, move, or join to what stands before it: it changes alone,
// has a combining class, or is second in a composition. All others stay, and nothing moves across
// them. In Unicode 14.0, so more than in the library's 9.0.
std::span<const CodePointRange> nfc_suspects();
// What NFKC may change besides.
std::span<const CodePointRange> nfkc_suspects();
// Code points with a combining class, a composition or a compatibility mapping since Unicode 10,
// and all that Unicode 16.0 added: to 9.0 they are unassigned starters.
std::span<const CodePointRange> since_unicode_10();

}  // namespace corpusmill
