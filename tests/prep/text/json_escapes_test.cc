#include "prep/text/json_escapes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "prep/text/byte_buffer.h"

namespace corpusmill {
namespace {

constexpr std::string_view kLetters = "\"\\/bfnrt";
constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";

// What every variant writes behind its output, and reads behind its input, stays in the buffers.
std::string unescape_by(Unescape* variant, const std::string& escaped) {
  const ByteBuffer in = ByteBuffer::copy_of(escaped);
  ByteBuffer out(escaped.size());
  const std::size_t bytes = variant(in.view(0, escaped.size()), out.data());
  EXPECT_LE(bytes, escaped.size());
  return std::string(out.view(0, bytes));
}

// Runs and escapes that lie over the bounds of blocks of 32 and 64 bytes; none, one and many.
TEST(JsonEscapes, EveryVariantDecodesWhatWasEscaped) {
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    const unsigned escape_of_64 = random() % 4 == 0 ? 60 : random() % 8;
    std::string escaped, meant;
    for (std::size_t left = random() % 300; left > 0; --left) {
      if (random() % 64 < escape_of_64) {
        const std::size_t which = random() % 2 == 0 ? 1 : random() % kLetters.size();
        escaped += {'\\', kLetters[which]};
        meant += kMeanings[which];
      } else {
        const std::string_view plain = random() % 4 == 0 ? "\xE6\xB1\x89" : "n";
        escaped += plain;
        meant += plain;
      }
    }
    for (Unescape* const variant : unescape_variants()) {
      ASSERT_EQ(unescape_by(variant, escaped), meant) << escaped;
    }
    ASSERT_EQ(unescape_by(unescape, escaped), meant);
  }
}

TEST(JsonEscapes, EveryPlaceInABlock) {
  for (std::size_t before = 0; before < 200; ++before) {
    for (std::size_t after : {0, 1, 31, 64}) {
      const std::string head(before, 'x'), tail(after, 'y');
      for (Unescape* const variant : unescape_variants()) {
        EXPECT_EQ(unescape_by(variant, head + "\\t" + tail), head + "\t" + tail);
        EXPECT_EQ(unescape_by(variant, head + "\\\\\\n" + tail), head + "\\\n" + tail);
      }
    }
  }
}

}  // namespace
}  // namespace corpusmill
