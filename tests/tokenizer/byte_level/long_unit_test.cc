#include "tokenizer/byte_level/long_unit.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/reference/textbook_bpe.h"

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

// Of one, two, three and four bytes, damaged ones at the end.
const std::vector<std::string> kChars = {"a", "b",  "c",  "d", "e",        "f",   "é",
                                         "ж", "中", "文", "😀", "\xF0\x9F", "\x80"};

struct Model {
  std::array<TokenId, 256> byte_ids{};
  std::vector<MergeTable::Merge> merges;
  std::vector<reference::RankedMerge> ranked;
  std::vector<std::string> spelled;  // by id
  std::optional<CharCuts> cuts;
};

// Merges of what stands side by side in texts like those that follow.
Model random_model(std::mt19937& random, const std::string& sample) {
  Model model;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    model.byte_ids[byte] = static_cast<TokenId>(byte);
    model.spelled.emplace_back(1, static_cast<char>(byte));
  }
  Ids row;
  for (const char byte : sample) row.push_back(static_cast<std::uint8_t>(byte));
  for (std::size_t i = 1 + random() % 60; i > 0 && row.size() > 1; --i) {
    const std::size_t at = random() % (row.size() - 1);
    const std::string text = model.spelled[row[at]] + model.spelled[row[at + 1]];
    if (std::find(model.spelled.begin(), model.spelled.end(), text) != model.spelled.end())
      continue;
    const auto id = static_cast<TokenId>(model.spelled.size());
    model.merges.push_back({row[at], row[at + 1], id, id});
    model.ranked.push_back({row[at], row[at + 1], id, id});
    model.spelled.push_back(text);
    row = reference::apply_ranked_merges(row, model.ranked);
  }
  if (random() % 5 == 0) return model;
  std::vector<std::string_view> pieces(model.spelled.begin() + 256, model.spelled.end());
  model.cuts.emplace(pieces);
  return model;
}

std::string random_text(std::mt19937& random, std::size_t size) {
  const std::size_t alphabet = 1 + random() % kChars.size(), first = random() % kChars.size();
  std::string text;
  while (text.size() < size) text += kChars[(first + random() % alphabet) % kChars.size()];
  return text;
}

TEST(LongUnitTest, UnitsOfAnyLengthBecomeWhatTheTextbookSays) {
  std::mt19937 random(21);
  LongUnit unit;
  for (int round = 0; round < 120; ++round) {
    const std::string base = random_text(random, 300);
    const Model model = random_model(random, base);
    const MergeTable table(model.merges);
    for (const std::size_t size :
         {1 + random() % 80, 1 + random() % 2000, round % 20 == 0 ? 8500 + random() % 3000 : 100}) {
      std::string text = random() % 4 == 0 ? random_text(random, size) : base;
      while (text.size() < size) text += base;
      text.resize(size);
      Ids row;
      for (const char byte : text) row.push_back(static_cast<std::uint8_t>(byte));
      Ids ids = {7};
      unit.merge(table, model.byte_ids, model.cuts, text, ids);
      ASSERT_EQ(ids.front(), 7U);
      ids.erase(ids.begin());
      ASSERT_EQ(ids, reference::apply_ranked_merges(row, model.ranked))
          << "round " << round << ": " << text.size() << " bytes";
    }
  }
}

}  // namespace
}  // namespace corpusmill
