#include "tokenizer/byte_level/bpe_rows.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/reference/textbook_bpe.h"

namespace corpusmill {
namespace {

// Random merges over the bytes of a few characters.
std::vector<MergeTable::Merge> random_merges(std::mt19937& random, std::string_view letters,
                                             std::vector<std::string>& spelled) {
  std::vector<MergeTable::Merge> merges;
  std::vector<TokenId> ids;
  for (const char letter : letters) ids.push_back(static_cast<std::uint8_t>(letter));
  for (std::uint32_t rank = 0; rank < 60; ++rank) {
    const TokenId left = ids[random() % ids.size()], right = ids[random() % ids.size()];
    const std::string both = spelled[left] + spelled[right];
    if (std::find(spelled.begin(), spelled.end(), both) != spelled.end()) continue;
    ids.push_back(static_cast<TokenId>(spelled.size()));
    spelled.push_back(both);
    merges.push_back({left, right, ids.back(), rank});
  }
  return merges;
}

// Pretokens of every length, few and many, cut or not: what the rows become is what the pretokens
// become one by one.
TEST(BpeRowsTest, EqualsThePretokensOneByOne) {
  std::mt19937 random(1);
  BpeRows rows;
  for (int round = 0; round < 200; ++round) {
    const std::string letters = round % 3 == 0 ? "abc" : "abcdefghij\xC3\xA9";
    std::vector<std::string> spelled;
    std::array<TokenId, 256> byte_ids{};
    for (TokenId byte = 0; byte < 256; ++byte) {
      byte_ids[byte] = byte;
      spelled.emplace_back(1, static_cast<char>(byte));
    }
    const std::vector<MergeTable::Merge> merges = random_merges(random, letters, spelled);
    std::vector<reference::Merge> textbook;
    for (const auto& merge : merges) textbook.push_back({merge.left, merge.right, merge.result});
    const MergeTable table(merges);
    const std::vector<std::string_view> pieces(spelled.begin() + 256, spelled.end());
    const CharCuts cuts(pieces);
    // Ids of their own, which merges may have as parts.
    Vocabulary vocabulary;
    for (TokenId id = 0; id < 20; ++id) {
      std::string whole(1 + random() % (id % 4 == 0 ? 40 : 4), ' ');
      for (char& c : whole) c = letters[random() % 3];
      vocabulary.add(whole, static_cast<TokenId>(spelled.size() - 10 + id));
    }
    const WholePretokens whole_pretokens(vocabulary, byte_ids, table);
    const bool has_whole = round % 4 == 1;

    std::string text = "##";
    std::vector<std::uint32_t> ends;
    std::vector<TokenId> expected, ids;
    const std::size_t size = random() % (round % 2 == 0 ? 100 : 12000);
    do {
      std::string pretoken;
      for (auto bytes = 1 + random() % (random() % 50 == 0 ? 500 : 12); bytes > 0; --bytes) {
        pretoken += random() % 20 == 0 ? std::string("\xC3\xA9")
                                       : std::string(1, letters[random() % letters.size()]);
      }
      if (has_whole && random() % 5 == 0) {
        pretoken = vocabulary.spelling(static_cast<TokenId>(spelled.size() - 10 + random() % 20));
        if (pretoken.empty()) continue;
      }
      text += pretoken;
      ends.push_back(static_cast<std::uint32_t>(text.size()));
      std::vector<TokenId> own;
      for (const char byte : pretoken) own.push_back(static_cast<std::uint8_t>(byte));
      own = reference::apply_merges(own, textbook);
      const auto whole = vocabulary.find(pretoken);
      if (has_whole && whole) own = {*whole};
      expected.insert(expected.end(), own.begin(), own.end());
    } while (text.size() < size || ends.empty());

    std::uint32_t begin = 2;
    for (std::span<const std::uint32_t> left = ends; !left.empty();) {
      const std::size_t taken =
          rows.take({.cuts = round % 5 == 0 ? nullptr : &cuts,
                     .byte_ids = byte_ids,
                     .whole_pretokens = has_whole ? &whole_pretokens : nullptr},
                    text, begin, left);
      const std::span<const TokenId> merged = rows.merge(table);
      ids.insert(ids.end(), merged.begin(), merged.end());
      begin = left[taken - 1];
      left = left.subspan(taken);
    }
    ASSERT_EQ(ids, expected) << round;
  }
}

}  // namespace
}  // namespace corpusmill
