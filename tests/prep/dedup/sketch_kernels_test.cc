#include "prep/dedup/sketch_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "prep/dedup/sketcher.h"
#include "prep/dedup/span_hash.h"
#include "prep/script_class.h"
#include "prep/utf8.h"
#include "tests/support/mixed_text.h"

namespace corpusmill {
namespace {

using sketch::BlockMasks;
using sketch::kBlock;
using sketch::Kernels;
using sketch::kPortable;

std::vector<const Kernels*> fast_variants() {
  std::vector<const Kernels*> found = sketch::variants();
  found.pop_back();
  return found;
}

TEST(SketchKernels, ClassifyAsThePortableOneDoes) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string text = testing_support::mixed_text(random, 80);
    const std::size_t count = std::min(text.size(), round % 2 == 0 ? kBlock : random() % 65);
    text.resize(count);
    const BlockMasks expected = kPortable.classify(text.data(), count);
    for (const Kernels* const variant : fast_variants()) {
      const BlockMasks found = variant->classify(text.data(), count);
      ASSERT_EQ(found.spaces, expected.spaces) << text;
      ASSERT_EQ(found.leads, expected.leads) << text;
      ASSERT_EQ(found.han, expected.han) << text;
      ASSERT_EQ(found.suspects, expected.suspects) << text;
    }
  }
}

// No white space and no unit script escapes the masks, whatever the code point.
TEST(SketchKernels, MasksKnowEveryCodePoint) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    append_utf8(c, text);
    const ScriptClass script = script_class_of(c);
    const bool matters = script == ScriptClass::kSpace || is_unit_script(script);
    for (const Kernels* const variant : sketch::variants()) {
      const BlockMasks masks = variant->classify(text.data(), text.size());
      const bool seen = (masks.spaces & 1) + (masks.han & 1) + (masks.suspects & 1) > 0;
      if (matters) {
        ASSERT_TRUE(seen) << static_cast<unsigned>(c);
      }
      if ((masks.han & 1) != 0) {
        ASSERT_EQ(script, ScriptClass::kHan);
      }
      if ((masks.spaces & 1) != 0) {
        ASSERT_EQ(script, ScriptClass::kSpace);
      }
    }
  }
}

TEST(SketchKernels, OffsetsAreThePlacesOfTheBits) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 1000; ++round) {
    std::uint64_t mask = random() & (round % 2 == 0 ? random() : ~std::uint64_t{0});
    if (round < 66) mask = round == 65 ? 0 : ~std::uint64_t{0} >> (round % 64);
    for (const Kernels* const variant : sketch::variants()) {
      std::vector<std::uint32_t> found(64 + sketch::kSlack);
      found.resize(variant->offsets(mask, 1000, found.data()));
      std::vector<std::uint32_t> expected;
      for (std::uint32_t i = 0; i < 64; ++i) {
        if ((mask >> i & 1) != 0) expected.push_back(1000 + i);
      }
      ASSERT_EQ(found, expected);
    }
  }
}

TEST(SketchKernels, HashWindowsAsSpans) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    std::string text = testing_support::mixed_text(random, random() % 120 + 1);
    // To its last byte, so that reading on would be found out.
    const std::vector<char> exact(text.begin(), text.end());
    const char* const end = exact.data() + exact.size();
    std::vector<std::uint32_t> bounds;
    for (std::size_t at = 0; at < text.size(); at += decode_code_point(text, at).bytes) {
      bounds.push_back(static_cast<std::uint32_t>(at));
    }
    bounds.push_back(static_cast<std::uint32_t>(text.size()));
    for (const unsigned length : {1u, 2u, 4u, 5u, 8u, 9u, 17u}) {
      if (bounds.size() <= length) continue;
      const std::size_t count = bounds.size() - length;
      std::vector<std::uint64_t> expected(count);
      for (std::size_t i = 0; i < count; ++i) {
        expected[i] = hash_span(exact.data() + bounds[i], bounds[i + length] - bounds[i], end);
      }
      for (const Kernels* const variant : sketch::variants()) {
        std::vector<std::uint64_t> found(count);
        variant->hash_windows(exact.data(), end, bounds.data(), count, length, found.data());
        ASSERT_EQ(found, expected) << length << ": " << text;
      }
    }
  }
}

struct alignas(64) Lanes {
  std::array<std::uint32_t, 48> of;
};

TEST(SketchKernels, TakeMinimaOfPermutations) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint64_t> hashes(random() % 50);
    for (std::uint64_t& hash : hashes) hash = random();
    Lanes multipliers, addends, before;
    for (std::size_t i = 0; i < 48; ++i) {
      multipliers.of[i] = static_cast<std::uint32_t>(random()) | 1;
      addends.of[i] = static_cast<std::uint32_t>(random());
      before.of[i] = static_cast<std::uint32_t>(random()) | 0xF0000000U;
    }
    Lanes expected = before;
    for (const std::uint64_t hash : hashes) {
      for (std::size_t i = 0; i < 48; ++i) {
        const std::uint32_t value =
            multipliers.of[i] * static_cast<std::uint32_t>(hash) + addends.of[i];
        expected.of[i] = std::min(expected.of[i], value);
      }
    }
    for (const Kernels* const variant : sketch::variants()) {
      Lanes minima = before;
      variant->take_minima(hashes.data(), hashes.size(),
                           {multipliers.of.data(), addends.of.data(), minima.of.data(), 48});
      ASSERT_EQ(minima.of, expected.of);
    }
  }
}

// The whole of it: shingles and keys of every kind of text are the same on every processor.
TEST(SketchKernels, EveryVariantGivesTheSameShinglesAndKeys) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 400; ++round) {
    const std::size_t pieces = round % 10 == 0 ? 6000 : random() % 300;
    const std::string text = testing_support::mixed_text(random, pieces);
    for (const char* const rule_text : {"units:5", "chars:5", "words:3", "bytes:8", "chars:20"}) {
      const ShingleRule rule = ShingleRule::parse(rule_text);
      const SketchOptions options{rule, LshShape{16, 7}};
      std::vector<std::uint64_t> expected, keys(16);
      Shingler(rule, kPortable).shingle(text, expected);
      Sketcher(options, kPortable).sketch(text, keys);
      for (const Kernels* const variant : fast_variants()) {
        std::vector<std::uint64_t> found, found_keys(16);
        Shingler(rule, *variant).shingle(text, found);
        ASSERT_EQ(found, expected) << rule_text << ": " << text;
        Sketcher(options, *variant).sketch(text, found_keys);
        ASSERT_EQ(found_keys, keys) << rule_text << ": " << text;
      }
    }
  }
}

}  // namespace
}  // namespace corpusmill
