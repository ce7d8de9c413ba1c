#include "prep/signature/datatrove_signature.h"

#include <gtest/gtest.h>

#include <string>

#include "prep/signature/datatrove_text.h"
#include "prep/signature/sha1.h"
#include "prep/signature/sketcher.h"

namespace corpusmill {
namespace {

std::string hex(const std::array<std::uint8_t, 20>& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// FIPS 180's examples, and hashlib's answers where the padding starts a block of its own.
TEST(Sha1, KnownDigests) {
  EXPECT_EQ(hex(sha1_of("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(sha1_of("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex(sha1_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(hex(sha1_of(std::string(1'000'000, 'a'))), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  EXPECT_EQ(hex(sha1_of(std::string(55, 'x'))), "cef734ba81a024479e09eb5a75b6ddae62e6abf1");
  EXPECT_EQ(hex(sha1_of(std::string(64, 'x'))), "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163");
}

std::string simplified(std::string_view text) {
  std::string out = "what was there";
  simplify_as_datatrove(text, out);
  return out;
}

TEST(DatatroveText, SimplifiesInItsOrder) {
  EXPECT_EQ(simplified("  The QUICK, brown\tfox!\n"), "the quick brown fox");
  // Numbers before punctuation: one with a separator is one.
  EXPECT_EQ(simplified("1.5 1.2.3 1|2|3 12,000 7. ٣٫٥ 1."), "0 0 0 0 0 0 0 0 0 0");
  EXPECT_EQ(simplified("a1b22c"), "a0b0c");
  EXPECT_EQ(simplified("Crème BRÛLÉE e\u0301"), "creme brulee e");
  EXPECT_EQ(simplified("İstanbul ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ. Σ"), "istanbul οδυσσευς σοφος σ");
  EXPECT_EQ(simplified("中文，很好。"), "中文 很好");
  EXPECT_EQ(simplified("b\x7F\u0085d"), "b d");
  EXPECT_EQ(simplified(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(simplified("\u0301 a \u0301"), "a");
  EXPECT_EQ(simplified("한"), "\u1112\u1161\u11AB");
  EXPECT_EQ(simplified(""), "");
  EXPECT_EQ(simplified("..."), "");
}

constexpr std::string_view kFox = "the quick brown fox jumps over the lazy dog";

TEST(DatatroveSigner, DrawsAsNumpyDoes) {
  const DatatroveSigner signer(DatatroveHash::kXxh64, 5, 112);
  const auto a = signer.multipliers(), b = signer.addends();
  ASSERT_EQ(a.size(), 112u);
  EXPECT_EQ(a[0], 775169054918279404U);
  EXPECT_EQ(a[1], 1758426461858698313U);
  EXPECT_EQ(a[2], 2109959069025162U);
  EXPECT_EQ(a[3], 965365488286768774U);
  EXPECT_EQ(a[111], 223865076026037746U);
  EXPECT_EQ(b[0], 1062448801025099917U);
  EXPECT_EQ(b[1], 1324811268927594100U);
  EXPECT_EQ(b[2], 1217488311597731462U);
  EXPECT_EQ(b[3], 100775521383383736U);
  EXPECT_EQ(b[111], 1097409548522419201U);
}

// Made by datatrove 0.4's own arithmetic in numpy.
TEST(DatatroveSigner, GoldenSignatures) {
  const DatatroveSigner xxh64(DatatroveHash::kXxh64, 5, 112);
  std::vector<std::uint64_t> shingles, signature(112);
  xxh64.shingle(kFox, shingles);
  EXPECT_EQ(shingles, (std::vector<std::uint64_t>{7797000677988824208U, 4793414983259776074U,
                                                  7369512836458661087U, 13961012810162701268U,
                                                  15736776954345750141U}));
  xxh64.sign(shingles, signature);
  EXPECT_EQ(
      std::vector<std::uint64_t>(signature.begin(), signature.begin() + 8),
      (std::vector<std::uint64_t>{85330943174081874U, 663359892825767826U, 302227827184868053U,
                                  34440879854629237U, 1270900061947546662U, 117899488208280896U,
                                  922286648869847700U, 204404170303891102U}));
  const DatatroveSigner sha1(DatatroveHash::kSha1, 5, 112);
  sha1.shingle(kFox, shingles);
  EXPECT_EQ(shingles, (std::vector<std::uint64_t>{12313522834835307089U, 13802602654544986703U,
                                                  6350799717277693736U, 10823048585179756349U,
                                                  13679420430192371655U}));
  sha1.sign(shingles, signature);
  EXPECT_EQ(std::vector<std::uint64_t>(signature.begin(), signature.begin() + 4),
            (std::vector<std::uint64_t>{585594454516184072U, 284080765670708113U,
                                        594234408324153881U, 226360113463360020U}));
}

TEST(Sketcher, KeysOfDatatrovesSignatures) {
  const Sketcher sketcher({ShingleRule::parse("words:5"), LshShape{14, 8}, DatatroveHash::kXxh64});
  std::vector<std::uint64_t> keys(14), same(14), other(14), shorter(14), equal(14);
  sketcher.sketch(kFox, keys);
  sketcher.sketch("THE quick, brown fox... jumps over the lazy dog!", same);
  sketcher.sketch("the quick brown fox jumps under the lazy dog", other);
  EXPECT_EQ(keys, same);
  EXPECT_NE(keys, other);
  for (const std::uint64_t key : keys) EXPECT_EQ(key >> 56, 0u);
  // Fewer words than a shingle has: the raw text.
  sketcher.sketch("quick brown fox", shorter);
  sketcher.sketch("quick brown fox!", equal);
  EXPECT_NE(shorter, equal);
  sketcher.sketch("quick brown fox", equal);
  EXPECT_EQ(shorter, equal);
}

}  // namespace
}  // namespace corpusmill
