#include "train/text_stream.h"

#include <gtest/gtest.h>

#include <random>

namespace corpusmill {
namespace {

// Every id is a byte, as in a byte-level BPE without merges; bad UTF-8 decodes to U+FFFD.
class ByteCodec : public TextCodec {
 public:
  std::vector<TokenId> encode_text(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }
  std::string decode(std::span<const TokenId> ids) const override {
    std::string result;
    for (std::size_t i = 0; i < ids.size();) {
      const std::size_t length = ids[i] < 0x80 ? 1 : ids[i] >= 0xF0 ? 4 : ids[i] >= 0xE0 ? 3 : 2;
      bool whole = ids[i] < 0x80 || (ids[i] >= 0xC2 && i + length <= ids.size());
      for (std::size_t k = 1; whole && k < length; ++k) whole = (ids[i + k] & 0xC0) == 0x80;
      if (!whole) {
        result += "\xEF\xBF\xBD";
        ++i;
        while (i < ids.size() && (ids[i] & 0xC0) == 0x80) ++i;
        continue;
      }
      for (std::size_t k = 0; k < length; ++k) result.push_back(static_cast<char>(ids[i + k]));
      i += length;
    }
    return result;
  }
  SpecialIds special_ids() const override { return {}; }
  std::size_t vocabulary_size() const override { return 256; }
  std::string digest() const override { return "bytes"; }
};

TEST(TextStream, GivesWholeCharactersOnly) {
  const ByteCodec codec;
  const std::string text = "a\xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80z";
  TextStream stream(codec, codec.encode_text("prompt"));
  std::string all;
  for (const TokenId id : codec.encode_text(text)) {
    const std::string piece = stream.push(id);
    EXPECT_EQ(piece.find("\xEF\xBF\xBD"), std::string::npos);
    all += piece;
  }
  EXPECT_EQ(all + stream.finish(), text);
}

TEST(TextStream, AnOpenCharacterAtTheEndIsReplaced) {
  const ByteCodec codec;
  TextStream stream(codec, {});
  EXPECT_EQ(stream.push('x'), "x");
  EXPECT_EQ(stream.push(0xE4), "");
  EXPECT_EQ(stream.push(0xB8), "");
  EXPECT_EQ(stream.finish(), "\xEF\xBF\xBD");
  EXPECT_EQ(stream.finish(), "");
}

TEST(TextStream, BytesThatAreNoTextDoNotBlockIt) {
  const ByteCodec codec;
  TextStream stream(codec, {});
  std::string all;
  for (int i = 0; i < 40; ++i) all += stream.push(0xFF);
  EXPECT_FALSE(all.empty());
  EXPECT_EQ(stream.push('a').back(), 'a');
}

TEST(TextStream, PiecesOfRandomTextAddUp) {
  const ByteCodec codec;
  const std::vector<std::string> characters = {"a", "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80"};
  std::mt19937 random(2);
  for (int round = 0; round < 50; ++round) {
    std::string prompt, text;
    for (int i = 0; i < 9; ++i) prompt += characters[random() % 4];
    for (int i = 0; i < 30; ++i) text += characters[random() % 4];
    TextStream stream(codec, codec.encode_text(prompt));
    std::string all;
    for (const TokenId id : codec.encode_text(text)) all += stream.push(id);
    ASSERT_EQ(all + stream.finish(), text);
  }
}

}  // namespace
}  // namespace corpusmill
