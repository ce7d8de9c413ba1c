#include "prep/repeats/repeated_spans.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include "prep/repeats/suffix_array.h"

namespace corpusmill {
namespace {

std::vector<std::uint8_t> pack(const std::vector<std::uint32_t>& ids, std::uint64_t width) {
  std::vector<std::uint8_t> bytes(ids.size() * width);
  for (std::size_t i = 0; i < ids.size(); ++i) std::memcpy(&bytes[i * width], &ids[i], width);
  return bytes;
}

// By the definition: every run of min_tokens inside a document, looked up among all earlier ones.
std::vector<bool> repeated_tokens(const std::vector<std::uint32_t>& ids,
                                  const std::vector<TokenRange>& documents,
                                  std::uint64_t min_tokens) {
  std::vector<bool> repeated(ids.size());
  std::map<std::vector<std::uint32_t>, std::uint64_t> first;
  for (const TokenRange& document : documents) {
    for (std::uint64_t at = document.begin; at + min_tokens <= document.end; ++at) {
      const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<std::uint32_t> run(begin, begin + static_cast<std::ptrdiff_t>(min_tokens));
      const auto [found, is_new] = first.emplace(run, at);
      if (is_new || found->second + min_tokens > at) continue;
      for (std::uint64_t i = at; i < at + min_tokens; ++i) repeated[i] = true;
    }
  }
  return repeated;
}

class RepeatedSpansTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_suffix_arrays()) GTEST_SKIP() << "built without libdivsufsort";
  }
};

TEST_F(RepeatedSpansTest, SuffixesAreInOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint8_t> bytes(random() % 300);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() % 3);
    const SuffixArray suffixes(bytes);
    ASSERT_EQ(suffixes.size(), bytes.size());
    for (std::size_t rank = 1; rank < bytes.size(); ++rank) {
      const auto at = [&](std::uint64_t of) {
        return bytes.begin() + static_cast<std::ptrdiff_t>(suffixes[of]);
      };
      ASSERT_TRUE(std::lexicographical_compare(at(rank - 1), bytes.end(), at(rank), bytes.end()));
    }
  }
}

TEST_F(RepeatedSpansTest, AgreeWithTheDefinition) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    const std::uint64_t width = round % 2 == 0 ? 2 : 4;
    // Few ids, so that much repeats; large ones too, whose bytes look like other ids shifted.
    const std::uint32_t distinct = 1 + random() % 4;
    std::vector<std::uint32_t> ids;
    std::vector<TokenRange> documents;
    for (std::uint64_t left = random() % 12; left > 0; --left) {
      if (random() % 4 == 0) ids.push_back(7);  // between documents
      const std::uint64_t begin = ids.size();
      if (!documents.empty() && random() % 2 == 0) {
        const TokenRange& copied = documents[random() % documents.size()];
        for (std::uint64_t i = copied.begin; i < copied.end; ++i) ids.push_back(ids[i]);
      }
      for (std::uint64_t more = random() % 30; more > 0; --more) {
        ids.push_back(static_cast<std::uint32_t>(random() % distinct) * 0x0101U);
      }
      documents.push_back({begin, ids.size()});
    }
    const std::uint64_t min_tokens = 1 + random() % 8;
    const std::vector<std::uint8_t> bytes = pack(ids, width);
    const auto spans = find_repeated_spans({bytes, width}, documents, min_tokens);
    std::vector<bool> covered(ids.size());
    std::uint64_t last_end = 0;
    for (const RepeatedSpan& span : spans) {
      ASSERT_LT(span.begin, span.end);
      ASSERT_LE(last_end, span.begin);
      last_end = span.end;
      ASSERT_LT(span.first, span.begin);
      for (std::uint64_t i = span.begin; i < span.end; ++i) {
        covered[i] = true;
        ASSERT_EQ(ids[i], ids[span.first + i - span.begin]);
      }
      ASSERT_TRUE(std::any_of(documents.begin(), documents.end(), [&](const TokenRange& document) {
        return document.begin <= span.begin && span.end <= document.end;
      }));
    }
    ASSERT_EQ(covered, repeated_tokens(ids, documents, min_tokens)) << round;
  }
}

TEST_F(RepeatedSpansTest, TheFirstOccurrenceStaysWhole) {
  // A hundred equal tokens: all but the first four.
  const std::vector<std::uint8_t> bytes = pack(std::vector<std::uint32_t>(100, 5), 2);
  const std::vector<TokenRange> documents = {{0, 100}};
  const auto spans = find_repeated_spans({bytes, 2}, documents, 4);
  ASSERT_FALSE(spans.empty());
  EXPECT_EQ(spans.front().begin, 4u);
  EXPECT_EQ(spans.back().end, 100u);
  EXPECT_TRUE(find_repeated_spans({bytes, 2}, documents, 51).empty());
  EXPECT_TRUE(find_repeated_spans({{}, 2}, {}, 4).empty());
}

TEST_F(RepeatedSpansTest, SaysWhatMemoryItTakes) {
  EXPECT_EQ(repeated_spans_bytes(1000, 2), 2000u + 8000u + 4000u);
  EXPECT_EQ(repeated_spans_bytes(std::uint64_t{1} << 31, 2),
            (std::uint64_t{1} << 32) * 9 + (std::uint64_t{1} << 33));
}

}  // namespace
}  // namespace corpusmill
