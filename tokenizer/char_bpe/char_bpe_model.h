// Encodes text by a BPE over characters: units between exact cuts, each looked up in a cache per
// thread and merged where it is met first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/char_bpe/char_bpe_alphabet.h"
#include "tokenizer/char_bpe/char_bpe_cutter.h"
#include "tokenizer/char_bpe/char_bpe_singles.h"
#include "tokenizer/char_bpe/char_bpe_spec.h"
#include "tokenizer/text/byte_trie.h"

namespace corpusmill {

// Const after construction, safe from any number of threads; scratch is per thread inside.
class CharBpeModel {
 public:
  // A text in one call may be so long; above, encode throws Error kUsage.
  static constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;

  // Throws Error kMismatch where the spec asks for what could not be proven, naming it.
  // `file_name` is for messages.
  CharBpeModel(CharBpeSpec spec, const std::string& file_name);
  CharBpeModel(const CharBpeModel&) = delete;
  CharBpeModel& operator=(const CharBpeModel&) = delete;

  // Appends the ids of a section of text (UTF-8) by the spec's rules: the mark beside it, spaces as
  // marks. `at_start`: it begins where the whole text begins.
  void encode(std::string_view section, bool at_start, std::vector<TokenId>& out) const;
  // The same for text that has been given its marks already.
  void encode_marked(std::string_view section, std::vector<TokenId>& out) const;

  const CharBpeSpec& spec() const { return spec_; }

 private:
  using Mark = CharBpeTextRules::Mark;
  struct Merger;  // for UnitCache
  struct Parts;   // what it is made of
  CharBpeModel(Parts&& parts, const std::string& file_name);
  class Run;

  void encode_beside(std::string_view section, Mark mark, std::vector<TokenId>& out) const;
  void encode_around_atomic_pieces(std::string_view text, std::vector<TokenId>& out) const;
  void encode_parts(std::string_view text, std::vector<TokenId>& out) const;
  void encode_units(std::string_view text, Mark mark, std::vector<TokenId>& out) const;
  std::optional<TokenId> whole(std::string_view text) const;
  // Writes those of the unit's characters, returns how many.
  std::size_t symbols_of(std::string_view unit, TokenId* symbols) const;
  void merge(std::string_view unit, std::vector<TokenId>& out) const;
  void append(TokenId symbol, std::vector<TokenId>& out) const;
  void append(std::span<const TokenId> symbols, std::vector<TokenId>& out) const;
  void append_unknown(std::string_view character, std::vector<TokenId>& out) const;
  void fuse_unknown(std::size_t begin, std::vector<TokenId>& out) const;

  CharBpeSpec spec_;
  MergeTable merges_;
  CharBpeAlphabet alphabet_;
  CharBpeCutter cutter_;
  CharBpeSingles singles_;
  std::unordered_map<TokenId, std::vector<TokenId>> resplits_;
  std::optional<ByteTrie> atomic_;  // with ' ' for the mark
  std::size_t symbol_bytes_max_ = 0;
  bool symbols_are_ids_;    // but those of characters without a token
  std::uint64_t instance_;  // tells the caches of two models apart
};

}  // namespace corpusmill
