// Text as the pieces of a sentencepiece model spell it: characters mapped, white space tidied,
// spaces written as marks (U+2581). The same bytes as sentencepiece 0.2.3 makes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/byte_trie.h"
#include "tokenizer/precompiled_charsmap.h"
#include "tokenizer/sentencepiece_model.h"

namespace corpusmill {

// Const after construction, safe from any number of threads.
class SentencepieceNormalizer {
 public:
  // `user_defined` (pieces that the text is not changed within; no empty one, no two alike) need
  // not outlive the constructor. `mark_at_end`: treat_whitespace_as_suffix. Throws Error kCorrupt
  // if the charsmap is damaged.
  SentencepieceNormalizer(const SentencepieceModel::NormalizerSpec& spec, bool mark_at_end,
                          std::span<const std::string_view> user_defined,
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
  bool begins_user_defined(unsigned char byte) const;
  Prefix prefix(std::string_view text) const;
  std::size_t leading_space(std::string_view text) const;
  std::size_t copy_plain(std::string_view text, std::size_t at, bool& after_space,
                         std::string& out) const;
  void append(std::string_view normalized, bool& after_space, std::string& out) const;

  std::optional<PrecompiledCharsmap> map_;
  std::optional<ByteTrie> user_defined_;
  bool add_mark_, mark_at_end_, remove_extra_spaces_;
  std::string_view mark_;
  std::array<ByteKind, 256> kind_ = {};
  // One bit for each code point below 0x10000 of three bytes that neither a rule nor a user-defined
  // piece begins with or within.
  std::vector<std::uint64_t> plain_wide_;
};

}  // namespace corpusmill
