#include "tokenizer/char_bpe/char_bpe_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace corpusmill {
namespace {

using Ids = std::vector<TokenId>;

// Bytes are 0 to 255; then these, with the one merge a + b.
constexpr TokenId kMarkId = 256, kA = 257, kB = 258, kAb = 259, kMarkA = 260, kSpecial = 261,
                  kNormalized = 262;

CharBpeJsonSpec small_spec() {
  CharBpeJsonSpec spec;
  auto& bytes = spec.bpe.byte_ids.emplace();
  const char* const digits = "0123456789ABCDEF";
  for (TokenId byte = 0; byte < 256; ++byte) {
    spec.bpe.symbols.add(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + '>', byte);
    bytes[byte] = byte;
  }
  spec.bpe.symbols.add("\xE2\x96\x81", kMarkId);
  spec.bpe.symbols.add("a", kA);
  spec.bpe.symbols.add("b", kB);
  spec.bpe.symbols.add("ab", kAb);
  spec.bpe.symbols.add(
      "\xE2\x96\x81"
      "a",
      kMarkA);
  spec.bpe.symbols.add("<s>", kSpecial);
  spec.bpe.symbols.add("ba", kNormalized);
  spec.bpe.outside_model = {kSpecial, kNormalized};
  spec.bpe.characters = {kMarkId, kA, kB};
  spec.bpe.merges = {{kMarkId, kA, kMarkA, 0}, {kA, kB, kAb, 1}};
  spec.added_tokens = {{.id = kSpecial, .content = "<s>", .special = true}};
  spec.decode_strips = 1;
  return spec;
}

std::unique_ptr<Tokenizer> make(CharBpeJsonSpec spec) {
  return make_char_bpe_tokenizer(std::move(spec), {}, "digest", "tokenizer.json");
}

TEST(CharBpeTokenizerTest, GivesEverySectionItsMark) {
  const auto tokenizer = make(small_spec());
  EXPECT_EQ(tokenizer->encode_text("ab<s>b a<s>"),
            (Ids{kMarkA, kB, kSpecial, kMarkId, kB, kMarkA, kSpecial}));
  CharBpeJsonSpec first = small_spec();
  first.marks_from_normalizer = false;
  first.bpe.rules.mark_beside_mark = false;
  first.bpe.rules.mark_at_start_only = true;
  EXPECT_EQ(make(first)->encode_text("ab<s>ab"), (Ids{kMarkA, kB, kSpecial, kAb}));
  EXPECT_EQ(make(first)->encode_text(" ab"), (Ids{kMarkA, kB}));
  EXPECT_EQ(make(first)->encode_text("<s>ab"), (Ids{kSpecial, kAb}));
}

TEST(CharBpeTokenizerTest, FindsNormalizedTokensInTextWithMarks) {
  CharBpeJsonSpec spec = small_spec();
  spec.added_tokens.push_back({.id = kNormalized, .content = "ba", .normalized = true});
  // The normalizer gives the token a mark too.
  EXPECT_EQ(make(spec)->decode(Ids{kA, kNormalized}), "a ba");
  EXPECT_EQ(make(spec)->encode_text("ba aba ba"), (Ids{kNormalized, kMarkA, kB, kA, kNormalized}));
  spec.marks_from_normalizer = false;
  EXPECT_EQ(make(spec)->encode_text("aba"), (Ids{kMarkA, kNormalized}));
}

TEST(CharBpeTokenizerTest, KeepsToThePolicyForSpecialTokens) {
  const auto tokenizer = make(small_spec());
  Ids ids = {9};
  EXPECT_TRUE(tokenizer->encode("a<s>", SpecialInText::kReject, ids).refused);
  EXPECT_EQ(ids, Ids{9});
  EXPECT_EQ(tokenizer->encode("a<s>", SpecialInText::kText, ids).specials, 1U);
  EXPECT_EQ(ids, (Ids{9, kMarkA, '<', 's', '>'}));
}

TEST(CharBpeTokenizerTest, DecodesMarksBytesAndStrips) {
  const auto tokenizer = make(small_spec());
  EXPECT_EQ(tokenizer->decode(Ids{kMarkA, kMarkId, kMarkA}), "a  a");
  EXPECT_EQ(tokenizer->decode(Ids{0xE4, 0xB8, 0xAD, kA}), "中a");
  // A run of bytes that is no text as a whole is one replacement for each byte.
  EXPECT_EQ(tokenizer->decode(Ids{'x', 0xE4, kA}),
            "\xEF\xBF\xBD\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(tokenizer->decode(Ids{kSpecial, 9999, kB}), "<s>b");
  EXPECT_EQ(tokenizer->decode(Ids{kMarkId, kMarkId}), " ");
  EXPECT_EQ(tokenizer->decode(Ids{}), "");
}

}  // namespace
}  // namespace corpusmill
