// Text as the pieces of a sentencepiece model spell it: characters mapped, white space tidied,
// spaces written as marks (U+2581). The same bytes as sentencepiece 0.2.3 makes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/precompiled_charsmap.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/sentencepiece_vocabulary.h"
#include "tokenizer/user_defined_pieces.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class SentencepieceNormalizer {
 public:
  // Of the text of a model. Throws Error: kCorrupt if its character map is damaged, kMismatch if
  // its user-defined pieces are too large.
  SentencepieceNormalizer(const SentencepieceVocabulary& vocabulary, const std::string& file_name);
  // Of decoded text: no user-defined pieces. Throws Error kCorrupt as above.
  SentencepieceNormalizer(const SentencepieceModel::NormalizerSpec& spec,
                          const std::string& file_name);

  // Replaces `out` by the normalized `text`, which may be malformed: each byte that is not UTF-8
  // becomes U+FFFD, but where a rule or a user-defined piece takes it.
  void normalize(std::string_view text, std::string& out) const;

 private:
  // What happens to one byte, or to a character by its first byte.
  enum class ByteKind : std::uint8_t {
    kPlain,  // ASCII that stays as it is, whatever ASCII follows
    kSpace,  // a space that no rule begins with
    kWide,   // first of three bytes; plain_wide_ tells
    kOther,  // the rules are asked
  };
  // The beginning of a text as it is written out.
  struct Prefix {
    std::size_t bytes;
    std::string_view text;
  };

  void find_plain_characters();
  Prefix prefix(std::string_view text) const;
  std::size_t leading_space(std::string_view text) const;
  std::size_t copy_plain(std::string_view text, std::size_t at, bool& after_space,
                         std::string& out) const;
  void append(std::string_view normalized, bool& after_space, std::string& out) const;

  std::optional<PrecompiledCharsmap> map_;
  UserDefinedPieces user_defined_;
  bool add_mark_, remove_extra_spaces_;
  bool mark_at_end_ = false;  // treat_whitespace_as_suffix
  std::string_view mark_;
  std::array<ByteKind, 256> kind_ = {};
  // One bit for each code point below 0x10000 of three bytes that neither a rule nor a user-defined
  // piece begins with or within.
  std::vector<std::uint64_t> plain_wide_;
};

}  // namespace corpusmill
