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

#include "tokenizer/sentencepiece/precompiled_charsmap.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/sentencepiece/sentencepiece_vocabulary.h"
#include "tokenizer/sentencepiece/user_defined_pieces.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class SentencepieceNormalizer {
 public:
  // How a mark is written: as U+2581, or as a space, which no normalized text holds otherwise. A
  // mark that the text spells itself is the same then. Both need escape_whitespaces; without it
  // spaces stay spaces, and marks marks.
  enum class Marks : std::uint8_t { kSpelled, kAsSpaces };

  // Of the text of a model. Throws Error: kCorrupt if its character map is damaged, kMismatch if
  // its user-defined pieces are too large.
  SentencepieceNormalizer(const SentencepieceVocabulary& vocabulary, Marks marks,
                          const std::string& file_name);
  // Of decoded text: no user-defined pieces. Throws Error kCorrupt as above.
  SentencepieceNormalizer(const SentencepieceModel::NormalizerSpec& spec,
                          const std::string& file_name);

  // Whether normalized text is UTF-8, whatever the text: it is unless a replacement or a
  // user-defined piece of the model is not.
  bool writes_utf8() const { return writes_utf8_; }

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
  // Where normalized text goes: out[0, used) is written, `after_space` if it ends with a space that
  // swallows those behind it.
  struct Output {
    std::string& text;
    std::size_t used;
    bool after_space;
    char* room(std::size_t bytes);
    void write(std::string_view bytes);
  };
  std::size_t copy_plain(std::string_view text, std::size_t at, Output& out) const;
  std::size_t copy_ascii_blocks(std::string_view text, std::size_t at, Output& out) const;
  std::size_t copy_plain_wide(std::string_view text, std::size_t at, Output& out) const;
  void append(std::string_view normalized, Output& out) const;

  std::optional<PrecompiledCharsmap> map_;
  UserDefinedPieces user_defined_;
  bool add_mark_, remove_extra_spaces_;
  bool mark_at_end_ = false;  // treat_whitespace_as_suffix
  std::string_view mark_;
  bool marks_as_spaces_ = false;
  bool writes_utf8_ = true;
  bool printable_is_plain_ = false;  // 0x21 to 0x7E are kPlain, 0x20 is kSpace, a mark is a space
  std::array<ByteKind, 256> kind_ = {};
  // One bit for each code point below 0x10000 of three bytes that neither a rule nor a user-defined
  // piece begins with or within.
  std::vector<std::uint64_t> plain_wide_;
};

}  // namespace corpusmill
