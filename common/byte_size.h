// Sizes as people write them: "64MiB", "4GiB", "1.5GB", "1000".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corpusmill {

// Units (any case, an optional space before): B; K, M, G, T and KiB, MiB, GiB, TiB are powers of
// 1024; KB, MB, GB, TB are powers of 1000. Empty for anything else, for negative sizes and for
// what does not fit 64 bits.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

// The shortest exact spelling that parse_byte_size reads back: "4GiB", "1000".
std::string format_byte_size(std::uint64_t bytes);

}  // namespace corpusmill
