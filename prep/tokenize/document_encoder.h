// From a document's text to the ids that go into a shard: [BOS] text [EOS].
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {

// What the user asked for; what is not asked is decided by the tokenizer.
struct EncoderChoices {
  std::optional<bool> bos, eos;
  std::optional<SpecialInText> special_in_text;
};

// Const and safe from any number of threads. The tokenizer outlives it.
class DocumentEncoder {
 public:
  // Not asked: EOS if the tokenizer has one; BOS if it has one that differs from EOS (so gpt2,
  // whose
  // <|endoftext|> is both, ends documents only); the reference library's policy for special tokens
  // in the text. Throws Error(kMismatch) for a BOS or EOS asked of a tokenizer that has none.
  DocumentEncoder(const Tokenizer& tokenizer, const EncoderChoices& choices);

  bool bos() const { return frame_.before.has_value(); }
  bool eos() const { return frame_.after.has_value(); }
  SpecialInText policy() const { return policy_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  // Ids that every document gets beyond those of its text.
  std::uint64_t tokens_added() const { return (bos() ? 1U : 0U) + (eos() ? 1U : 0U); }

  // Appends the document's ids to `ids`; nothing if it is refused (policy kReject).
  EncodeReport encode(std::string_view text, std::vector<TokenId>& ids) const {
    return tokenizer_->encode_framed(text, policy_, frame_, ids).report;
  }
  // The same of several, in their order; fills in encoded[i] for texts[i].
  void encode_all(std::span<const std::string_view> texts, std::vector<TokenId>& ids,
                  std::span<EncodedText> encoded) const {
    tokenizer_->encode_all(texts, policy_, frame_, ids, encoded);
  }

 private:
  const Tokenizer* tokenizer_;
  IdFrame frame_;
  SpecialInText policy_;
};

// "parse", "text" or "reject".
std::string_view special_in_text_name(SpecialInText policy);

}  // namespace corpusmill
