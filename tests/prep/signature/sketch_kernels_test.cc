#include "prep/signature/sketch_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "prep/signature/sketcher.h"
#include "prep/signature/span_hash.h"
#include "prep/text/script_class.h"
#include "prep/text/utf8.h"
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

TEST(SketchKernels, HashSpansAlike) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::string text = testing_support::mixed_text(random, random() % 120 + 1);
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
      for (const Kernels* const variant : sketch::variants()) {
        std::vector<std::uint64_t> found(count);
        variant->hash_spans(exact.data(), end, bounds.data(), bounds.data() + length, count,
                            found.data());
        for (std::size_t i = 0; i < count; ++i) {
          const std::size_t bytes = bounds[i + length] - bounds[i];
          ASSERT_EQ(found[i], hash_span(exact.data() + bounds[i], bytes, end))
              << length << ": " << text;
        }
      }
    }
  }
}

TEST(SketchKernels, UnitWindowsAreThePolynomial) {
  std::mt19937_64 random(6);
  std::vector<std::uint64_t> units(200);
  for (std::uint64_t& unit : units) unit = random();
  for (const unsigned length : {1u, 2u, 5u, 7u, 8u, 9u, 64u}) {
    for (const std::size_t count : {1u, 7u, 8u, 9u, 100u}) {
      for (const Kernels* const variant : sketch::variants()) {
        std::vector<std::uint64_t> found(count);
        variant->hash_unit_windows(units.data(), count, length, found.data());
        for (std::size_t i = 0; i < count; ++i) {
          std::uint64_t sum = 0;
          for (unsigned k = 0; k < length; ++k) sum = sum * sketch::kBase + units[i + k];
          ASSERT_EQ(found[i], mix_bits(sum)) << length << " " << count << " " << i;
        }
      }
    }
  }
}

TEST(SketchKernels, BinsTakeTheLeast) {
  std::mt19937_64 random(7);
  for (const std::size_t bins : {1u, 112u, 4096u}) {
    for (const std::size_t count : {0u, 1u, 16u, 255u, 256u, 272u, 300u, 2048u, 9000u}) {
      std::vector<std::uint64_t> hashes(count);
      for (std::uint64_t& hash : hashes) hash = random();
      std::vector<std::uint32_t> expected(bins, sketch::kEmpty);
      for (const std::uint64_t hash : hashes) {
        std::uint32_t& least = expected[(hash >> 32) * bins >> 32];
        least = std::min(least, static_cast<std::uint32_t>(hash & 0xFFFFFFFFU));
      }
      for (const Kernels* const variant : sketch::variants()) {
        std::vector<std::uint32_t> signature(bins, sketch::kEmpty);
        variant->take_minima(hashes.data(), count, signature.data(), bins);
        ASSERT_EQ(signature, expected) << bins << " " << count;
      }
    }
  }
}

TEST(SketchKernels, EmptyBinsTakeTheirMinima) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 400; ++round) {
    std::vector<std::uint64_t> hashes(random() % 50 + 1);
    for (std::uint64_t& hash : hashes) hash = random();
    const std::size_t bins = round % 4 == 0 ? 112 : random() % 300 + 1;
    const std::uint64_t empty_of_8 = random() % 9;
    std::vector<std::uint32_t> multipliers(bins), addends(bins), before(bins);
    for (std::size_t i = 0; i < bins; ++i) {
      multipliers[i] = static_cast<std::uint32_t>(random()) | 1;
      addends[i] = static_cast<std::uint32_t>(random());
      before[i] = random() % 8 < empty_of_8 ? sketch::kEmpty : static_cast<std::uint32_t>(random());
    }
    std::vector<std::uint32_t> expected = before;
    for (std::size_t i = 0; i < bins; ++i) {
      if (before[i] != sketch::kEmpty) continue;
      for (const std::uint64_t hash : hashes) {
        const std::uint32_t value = multipliers[i] * static_cast<std::uint32_t>(hash) + addends[i];
        expected[i] = std::min(expected[i], value);
      }
    }
    for (const Kernels* const variant : sketch::variants()) {
      std::vector<std::uint32_t> signature = before;
      variant->fill_empty(hashes.data(), hashes.size(),
                          {multipliers.data(), addends.data(), signature.data(), bins});
      ASSERT_EQ(signature, expected);
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
