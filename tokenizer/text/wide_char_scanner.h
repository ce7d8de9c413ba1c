// Skips over characters that normalization never changes, 32 bytes at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpusmill {

// A byte is looked for if the entries of its two halves have a bit in common.
struct HalfByteTables {
  std::array<std::uint8_t, 16> low, high;

  bool holds(char c) const {
    const auto byte = static_cast<std::uint8_t>(c);
    return (low[byte & 0xFU] & high[byte >> 4]) != 0;
  }
};

inline constexpr HalfByteTables kWideLeads = {
    .low = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    .high = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}};

// Bit 1 is for first bytes 0xC?, 2 for 0xD?, 4 for 0xE?, 8 for 0xF?.
constexpr HalfByteTables make_unusual_leads() {
  HalfByteTables tables{};
  for (unsigned low = 0; low < 16; ++low) {
    const bool below_0300 = low >= 0x2 && low <= 0xB;
    const bool below_0480 = low <= 0x1;
    const bool han = low >= 0x4 && low <= 0x9;
    const bool hangul = low == 0xB || low == 0xC;
    tables.low[low] = static_cast<std::uint8_t>((below_0300 ? 0 : 1) | (below_0480 ? 0 : 2) |
                                                (han || hangul ? 0 : 4) | 8);
  }
  for (unsigned i = 0; i < 4; ++i) tables.high[0xC + i] = static_cast<std::uint8_t>(1U << i);
  return tables;
}
inline constexpr HalfByteTables kUnusualLeads = make_unusual_leads();

// The first character from `at` on that is not ASCII; text.size() if there is none.
std::size_t next_wide_char(std::string_view text, std::size_t at);

// The same, passing over U+0080-02FF, U+0400-047F, U+4000-9FFF and U+B000-CFFF too: what NFC leaves
// as it is, told by the first byte: kUnusualLeads holds the others'.
std::size_t next_unusual_char(std::string_view text, std::size_t at);

}  // namespace corpusmill
