#include "tokenizer/char_bpe/char_bpe_model.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/error.h"
#include "tests/reference/textbook_char_bpe.h"

namespace corpusmill {
namespace {

using Mark = CharBpeTextRules::Mark;

const std::string kMark = "\xE2\x96\x81";
const std::vector<std::string> kChars = {"a", "b", "c", ",", kMark, "é", "中", "文", "字", "😀"};

// Random merges over a few characters, some of which have no token; ranks repeat.
CharBpeSpec random_spec(std::mt19937& random) {
  CharBpeSpec spec;
  std::map<std::string, TokenId> ids;
  const auto add = [&](const std::string& text) {
    const auto [found, is_new] = ids.emplace(text, static_cast<TokenId>(ids.size()));
    if (is_new) spec.symbols.add(text, found->second);
    return found->second;
  };
  add("<unk>");
  if (random() % 2 == 0) {
    auto& bytes = spec.byte_ids.emplace();
    for (std::size_t byte = 0; byte < 256; ++byte) bytes[byte] = add("<" + std::to_string(byte));
  } else {
    spec.unknown = 0;
    spec.fuse_unknown = random() % 3 != 0;
  }
  std::vector<std::string> bare, texts;
  for (const std::string& c : kChars) {
    const auto kind = random() % 8;
    if (kind == 0) continue;
    texts.push_back(c);
    if (kind == 1) {
      bare.push_back(c);
    } else {
      spec.characters.push_back(add(c));
    }
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  std::set<std::string> made;
  for (std::size_t i = random() % 40; i > 0 && !texts.empty(); --i) {
    const auto pair = std::pair(texts[random() % texts.size()], texts[random() % texts.size()]);
    if (std::find(pairs.begin(), pairs.end(), pair) != pairs.end()) continue;
    pairs.push_back(pair);
    const std::string text = pair.first + pair.second;
    add(text);
    if (made.insert(text).second && text.size() < 20) texts.push_back(text);
  }
  for (std::size_t i = 0; i < bare.size(); ++i) {
    const auto id = static_cast<TokenId>(spec.symbols.size() + i);
    ids.emplace(bare[i], id);
    spec.bare_characters.push_back(bare[i]);
    spec.characters.push_back(id);
  }
  for (const auto& [left, right] : pairs) {
    spec.merges.push_back({ids.at(left), ids.at(right), ids.at(left + right),
                           static_cast<std::uint32_t>(random() % 12)});
  }
  return spec;
}

void add_random_rules(CharBpeSpec& spec, std::mt19937& random) {
  const Mark marks[] = {Mark::kNone, Mark::kPrefix, Mark::kSuffix};
  spec.rules.mark = marks[random() % 3];
  spec.rules.mark_beside_mark = spec.rules.mark == Mark::kSuffix || random() % 2 == 0;
  spec.rules.mark_at_start_only = random() % 3 == 0;
  spec.rules.space_is_mark = random() % 8 != 0;
  const bool has_mark = spec.symbols.find(kMark).has_value();
  spec.rules.split_at_marks =
      spec.rules.space_is_mark && random() % 4 == 0 && (spec.byte_ids || has_mark);
  spec.whole_sections = random() % 4 == 0;
  if (spec.whole_sections || random() % 4 != 0) return;
  if (spec.rules.split_at_marks) return;
  for (const char* text : {"ab", "abc", "中文", "\xE2\x96\x81\xE2\x96\x81", "c\xE2\x96\x81"}) {
    if (random() % 2 == 0) continue;
    const auto id = static_cast<TokenId>(1);
    spec.atomic_pieces.push_back({text, id});
  }
}

std::string random_text(std::mt19937& random, std::size_t chars_max) {
  std::string text;
  const std::size_t chars = random() % (chars_max + 1);
  while (text.size() < chars) {
    if (random() % 4 == 0) {
      text += " ";
    } else if (random() % 40 == 0) {
      text += "\xE2\x82\xAC";  // in no spec
    } else if (random() % 6 == 0) {
      text.append(random() % 90, "abc"[random() % 3]);
    } else {
      text += kChars[random() % kChars.size()];
    }
  }
  return text;
}

TEST(CharBpeModelTest, EqualsTheTextbookOnRandomModelsAndTexts) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    CharBpeSpec spec = random_spec(random);
    add_random_rules(spec, random);
    const CharBpeModel model(spec, "test");
    for (int i = 0; i < 12; ++i) {
      const std::string text = random_text(random, i == 0 ? 300 : 24);
      const bool at_start = random() % 2 == 0;
      std::vector<TokenId> ids = {7};
      model.encode(text, at_start, ids);
      ASSERT_EQ(ids.front(), 7U);
      ids.erase(ids.begin());
      ASSERT_EQ(ids, reference::encode_char_bpe(spec, text, at_start))
          << "round " << round << ": " << text;
    }
  }
}

// Units that are long, and so never met again: the cache is left out.
TEST(CharBpeModelTest, EqualsTheTextbookOnTextThatIsAlwaysNew) {
  std::mt19937 random(8);
  for (int round = 0; round < 150; ++round) {
    CharBpeSpec spec = random_spec(random);
    add_random_rules(spec, random);
    const CharBpeModel model(spec, "test");
    for (int i = 0; i < 4; ++i) {
      std::string text;
      const std::size_t chars = 1500 + random() % 3000, alphabet = 1 + random() % kChars.size();
      const auto spaces = 2 + random() % 100;
      while (text.size() < chars) {
        text += random() % spaces == 0 ? std::string(" ")
                : random() % 200 == 0  ? std::string("\xE2\x82\xAC")
                                       : kChars[random() % alphabet];
      }
      std::vector<TokenId> ids;
      model.encode(text, true, ids);
      ASSERT_EQ(ids, reference::encode_char_bpe(spec, text, true)) << "round " << round;
    }
  }
}

// "ab" of UNUSED kind is written as its parts, "b" has no token.
TEST(CharBpeModelTest, WritesResplitSymbolsAsTheirParts) {
  CharBpeSpec spec;
  spec.symbols.add("<unk>", 0);
  spec.symbols.add("a", 1);
  spec.symbols.add("ab", 2);
  spec.symbols.add("aba", 3);
  spec.bare_characters = {"b"};
  spec.characters = {1, 4};
  spec.merges = {{1, 4, 2, 0}, {2, 1, 3, 1}};
  spec.resplits = {{.symbol = 2, .parts = {1, 4}}};
  spec.unknown = 0;
  spec.rules.mark = Mark::kNone;
  const CharBpeModel model(spec, "test");
  std::vector<TokenId> ids;
  model.encode("abbaba", true, ids);
  EXPECT_EQ(ids, (std::vector<TokenId>{1, 0, 3}));
  EXPECT_EQ(ids, reference::encode_char_bpe(spec, "abbaba", true));
}

TEST(CharBpeModelTest, RefusesWhatHasNoWayForUnknownCharacters) {
  CharBpeSpec spec;
  spec.symbols.add("a", 0);
  spec.characters = {0};
  try {
    const CharBpeModel model(spec, "some.json");
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kMismatch);
    EXPECT_NE(std::string(error.what()).find("some.json"), std::string::npos);
  }
}

// Runs of one character are one unit: the merges of a million must not take quadratic time.
TEST(CharBpeModelTest, MergesAMillionOfOneCharacterInTime) {
  CharBpeSpec spec;
  spec.symbols.add("<unk>", 0);
  std::string text = "a";
  for (TokenId id = 1; id <= 5; ++id) {
    spec.symbols.add(text, id);
    if (id > 1) spec.merges.push_back({id - 1, id - 1, id, 5 - id});
    text += text;
  }
  spec.characters = {1};
  spec.unknown = 0;
  spec.rules.mark = Mark::kNone;
  const CharBpeModel model(spec, "test");
  std::vector<TokenId> ids;
  const auto begin = std::chrono::steady_clock::now();
  model.encode(std::string(1'000'000, 'a'), true, ids);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(ids, std::vector<TokenId>(1'000'000 / 16, 5));
}

}  // namespace
}  // namespace corpusmill
