// Splitters that work on 64 bytes at once against the scalar matchers.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tokenizer/split/known_splitters.h"

namespace corpusmill {
namespace {

struct Scheme {
  const char* name;
  std::shared_ptr<const TextSplitter> (*make)(SplitterLevel level);
};

void PrintTo(const Scheme& scheme, std::ostream* out) {
  *out << scheme.name;
}

std::shared_ptr<const TextSplitter> llama3(SplitterLevel level) {
  return make_cl100k_splitter({.number_chars_max = 3}, level);
}
std::shared_ptr<const TextSplitter> qwen2(SplitterLevel level) {
  return make_cl100k_splitter({.number_chars_max = 1}, level);
}
std::shared_ptr<const TextSplitter> qwen35(SplitterLevel level) {
  return make_cl100k_splitter({.number_chars_max = 1, .marks_in_words = true}, level);
}

std::shared_ptr<const TextSplitter> o200k(SplitterLevel level) {
  return make_o200k_splitter({}, level);
}
std::shared_ptr<const TextSplitter> tekken(SplitterLevel level) {
  return make_o200k_splitter({.number_chars_max = 1, .contractions = false}, level);
}

std::vector<std::uint32_t> ends_of(const TextSplitter& splitter, std::string_view text,
                                   std::size_t window) {
  OffsetBuffer buffer;
  std::vector<std::uint32_t> ends;
  for (std::size_t from = 0; from < text.size();) {
    buffer.clear();
    const std::size_t end = splitter.split(text, from, from + window, 0, buffer);
    EXPECT_EQ(buffer.back(), end - from);
    EXPECT_TRUE(end >= std::min(text.size(), from + window));
    for (const std::uint32_t offset : buffer.view()) {
      ends.push_back(static_cast<std::uint32_t>(from + offset));
    }
    from = end;
  }
  return ends;
}

// The same by mark(), behind another text.
std::vector<std::uint32_t> marks_of(const TextSplitter& splitter, std::string_view text,
                                    std::size_t offset) {
  const std::string padded = std::string(text) + std::string(TextSplitter::kPaddingBytes, ' ');
  OffsetBits bits;
  OffsetBuffer scratch;
  const auto first = static_cast<std::uint32_t>(offset);
  bits.push_back(first);
  splitter.mark({padded.data(), text.size()}, offset, scratch, bits);
  EXPECT_EQ(bits.back(), offset + text.size());
  std::vector<std::uint32_t> ends;
  for (std::uint32_t at = first; at < bits.back();) {
    at = bits.next(at);
    ends.push_back(at - first);
  }
  return ends;
}

class SplitterTest : public testing::TestWithParam<std::tuple<Scheme, SplitterLevel>> {
 protected:
  void SetUp() override {
    if (std::get<1>(GetParam()) > best_splitter_level()) GTEST_SKIP() << "not this processor";
  }

  std::shared_ptr<const TextSplitter> scalar = std::get<0>(GetParam()).make(SplitterLevel::kScalar);
  std::shared_ptr<const TextSplitter> fast = std::get<0>(GetParam()).make(std::get<1>(GetParam()));
};

// Strings of few sorts of characters, so that rare neighbours meet often.
class RandomText {
 public:
  explicit RandomText(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string next(std::size_t pieces_max) {
    static const std::vector<std::vector<std::string>> kAlphabets = {
        {"a", "b", " ", " ", "'", "s", "t", "re", "'s", "'LL", "Z"},
        {"\n", "\r", " ", "  ", "\t", "x", "!", "\n\n", " \n"},
        {"1", "2", "34567", " ", "a", "\uFF11", "\u0663", ".", "\n"},
        {"\u4E2D", "\u6587", "\uFF0C", "\u3002", "A", "b", "1", "\u3000", "\uAC00", "\n"},
        {"\u201C", "\u2019", "(", "\u2014", "a", "B", " ", "\u00E9", "'", "\U0001F600", "/"},
        {"'\u017F", "'", "s", "S", "\u017F", "x", " ", "'ve", "'Re", "n't", "\u0301"},
        {"\u00A0", "\u2003", "\u3000", "\u0085", " ", "\n", "a", "!", "7", "\u2028"},
        {"\u0301", "\u0E33", "\u0E01", "e", "A", "\u01C5", "\u02B0", "\u4E2D", "b", "(", "/", "\n"},
        {"//", "/", "\n", "\r\n", " ", "a", "/\n", "\t"},
        {"\u4E2D", "A", "B", "c", "\u6587", "D", "\uFF0C", "\u01C5", "'s", "n't", "\u02B0"},
        {"\U00010400", "\U00010428", "\U0001D7CE", "\U000E0100", "\u00AD", "\uFEFF", "a", "A", " "},
        {"\u4DC0", "\u4DBF", "\u4E00", "\uD7A3", "\uD7A4", "\u9FFF", "\u3042", "\u0416", "\u0436"}};
    const auto& alphabet = kAlphabets[below(kAlphabets.size())];
    const auto& other = kAlphabets[below(kAlphabets.size())];
    std::string text;
    for (std::size_t left = below(pieces_max) + 1; left > 0; --left) {
      const auto& from = below(8) == 0 ? other : alphabet;
      const std::string& piece = from[below(from.size())];
      for (std::size_t times = below(12) == 0 ? below(80) + 1 : 1; times > 0; --times)
        text += piece;
    }
    return text;
  }

 private:
  std::mt19937 random_;
};

TEST_P(SplitterTest, RandomTextsAreCutAsTheScalarMatcherCutsThem) {
  RandomText random(1);
  for (int i = 0; i < 4000; ++i) {
    const std::string text = random.next(i % 20 == 0 ? 3000 : 120);
    const auto expected = ends_of(*scalar, text, text.size());
    ASSERT_EQ(ends_of(*fast, text, text.size()), expected) << testing::PrintToString(text);
    ASSERT_EQ(ends_of(*fast, text, 1 + random.below(200)), expected)
        << testing::PrintToString(text);
    ASSERT_EQ(marks_of(*fast, text, random.below(200)), expected) << testing::PrintToString(text);
    ASSERT_EQ(marks_of(*scalar, text, random.below(200)), expected);
  }
}

TEST_P(SplitterTest, EveryOffsetInABlock) {
  RandomText random(2);
  for (int i = 0; i < 30; ++i) {
    const std::string text = random.next(60);
    for (std::size_t shift = 0; shift < 130; ++shift) {
      const std::string shifted = std::string(shift, i % 2 == 0 ? 'x' : ' ') + text;
      const auto expected = ends_of(*scalar, shifted, shifted.size());
      ASSERT_EQ(ends_of(*fast, shifted, shifted.size()), expected)
          << testing::PrintToString(shifted);
    }
  }
}

TEST_P(SplitterTest, BytesThatAreNotUtf8StayWithinTheText) {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::vector<char> text(1 + random() % 200);  // its own block of memory, so that ASan sees
    for (char& c : text) c = static_cast<char>(random() % 3 == 0 ? 'a' : random() % 256);
    const auto ends = ends_of(*fast, {text.data(), text.size()}, text.size());
    ASSERT_EQ(ends.back(), text.size());
    ASSERT_TRUE(std::is_sorted(ends.begin(), ends.end()));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SplitterTest,
    testing::Combine(testing::Values(Scheme{"gpt2", make_gpt2_splitter}, Scheme{"llama3", llama3},
                                     Scheme{"qwen2", qwen2}, Scheme{"qwen35", qwen35},
                                     Scheme{"o200k", o200k}, Scheme{"tekken", tekken}),
                     testing::Values(SplitterLevel::kAvx2, SplitterLevel::kAvx512)),
    [](const auto& test) {
      return std::string(std::get<0>(test.param).name) +
             (std::get<1>(test.param) == SplitterLevel::kAvx2 ? "Avx2" : "Avx512");
    });

}  // namespace
}  // namespace corpusmill
