// The keys of UnitCache, four at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace corpusmill {

// A unit's first 8 bytes, its next 7, and its length and flag above them. Units have equal keys if
// and only if they are equal, flag and all.
struct UnitKey {
  std::uint64_t low, high;
};

namespace unit_keys {

constexpr std::size_t kShortBytesMax = 15;
constexpr unsigned kLengthShift = 56, kPartBit = 60;
// Set in a unit's end: the unit is part of a pretoken.
constexpr std::uint32_t kPart = std::uint32_t{1} << 31;
// Of a unit of more than 15 bytes. No entry's: its length is 0, and the flag makes it other than an
// empty entry.
constexpr UnitKey kLongKey{0, std::uint64_t{1} << kPartBit};

// Where keys and lines go to.
struct Probes {
  static constexpr std::size_t kMax = 64;
  alignas(64) UnitKey keys[kMax];
  alignas(64) std::uint32_t offsets[kMax];
};

// The keys of the units that end at `ends`, and the offsets of their lines: hash(key) &
// offset_mask; asks for the lines from `lines` on. The units stand one behind the other and the
// first begins at *begins, or they are scattered and unit i begins at begins[i]. Byte i of the text
// is bytes[i]; 16 bytes can be read from where any unit begins.
using Prepare = void (*)(const char* bytes, const std::uint32_t* begins,
                         std::span<const std::uint32_t> ends, std::uint32_t offset_mask,
                         const char* lines, Probes& probes, std::size_t first);
// All bits of the key have a part in all of the hash's.
using Hash = std::uint32_t (*)(const UnitKey& key);

struct Functions {
  Prepare prepare;
  Prepare prepare_parts, prepare_scattered;  // ends may have the flag
  Hash hash;
};

// The ways to do it that this processor has, the fastest first. They hash differently.
std::span<const Functions> functions();

}  // namespace unit_keys
}  // namespace corpusmill
