// One interface over every kind of tokenizer. The engine behind it can be swapped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/text_codec.h"
#include "common/token_id.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/id_frame.h"

namespace corpusmill {

// What to do with text that spells a special token ("<|im_end|>", "</s>").
enum class SpecialInText : std::uint8_t {
  kParse,   // it becomes the special id
  kText,    // it is encoded as ordinary text
  kReject,  // the document is refused
};

// What encode() met. `specials` counts literal special tokens in the text, whatever the policy.
struct EncodeReport {
  std::uint64_t specials = 0;
  bool refused = false;  // kReject and specials > 0: nothing was appended
};

// One of several texts that were encoded: its ids are out[ids_begin, ids_end), frame and all.
struct EncodedText {
  std::size_t ids_begin = 0, ids_end = 0;
  EncodeReport report;
};

// What `tokenizer info` says beyond the rest.
struct TokenizerParts {
  std::string normalizer, splitter;  // in words
  std::vector<AddedToken> added_tokens;
};

class Tokenizer : public TextCodec {
 public:
  // Appends the ids of `text` (valid UTF-8) to `out`; no BOS, no EOS, no post-processor.
  // Identical to the reference library (sentencepiece, Hugging Face tokenizers) under its default
  // policy. Const and safe from any number of threads; scratch is per thread inside.
  virtual EncodeReport encode(std::string_view text, SpecialInText policy,
                              std::vector<TokenId>& out) const = 0;
  // The same of each of the texts, one behind the other, each within the frame; of a refused one
  // nothing. Fills in encoded[i] for texts[i]; there are as many. For many short texts this may be
  // faster than one by one.
  virtual void encode_all(std::span<const std::string_view> texts, SpecialInText policy,
                          const IdFrame& frame, std::vector<TokenId>& out,
                          std::span<EncodedText> encoded) const {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      encoded[i] = encode_framed(texts[i], policy, frame, out);
    }
  }
  // kParse for tokenizer.json, kText for .model: what the reference library does; kText for ranks,
  // as tiktoken's encode_ordinary (its encode refuses such text).
  virtual SpecialInText default_policy() const = 0;
  // "byte-level-bpe", "tiktoken", "sentencepiece-bpe", "sentencepiece-unigram", "-word", "-char".
  virtual std::string_view kind() const = 0;
  // The token as the vocabulary spells it, for `inspect`; empty for an id that has none.
  virtual std::string token(TokenId id) const = 0;
  // The id spelled exactly so, added tokens included.
  virtual std::optional<TokenId> id_of(std::string_view token) const = 0;
  // What the user should know before relying on the ids, one line; empty if nothing. Commands print
  // it once.
  virtual std::string warning() const { return {}; }
  virtual TokenizerParts parts() const { return {}; }

  std::vector<TokenId> encode_text(std::string_view text) const final {
    std::vector<TokenId> ids;
    encode(text, default_policy(), ids);
    return ids;
  }
  EncodedText encode_framed(std::string_view text, SpecialInText policy, const IdFrame& frame,
                            std::vector<TokenId>& out) const {
    EncodedText encoded{.ids_begin = out.size(), .ids_end = out.size(), .report = {}};
    if (frame.before) out.push_back(*frame.before);
    encoded.report = encode(text, policy, out);
    if (encoded.report.refused) {
      out.resize(encoded.ids_begin);
    } else {
      if (frame.after) out.push_back(*frame.after);
      encoded.ids_end = out.size();
    }
    return encoded;
  }
};

// Loads a sentencepiece .model, a Hugging Face tokenizer.json or ranks as tiktoken stores them
// (told apart by content), or the folder that holds one. BOS/EOS/PAD/UNK come from the model, from
// tokenizer_config.json beside it, or from the usual names in the vocabulary. Throws Error:
// kInputIo if it cannot be read, kMismatch if it is of a kind that cannot be proven exact (the
// message names the part), kCorrupt otherwise.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& path);

// The same of a file's bytes, with those of the tokenizer_config.json beside it, empty if there is
// none. The names are for messages.
std::unique_ptr<Tokenizer> make_tokenizer(const std::string& bytes, const std::string& name,
                                          std::string_view config, const std::string& config_name);

}  // namespace corpusmill
