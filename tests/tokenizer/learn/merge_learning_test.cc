// Counting, merges and seeds of the byte-level trainer against slow references.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/reference/textbook_bpe.h"
#include "tests/support/temp_dir.h"
#include "tokenizer/learn/parallel_for.h"
#include "tokenizer/learn/staged_merges.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

CountedKeys count_keys(const Counts& counts, std::uint64_t bytes_max = 1 << 20,
                       const std::filesystem::path& tmp_dir = ".") {
  PartitionedCounter counter(bytes_max, tmp_dir);
  {
    PartitionedCounter::Table table(counter);
    for (const auto& [key, count] : counts) table.add(key, count);
  }
  return counter.finish(1);
}

Counts counts_of(const CountedKeys& keys) {
  Counts counts;
  for (std::size_t part = 0; part < keys.parts(); ++part) {
    keys.for_each(part, [&](std::string_view key, std::uint64_t count) {
      EXPECT_TRUE(counts.emplace(key, count).second) << key;
    });
  }
  return counts;
}

// Few characters of each length in UTF-8, so that ties and shared bytes abound.
std::string random_word(std::mt19937& random, unsigned alphabet) {
  static const std::vector<std::uint32_t> kCharacters = {'a',    'b',     0x4E2D, 0x4E2E,  0xE9,
                                                         0x6587, 0x1F600, 'c',    0x1F601, ' '};
  std::string word;
  for (std::size_t length = 1 + random() % 9; length > 0; --length) {
    append_utf8(kCharacters[random() % alphabet], word);
  }
  return word;
}

Counts random_words(std::mt19937& random, std::size_t words) {
  Counts counts;
  const unsigned alphabet = 1 + static_cast<unsigned>(random() % 10);
  for (std::size_t i = 0; i < words; ++i) counts[random_word(random, alphabet)] += 1 + random() % 4;
  return counts;
}

TEST(PartitionedCounterTest, EqualsAMapFromAnyNumberOfThreads) {
  std::mt19937 random(1);
  std::vector<std::string> texts;
  std::vector<std::vector<std::uint32_t>> ends;
  Counts expected;
  for (int text = 0; text < 12; ++text) {
    texts.emplace_back();
    ends.emplace_back();
    for (int word = 0; word < 4'000; ++word) {
      std::string key(random() % 40, 'a');
      for (char& c : key) c = static_cast<char>('a' + random() % 2);
      if (key.empty() || random() % 3 == 0) key = std::to_string(random() % 100'000);
      ++expected[key];
      texts.back() += key;
      ends.back().push_back(static_cast<std::uint32_t>(texts.back().size()));
    }
  }
  const TempDir folder;
  for (const int threads : {1, 3}) {
    for (const std::uint64_t bytes_max : {std::uint64_t{1} << 30, std::uint64_t{100'000}}) {
      PartitionedCounter counter(bytes_max, folder.path());
      parallel_for(threads, texts.size(), [&](std::size_t, std::size_t i) {
        PartitionedCounter::Table(counter).add_all(texts[i], ends[i]);
      });
      const CountedKeys keys = counter.finish(threads);
      EXPECT_EQ(keys.spilled_bytes() > 0, bytes_max == 100'000);
      EXPECT_EQ(keys.keys(), expected.size());
      EXPECT_EQ(counts_of(keys), expected);
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(KeyCounterTest, LongAndShortKeysGrowAndStartAnew) {
  KeyCounter counter(4);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3'000; ++i) {
      counter.add(std::string(static_cast<std::size_t>(i % 40), 'x') + std::to_string(i % 500), 2);
    }
    Counts seen;
    counter.for_each([&](std::uint64_t hash, std::string_view key, std::uint64_t count) {
      EXPECT_EQ(hash, KeyCounter::hash_of(key));
      seen[std::string(key)] += count;
    });
    EXPECT_EQ(seen.size(), counter.size());
    std::uint64_t total = 0;
    for (const auto& [key, count] : seen) total += count;
    EXPECT_EQ(total, 6'000U);
    counter.clear();
  }
}

std::vector<std::pair<std::vector<std::uint32_t>, std::uint64_t>> as_bytes(
    const Counts& counts, const TokenTable& tokens) {
  std::vector<std::pair<std::vector<std::uint32_t>, std::uint64_t>> words;
  for (const auto& [word, count] : counts) {
    words.push_back({{}, count});
    for (const char c : word) {
      words.back().first.push_back(tokens.of_byte(static_cast<std::uint8_t>(c)));
    }
  }
  return words;
}

void expect_reference(const Counts& counts, const MergeTraining& training) {
  TokenTable tokens({"<s>"});
  const auto expected = reference::learn_merges(
      as_bytes(counts, tokens), static_cast<std::uint32_t>(tokens.size()),
      {training.vocabulary_size - tokens.size(), training.min_frequency, training.token_bytes_max});
  learn_pretoken_merges(count_keys(counts), training, tokens);
  ASSERT_EQ(tokens.merges().size(), expected.size());
  for (std::size_t rank = 0; rank < expected.size(); ++rank) {
    ASSERT_EQ(tokens.merges()[rank], (std::pair(expected[rank].left, expected[rank].right)))
        << rank;
  }
}

TEST(MergeLearningTest, EqualsCountingAfreshEachTime) {
  std::mt19937 random(4);
  for (int round = 0; round < 120; ++round) {
    const Counts counts = random_words(random, 1 + random() % 60);
    MergeTraining training{.vocabulary_size = 257 + random() % 60, .threads = 1 + round % 3};
    training.count_guess = random() % 40;
    training.always_staged = round % 2 == 1;
    if (round % 4 == 1) training.min_frequency = random() % 6;
    if (round % 4 == 2) training.token_bytes_max = 2 + static_cast<std::uint32_t>(random() % 6);
    expect_reference(counts, training);
  }
}

TEST(MergeLearningTest, LargeWeightsAndLongWords) {
  expect_reference({{"ab", 5'000'000'000U}, {"abab", 4'000'000'000U}, {"ba", 1}},
                   {.vocabulary_size = 262});
  expect_reference({{std::string(1'000, 'a'), 3}, {std::string(777, 'a') + "é", 2}},
                   {.vocabulary_size = 300});
}

TEST(MergeLearningTest, MemoryAndThreadsDoNotMatter) {
  std::mt19937 random(6);
  Counts counts = random_words(random, 3'000);
  for (int i = 0; i < 40; ++i) counts[random_word(random, 10)] += 1'000;
  const TempDir folder;
  std::vector<std::pair<TokenId, TokenId>> first;
  for (const std::uint64_t bytes_max : {std::uint64_t{1} << 30, std::uint64_t{1'000}}) {
    for (const int threads : {1, 2, 5}) {
      TokenTable tokens({});
      learn_pretoken_merges(count_keys(counts, bytes_max, folder.path()),
                            {.vocabulary_size = 500, .threads = threads, .tmp_dir = folder.path()},
                            tokens);
      if (first.empty()) first = tokens.merges();
      EXPECT_EQ(tokens.merges(), first);
    }
  }
  EXPECT_GT(first.size(), 100U);
}

// Seeds by the definition: characters by frequency, then code point; each from its bytes on the
// left. What is learned after them equals learning from words in which they are joined.
TEST(MergeLearningTest, SeedCharactersComeFirst) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    const Counts counts = random_words(random, 40);
    const double coverage = static_cast<double>(1 + random() % 10) / 10;
    std::map<std::uint32_t, std::uint64_t> characters;
    std::uint64_t total = 0;
    for (const auto& [word, count] : counts) {
      for (std::size_t at = 0; at < word.size();) {
        const DecodedChar decoded = decode_utf8(word, at);
        characters[decoded.code_point] += count;
        total += count;
        at += decoded.bytes;
      }
    }
    std::vector<std::pair<std::uint32_t, std::uint64_t>> sorted(characters.begin(),
                                                                characters.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    TokenTable expected({});
    std::vector<reference::Merge> seeds;
    std::uint64_t sum = 0;
    for (const auto& [code_point, count] : sorted) {
      if (static_cast<double>(sum) >= coverage * static_cast<double>(total)) break;
      sum += count;
      std::string bytes;
      append_utf8(code_point, bytes);
      std::uint32_t whole = expected.of_byte(static_cast<std::uint8_t>(bytes[0]));
      for (std::size_t i = 1; i < bytes.size(); ++i) {
        const TokenId next = expected.of_byte(static_cast<std::uint8_t>(bytes[i]));
        const auto known = std::find_if(seeds.begin(), seeds.end(), [&](const auto& merge) {
          return merge.left == whole && merge.right == next;
        });
        if (known != seeds.end()) {
          whole = known->result;
          continue;
        }
        seeds.push_back({whole, next, expected.merge(whole, next)});
        whole = seeds.back().result;
      }
    }
    auto words = as_bytes(counts, expected);
    for (auto& [ids, count] : words) ids = reference::apply_merges(ids, seeds);
    const auto after =
        reference::learn_merges(words, static_cast<std::uint32_t>(expected.size()), {20});
    for (const reference::Merge& merge : after) expected.merge(merge.left, merge.right);

    TokenTable tokens({});
    learn_pretoken_merges(
        count_keys(counts),
        {.vocabulary_size = 256 + seeds.size() + 20, .seed_coverage = coverage, .threads = 2},
        tokens);
    ASSERT_EQ(tokens.merges(), expected.merges());
    ASSERT_EQ(tokens.spellings(), expected.spellings());
  }
}

}  // namespace
}  // namespace corpusmill
