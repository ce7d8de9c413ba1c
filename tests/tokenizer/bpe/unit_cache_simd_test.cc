#include "tokenizer/bpe/unit_cache_simd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace corpusmill::unit_keys {
namespace {

class UnitKeysTest : public ::testing::TestWithParam<Functions> {};

INSTANTIATE_TEST_SUITE_P(All, UnitKeysTest, ::testing::ValuesIn(functions()));

UnitKey slow_key(std::string_view unit, bool part) {
  if (unit.size() > kShortBytesMax) return kLongKey;
  unsigned char bytes[16] = {};
  std::memcpy(bytes, unit.data(), unit.size());
  bytes[15] = static_cast<unsigned char>(unit.size() | (part ? 0x10U : 0U));
  UnitKey key;
  std::memcpy(&key, bytes, sizeof key);
  return key;
}

struct Units {
  std::string text;
  std::vector<std::uint32_t> begins, ends;
};

// One behind the other, or with bytes between them that are no unit's; from a begin that is not 0.
Units random_units(std::mt19937& random, bool scattered, bool parts) {
  Units units;
  units.text.assign(random() % 5, '?');
  for (auto left = 1 + random() % Probes::kMax; left > 0; --left) {
    if (scattered) units.text.append(random() % 3, '?');
    units.begins.push_back(static_cast<std::uint32_t>(units.text.size()));
    for (auto bytes = 1 + random() % (random() % 4 == 0 ? 300 : 17); bytes > 0; --bytes) {
      units.text += static_cast<char>(random());
    }
    const bool part = parts && random() % 2 == 0;
    units.ends.push_back(static_cast<std::uint32_t>(units.text.size()) | (part ? kPart : 0));
  }
  units.text.append(sizeof(UnitKey), '!');
  return units;
}

// Keys, offsets and long units, some from a number other than 0.
TEST_P(UnitKeysTest, KeysAreThoseThatAreMadeByteByByte) {
  std::mt19937 random(5);
  const Functions& functions = GetParam();
  const auto table = std::make_unique<char[]>(64 << 10);
  for (int round = 0; round < 3000; ++round) {
    const bool scattered = round % 3 == 2, parts = round % 3 != 0;
    const Units units = random_units(random, scattered, parts);
    const auto prepare = scattered ? functions.prepare_scattered
                         : parts   ? functions.prepare_parts
                                   : functions.prepare;
    const std::size_t first = random() % (Probes::kMax - units.ends.size() + 1);
    const std::uint32_t mask = 0x3FF << 6;
    Probes probes;
    std::uint64_t long_units = probes.long_units = first == 0 ? 0 : 1;
    prepare(units.text.data(), units.begins.data(), units.ends, mask, table.get(), probes, first);
    for (std::size_t i = 0; i < units.ends.size(); ++i) {
      const std::uint32_t begin = units.begins[i], end = units.ends[i] & ~kPart;
      const bool part = (units.ends[i] & kPart) != 0;
      const UnitKey key = slow_key({units.text.data() + begin, end - begin}, part);
      ASSERT_EQ(probes.keys[first + i].low, key.low);
      ASSERT_EQ(probes.keys[first + i].high, key.high);
      ASSERT_EQ(probes.offsets[first + i], functions.hash(key) & mask);
      if (end - begin > kShortBytesMax) long_units |= std::uint64_t{1} << (first + i);
    }
    ASSERT_EQ(probes.long_units, long_units);
  }
}

// Lines of no, one or two entries of each kind, keys that are in the first, in the second or in
// neither, alike in all but a bit.
struct Lines {
  struct alignas(64) Line {
    Entry entries[2] = {};
  };
  std::vector<Line> lines = std::vector<Line>(Probes::kMax);
  Probes probes;
};

Entry random_entry(std::mt19937_64& random, UnitKey key) {
  Entry entry = {};
  entry.low = key.low;
  const std::uint64_t kind = random() % 8;  // the number of ids, less one, or elsewhere
  entry.high = key.high | kind << Entry::kCountShift;
  const std::size_t used = kind < Entry::kIds ? kind + 1 : Entry::kIds;
  for (std::size_t i = 0; i < used; ++i) entry.ids[i] = static_cast<std::uint32_t>(random());
  return entry;
}

Lines random_lines(std::mt19937_64& random) {
  Lines all;
  for (std::size_t i = 0; i < Probes::kMax; ++i) {
    const auto random_key = [&] {
      return UnitKey{random(), random() >> 8 | (1 + random() % 15) << kLengthShift |
                                   (random() % 2) << kPartBit};
    };
    const UnitKey key = random_key();
    UnitKey near = key;
    (random() % 2 == 0 ? near.low : near.high) ^= std::uint64_t{1} << random() % 56;
    auto& entries = all.lines[i].entries;
    const std::uint64_t place = random() % 16;  // mostly in one of the two
    if (place > 0) entries[0] = random_entry(random, place < 8 ? key : near);
    if (place > 1) entries[1] = random_entry(random, place < 8 ? near : key);
    if (place == 15) entries[1] = random_entry(random, random_key());
    all.probes.keys[i] = random() % 50 == 0 ? kLongKey : key;
    all.probes.offsets[i] = static_cast<std::uint32_t>(i * sizeof(Lines::Line));
  }
  return all;
}

TEST_P(UnitKeysTest, LinesSayWhatTheySayEntryByEntry) {
  std::mt19937_64 random(6);
  std::size_t whole = 0;
  for (int round = 0; round < 3000; ++round) {
    const Lines all = random_lines(random);
    const std::size_t first = random() % Probes::kMax;
    const std::size_t count = first + random() % (Probes::kMax - first + 1);
    std::vector<std::uint32_t> expected;
    std::size_t stop = first;
    for (; stop < count; ++stop) {
      const Entry* known = nullptr;
      for (const Entry& entry : all.lines[stop].entries) {
        const UnitKey key = all.probes.keys[stop], of = entry.key();
        if (of.low == key.low && of.high == key.high) known = &entry;
      }
      if (known == nullptr || known->is_elsewhere()) break;
      std::uint16_t packed[2 * Entry::kIds];
      std::memcpy(packed, known->ids, sizeof packed);
      for (std::size_t i = 0; i < known->count(); ++i) {
        expected.push_back(known->count() > Entry::kIds ? packed[i] : known->ids[i]);
      }
    }
    std::vector<std::uint32_t> ids(expected.size() + 2 * Entry::kIds);
    std::uint32_t* end = ids.data();
    const char* const lines = reinterpret_cast<const char*>(all.lines.data());
    ASSERT_EQ(GetParam().look_up(all.probes, all.probes, first, count, lines, end), stop);
    ASSERT_EQ(end, ids.data() + expected.size());
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), ids.begin()));
    whole += stop - first;
  }
  EXPECT_GT(whole, 5000U);
}

}  // namespace
}  // namespace corpusmill::unit_keys
