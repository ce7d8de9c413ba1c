// The keys of UnitCache, four at once, and its lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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
// Of a unit of more than 15 bytes. No entry's, whatever its lower half: its length is 0, and the
// flag makes it other than an empty entry.
constexpr UnitKey kLongKey{0, std::uint64_t{1} << kPartBit};

// Where keys and lines go to.
struct Probes {
  static constexpr std::size_t kMax = 64;
  alignas(64) UnitKey keys[kMax];
  alignas(64) std::uint32_t offsets[kMax] = {};
  std::uint64_t long_units = 0;  // bit i: unit i has kLongKey
};
static_assert(Probes::kMax <= 64);

// The keys of the units that end at `ends`, and the offsets of their lines: hash(key) &
// offset_mask; for scattered units asks for the lines, from `lines` on. The units stand one behind
// the other and the first begins at *begins, or they are scattered and unit i begins at begins[i].
// Byte i of the text is bytes[i]; 16 bytes can be read from where any unit begins. The first unit
// is the probes' number `first`; bits are added to long_units.
using Prepare = void (*)(const char* bytes, const std::uint32_t* begins,
                         std::span<const std::uint32_t> ends, std::uint32_t offset_mask,
                         const char* lines, Probes& probes, std::size_t first);
// What is known of a unit. Two stand in a line of 64 bytes; none is in both.
struct alignas(32) Entry {
  // So many ids have room, more of them if all have 16 bits.
  static constexpr std::size_t kIds = 4, kPackedIds = 7;
  static constexpr unsigned kCountShift = 61;
  static constexpr std::uint64_t kElsewhere = std::uint64_t{kPackedIds} << kCountShift;

  std::uint64_t low, high;  // the key; above it the number of ids, less one, or kElsewhere
  std::uint32_t ids[kIds];  // zeros behind them

  // Of those that stand here.
  std::size_t count() const { return (high >> kCountShift) + 1; }
  bool is_elsewhere() const { return high >= kElsewhere; }
  bool is_packed() const { return count() > kIds && !is_elsewhere(); }
  // Writes 2 * kIds, of which count() are the ids.
  void unpack(std::uint32_t* out) const {
    std::uint16_t packed[2 * kIds];
    std::memcpy(packed, ids, sizeof ids);
    for (const std::uint16_t id : packed) *out++ = id;
  }
  UnitKey key() const { return {low, high << (64 - kCountShift) >> (64 - kCountShift)}; }
};

// 0 if the entry is that of the key. An empty entry, all zeros, is no key's: keys have a length.
inline std::uint64_t difference(const Entry& entry, const UnitKey& key) {
  return (entry.low ^ key.low) | (entry.high ^ key.high) << (64 - Entry::kCountShift);
}

// Writes the ids of units [first, count) from `out` on, up to the first one whose line does not
// have them, and moves `out` behind them; up to 2 * Entry::kIds more may be written.
// Returns that unit's number, or count. Asks for the lines of as many units of `next`.
using LookUp = std::size_t (*)(const Probes& probes, const Probes& next, std::size_t first,
                               std::size_t count, const char* lines, std::uint32_t*& out);
// All bits of the key have a part in all of the hash's.
using Hash = std::uint32_t (*)(const UnitKey& key);

struct Functions {
  Prepare prepare;
  Prepare prepare_parts, prepare_scattered;  // ends may have the flag
  Hash hash;
  LookUp look_up;
};

// The ways to do it that this processor has, the fastest first. They hash differently.
std::span<const Functions> functions();

}  // namespace unit_keys
}  // namespace corpusmill
