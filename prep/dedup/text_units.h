// The units of a text that shingles are made of, as numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace corpusmill {

// Each reads on from text[at] until `out` is full or the text ends, moves `at` past what it took,
// and returns how many units it wrote; at the end of the text perhaps none. `text` is valid UTF-8.

// Code points.
std::size_t read_code_points(std::string_view text, std::size_t& at, std::span<std::uint32_t> out);
// Bytes.
std::size_t read_bytes(std::string_view text, std::size_t& at, std::span<std::uint32_t> out);
// Hashes of space-delimited runs.
std::size_t read_words(std::string_view text, std::size_t& at, std::span<std::uint64_t> out);
// Hashes of Han, Kana and Thai code points and of the space-delimited runs between them.
std::size_t read_units(std::string_view text, std::size_t& at, std::span<std::uint64_t> out);

}  // namespace corpusmill
