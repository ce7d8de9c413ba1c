// Code points that normalization leaves alone.
#pragma once

#include <cstdint>
#include <span>

namespace corpusmill {

struct CodePointRange {
  std::uint32_t first, last;
};

// Code points with a combining class, a composition or a compatibility mapping since Unicode 10,
// and all that Unicode 16.0 added: to 9.0 they are unassigned starters.
std::span<const CodePointRange> since_unicode_10();

}  // namespace corpusmill
