#include "tokenizer/byte_level/bpe_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "tests/reference/textbook_bpe.h"
#include "tokenizer/bpe/unit_words.h"

namespace corpusmill {
namespace {

constexpr std::string_view kLetters = "abc";

BpeTables bytes_only() {
  BpeTables tables;
  for (TokenId byte = 0; byte < 256; ++byte) tables.byte_ids[byte] = byte;
  return tables;
}

// Random merges over three letters; every merge has a result of its own.
BpeTables random_tables(std::mt19937& random, std::size_t merges) {
  BpeTables tables = bytes_only();
  std::vector<TokenId> ids(kLetters.begin(), kLetters.end());
  while (tables.merges.size() < merges) {
    const TokenId left = ids[random() % ids.size()];
    const TokenId right = ids[random() % ids.size()];
    bool known = false;
    for (const MergeTable::Merge& merge : tables.merges) {
      known = known || (merge.left == left && merge.right == right);
    }
    if (known) continue;
    ids.push_back(static_cast<TokenId>(256 + tables.merges.size()));
    tables.merges.push_back(
        {left, right, ids.back(), static_cast<std::uint32_t>(tables.merges.size())});
  }
  return tables;
}

std::string random_pretoken(std::mt19937& random, std::size_t bytes_max) {
  std::string pretoken(1 + random() % bytes_max, 'a');
  for (char& c : pretoken) c = kLetters[random() % kLetters.size()];
  return pretoken;
}

std::vector<TokenId> expected_ids(const BpeTables& tables, std::string_view pretoken) {
  std::vector<reference::Merge> merges;
  for (const MergeTable::Merge& merge : tables.merges) {
    merges.push_back({merge.left, merge.right, merge.result});
  }
  std::vector<TokenId> ids;
  for (const char c : pretoken) ids.push_back(tables.byte_ids[static_cast<std::uint8_t>(c)]);
  return reference::apply_merges(ids, merges);
}

// The same, but for pretokens that are one id whatever the merges say.
std::vector<TokenId> whole_or_merged(const BpeTables& tables, std::string_view pretoken) {
  const auto whole = tables.whole_pretokens.find(pretoken);
  return whole ? std::vector<TokenId>{*whole} : expected_ids(tables, pretoken);
}

// Some that merges make otherwise, some that they may make.
void add_whole_pretokens(std::mt19937& random, BpeTables& tables) {
  for (TokenId id = 5000; id < 5060; ++id) {
    tables.whole_pretokens.add(random_pretoken(random, id % 2 == 0 ? 3 : 40), id);
  }
}

// A text made pretoken by pretoken, and what the textbook makes of it.
struct Expected {
  std::string text;
  std::vector<std::uint32_t> ends;
  std::vector<TokenId> ids;

  void add(const BpeTables& tables, std::string_view pretoken) {
    text += pretoken;
    ends.push_back(static_cast<std::uint32_t>(text.size()));
    const std::vector<TokenId> own = whole_or_merged(tables, pretoken);
    ids.insert(ids.end(), own.begin(), own.end());
  }
};

void encode_one(const BpeModel& model, std::string_view pretoken, std::vector<TokenId>& ids) {
  const auto end = static_cast<std::uint32_t>(pretoken.size());
  model.encode(pretoken, {&end, 1}, ids);
}

TEST(BpeModelTest, EqualsTheTextbookOnRandomMergesAndPretokens) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    const BpeTables tables = random_tables(random, 1 + random() % 30);
    const BpeModel model(tables);
    for (int i = 0; i < 60; ++i) {
      // Up to 48 bytes the short path, above it the heap; above 128 no cache.
      const std::string pretoken = random_pretoken(random, i % 3 == 0 ? 200 : 20);
      std::vector<TokenId> ids;
      encode_one(model, pretoken, ids);
      ASSERT_EQ(ids, expected_ids(tables, pretoken)) << pretoken;
      std::vector<TokenId> again;
      encode_one(model, pretoken, again);
      ASSERT_EQ(again, ids) << pretoken;
    }
  }
}

TEST(BpeModelTest, LowerRankGoesFirstEvenIfItStandsFurtherRight) {
  BpeTables tables = bytes_only();
  tables.merges = {{'b', 'c', 300, 0}, {'a', 'b', 301, 1}};
  std::vector<TokenId> ids;
  encode_one(BpeModel(tables), "abc", ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{'a', 300}));
}

TEST(BpeModelTest, ARepeatedMergeCountsWhereItStandsLast) {
  BpeTables tables = bytes_only();
  tables.merges = {{'a', 'b', 300, 0}, {'b', 'c', 301, 1}, {'a', 'b', 300, 2}};
  std::vector<TokenId> ids;
  encode_one(BpeModel(tables), "abc", ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{'a', 301}));
}

TEST(BpeModelTest, EqualRanksGoFromTheLeft) {
  BpeTables tables = bytes_only();
  tables.merges = {{'a', 'a', 300, 0}, {'a', 300, 301, 1}, {300, 'a', 301, 1}};
  std::vector<TokenId> ids;
  encode_one(BpeModel(tables), "aaaa", ids);
  encode_one(BpeModel(tables), "aaa", ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{300, 300, 301}));
}

TEST(BpeModelTest, WholePretokensGoBeforeMerges) {
  BpeTables tables = bytes_only();
  tables.merges = {{'a', 'b', 300, 0}};
  tables.whole_pretokens.add("abc", 400);
  const BpeModel model(tables);
  std::vector<TokenId> ids;
  encode_one(model, "abc", ids);
  encode_one(model, "abca", ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{400, 300, 'c', 'a'}));
}

TEST(BpeModelTest, TwoModelsOnOneThreadDoNotShareWhatTheyRemember) {
  BpeTables joined = bytes_only();
  joined.merges = {{'a', 'b', 300, 0}};
  const BpeModel joins(joined), keeps(bytes_only());
  for (int i = 0; i < 3; ++i) {
    std::vector<TokenId> ids;
    encode_one(joins, "ab", ids);
    encode_one(keeps, "ab", ids);
    EXPECT_EQ(ids, (std::vector<TokenId>{300, 'a', 'b'}));
  }
}

TEST(BpeModelTest, ThreadsAgree) {
  std::mt19937 random(2);
  const BpeTables tables = random_tables(random, 30);
  const BpeModel model(tables);
  std::vector<std::string> pretokens;
  for (int i = 0; i < 2000; ++i) pretokens.push_back(random_pretoken(random, 30));
  std::vector<std::vector<TokenId>> results(4);
  {
    std::vector<std::jthread> threads;
    for (std::vector<TokenId>& result : results) {
      threads.emplace_back([&] {
        for (const std::string& pretoken : pretokens) encode_one(model, pretoken, result);
      });
    }
  }
  for (const std::vector<TokenId>& result : results) EXPECT_EQ(result, results[0]);
}

// Merges of whole characters, of parts of them and across their sides; pretokens that are cut, in
// windows, with and without entries that count whole only.
TEST(BpeModelTest, EqualsTheTextbookOnTextThatIsCut) {
  std::mt19937 random(7);
  const std::vector<std::string> characters = {"a", "b", "é", "世", "丗", "界", "😀", "\xFF"};
  for (int round = 0; round < 150; ++round) {
    std::vector<std::string> spelled;
    for (int byte = 0; byte < 256; ++byte) spelled.emplace_back(1, static_cast<char>(byte));
    BpeTables tables = bytes_only();
    const auto text_of = [&](std::size_t characters_max) {
      std::string text;
      for (std::size_t i = 1 + random() % characters_max; i > 0; --i) {
        text += characters[random() % characters.size()];
      }
      return text;
    };
    // Learned from text as a trainer would: the bytes or ids that stand side by side somewhere.
    for (int i = 0; i < 40; ++i) {
      std::vector<TokenId> ids = expected_ids(tables, text_of(6));
      if (ids.size() < 2) continue;
      const std::size_t at = random() % (ids.size() - 1);
      const auto result = static_cast<TokenId>(spelled.size());
      const std::string both = spelled[ids[at]] + spelled[ids[at + 1]];
      if (std::find(spelled.begin(), spelled.end(), both) != spelled.end()) continue;
      tables.merges.push_back({ids[at], ids[at + 1], result, static_cast<std::uint32_t>(i)});
      spelled.push_back(both);
    }
    if (round % 2 == 0) {
      for (TokenId id = 5000; id < 5010; ++id) tables.whole_pretokens.add(text_of(4), id);
    }
    const BpeModel model(tables);
    Expected expected;
    for (int i = 0; i < 200; ++i) expected.add(tables, text_of(i % 20 == 0 ? 300 : 5));
    std::vector<TokenId> ids;
    model.encode(expected.text, expected.ends, ids);
    ASSERT_EQ(ids, expected.ids) << round;
  }
}

// Pretokens that are never met again, between others that are: the cache is left out by stretches.
TEST(BpeModelTest, EqualsTheTextbookOnTextThatIsAlwaysNew) {
  std::mt19937 random(9);
  for (int round = 0; round < 20; ++round) {
    BpeTables tables = random_tables(random, 1 + random() % 60);
    if (round % 2 == 0) add_whole_pretokens(random, tables);
    const BpeModel model(tables);
    for (int text_number = 0; text_number < 4; ++text_number) {
      Expected expected;
      const std::size_t share = 1 + random() % 8, bytes_max = 6 + random() % 60;
      while (expected.text.size() < 20000) {
        std::string pretoken = random_pretoken(random, random() % share == 0 ? bytes_max : 3);
        for (char& c : pretoken) c = random() % 9 == 0 ? static_cast<char>(random()) : c;
        if (random() % 9 == 0 && round % 2 == 0) {
          pretoken = tables.whole_pretokens.spelling(static_cast<TokenId>(5000 + random() % 60));
        }
        if (!pretoken.empty()) expected.add(tables, pretoken);
      }
      std::vector<TokenId> ids;
      model.encode(expected.text, expected.ends, ids);
      ASSERT_EQ(ids, expected.ids) << round;
    }
  }
}

// Cuts the text into the pretokens that it was given.
class GivenEnds final : public TextSplitter {
 public:
  std::size_t split(std::string_view text, std::size_t from, std::size_t, std::size_t offset,
                    OffsetBuffer& ends) const override {
    EXPECT_EQ(from, 0U);
    EXPECT_EQ(given.back(), text.size());
    for (const std::uint32_t end : given) {
      ends.push_back(static_cast<std::uint32_t>(offset) + end);
    }
    return text.size();
  }

  std::vector<std::uint32_t> given;
};

// The same in texts that are encoded as one; characters of several bytes among theirs. The largest
// id decides how ids are kept in words.
TEST(BpeModelTest, JoinedTextsThatAreAlwaysNewEqualTheTextbook) {
  constexpr TokenId kBefore = 9000, kAfter = 9001, kLargest[] = {0xE4, 0xFFFE, 0xFFFF, 70000};
  std::mt19937 random(10);
  for (int round = 0; round < 20; ++round) {
    BpeTables tables = random_tables(random, 1 + random() % 60);
    tables.byte_ids[0xE4] = kLargest[round / 2 % 4];
    if (round % 2 == 0) add_whole_pretokens(random, tables);
    const BpeModel model(tables);
    ASSERT_TRUE(model.cuts_text());
    const auto splitter = std::make_shared<GivenEnds>();
    const Pretokenizer pretokenizer({{.splitter = splitter}});
    PretokenScratch scratch;
    for (int batch = 0; batch < 4; ++batch) {
      JoinedTexts texts;
      std::vector<TokenId> ids = {7}, expected = {7};
      std::vector<std::size_t> expected_ends;
      const std::size_t pretokens = 1 + random() % 100;
      const std::size_t bytes_max = 1 + random() % (batch % 2 == 0 ? 2 : 40);
      // Also more units than are looked up before the first are spelled out.
      while (texts.text().size() < 3 * UnitWords::kTogetherMax) {
        expected.push_back(kBefore);
        std::string text;
        splitter->given.clear();
        for (std::size_t i = 1 + random() % pretokens; i > 0; --i) {
          std::string pretoken = random_pretoken(random, bytes_max);
          for (char& c : pretoken) c = random() % 9 == 0 ? static_cast<char>(random()) : c;
          if (random() % 3 == 0) pretoken += "\xE4\xB8\xAD";
          text += pretoken;
          splitter->given.push_back(static_cast<std::uint32_t>(text.size()));
          const std::vector<TokenId> own = whole_or_merged(tables, pretoken);
          expected.insert(expected.end(), own.begin(), own.end());
        }
        texts.append(text, pretokenizer, scratch);
        expected.push_back(kAfter);
        expected_ends.push_back(expected.size());
      }
      std::vector<std::size_t> ids_ends(expected_ends.size());
      model.encode_joined(texts, {kBefore, kAfter}, ids, ids_ends);
      ASSERT_EQ(ids, expected) << round;
      ASSERT_EQ(ids_ends, expected_ends) << round;
    }
  }
}

}  // namespace
}  // namespace corpusmill
