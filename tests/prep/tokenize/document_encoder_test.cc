#include "prep/tokenize/document_encoder.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace corpusmill {
namespace {

// One id per byte; '<' stands for a special token.
class ByteTokenizer : public Tokenizer {
 public:
  explicit ByteTokenizer(SpecialIds ids) : ids_(ids) {}
  EncodeReport encode(std::string_view text, SpecialInText policy,
                      std::vector<TokenId>& out) const override {
    EncodeReport report;
    for (const char c : text) report.specials += c == '<';
    report.refused = policy == SpecialInText::kReject && report.specials > 0;
    if (!report.refused) {
      for (const char c : text) out.push_back(static_cast<unsigned char>(c));
    }
    return report;
  }
  SpecialInText default_policy() const override { return SpecialInText::kParse; }
  std::string_view kind() const override { return "byte"; }
  std::string token(TokenId) const override { return {}; }
  std::optional<TokenId> id_of(std::string_view) const override { return {}; }
  std::string decode(std::span<const TokenId>) const override { return {}; }
  SpecialIds special_ids() const override { return ids_; }
  std::size_t vocabulary_size() const override { return 300; }
  std::string digest() const override { return "0"; }

 private:
  SpecialIds ids_;
};

using Ids = std::vector<TokenId>;

Ids encode(const SpecialIds& special_ids, const EncoderChoices& choices) {
  const ByteTokenizer tokenizer(special_ids);
  const DocumentEncoder encoder(tokenizer, choices);
  Ids ids{7};
  encoder.encode("ab", ids);
  return ids;
}

SpecialIds marks(std::optional<TokenId> bos, std::optional<TokenId> eos) {
  SpecialIds ids;
  ids.bos = bos;
  ids.eos = eos;
  return ids;
}

EncoderChoices choose(std::optional<bool> bos, std::optional<bool> eos) {
  EncoderChoices choices;
  choices.bos = bos;
  choices.eos = eos;
  return choices;
}

TEST(DocumentEncoder, WrapsByDefaultInWhatTheTokenizerHas) {
  EXPECT_EQ(encode(marks(256, 257), {}), (Ids{7, 256, 'a', 'b', 257}));
  EXPECT_EQ(encode(marks({}, 257), {}), (Ids{7, 'a', 'b', 257}));
  EXPECT_EQ(encode(marks(256, {}), {}), (Ids{7, 256, 'a', 'b'}));
  EXPECT_EQ(encode({}, {}), (Ids{7, 'a', 'b'}));
  EXPECT_EQ(encode(marks(257, 257), {}), (Ids{7, 'a', 'b', 257})) << "gpt2's shape";
}

TEST(DocumentEncoder, DoesWhatItIsAsked) {
  EXPECT_EQ(encode(marks(256, 257), choose(false, {})), (Ids{7, 'a', 'b', 257}));
  EXPECT_EQ(encode(marks(256, 257), choose({}, false)), (Ids{7, 256, 'a', 'b'}));
  EXPECT_EQ(encode(marks(257, 257), choose(true, {})), (Ids{7, 257, 'a', 'b', 257}));
  EXPECT_EQ(encode({}, choose(false, false)), (Ids{7, 'a', 'b'}));
}

TEST(DocumentEncoder, RefusesAMarkThatTheVocabularyLacks) {
  const ByteTokenizer tokenizer({});
  for (const EncoderChoices& choices : {choose(true, {}), choose({}, true)}) {
    try {
      const DocumentEncoder encoder(tokenizer, choices);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kMismatch);
    }
  }
}

TEST(DocumentEncoder, ARefusedDocumentLeavesNothing) {
  const ByteTokenizer tokenizer(marks(256, 257));
  EncoderChoices choices;
  choices.special_in_text = SpecialInText::kReject;
  const DocumentEncoder encoder(tokenizer, choices);
  Ids ids{7};
  const EncodeReport report = encoder.encode("a<b", ids);
  EXPECT_TRUE(report.refused);
  EXPECT_EQ(report.specials, 1U);
  EXPECT_EQ(ids, Ids{7});
  EXPECT_FALSE(encoder.encode("ab", ids).refused);
  EXPECT_EQ(ids.size(), 5U);
}

}  // namespace
}  // namespace corpusmill
