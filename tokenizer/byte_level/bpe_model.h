// Byte-pair merges inside pretokens: the engine of byte-level BPE, and the seam behind which it can
// be swapped. It knows bytes, ids and merges; no special tokens, no regular expressions.
#pragma once

#include <array>
#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/char_cuts.h"
#include "tokenizer/bpe/id_words.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/byte_level/joined_texts.h"
#include "tokenizer/byte_level/whole_pretokens.h"
#include "tokenizer/id_frame.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

struct BpeTables {
  std::array<TokenId, 256> byte_ids{};    // the id of every single byte
  std::vector<MergeTable::Merge> merges;  // of a repeated pair the last entry counts
  // ignore_merges: a pretoken found here whole, by its bytes, is that one id, whatever the merges
  // say.
  Vocabulary whole_pretokens;
};

class BpeModel {
 public:
  // Throws Error kMismatch as MergeTable does.
  explicit BpeModel(BpeTables tables);

  // Appends the ids of the pretokens text[ends[i - 1], ends[i]), the first from 0: among adjacent
  // pairs that have a merge, the one of lowest rank, leftmost first, is joined until none is left.
  // `ends` ascends strictly; text.size() < 2^31. A pretoken that is not ASCII is cut further where
  // that changes nothing (CharCuts), and what the parts become is remembered per thread
  // (UnitCache). Const and safe from any number of threads.
  void encode(std::string_view text, std::span<const std::uint32_t> ends,
              std::vector<TokenId>& out) const;

  // For several texts one behind the other, whose new pretokens are merged together: between
  // begin() and finish(), on one thread, encode_open() in the place of encode(), and nothing else
  // of any model; `out` only grows. end_text() behind each text; finish() returns where they end
  // in `out`, valid until the next call of any of these.
  void begin() const;
  void encode_open(std::string_view text, std::span<const std::uint32_t> ends,
                   std::vector<TokenId>& out) const;
  void end_text(const std::vector<TokenId>& out) const;
  std::span<const std::size_t> finish(std::vector<TokenId>& out) const;

  // Whether encode_joined() can be called.
  bool cuts_text() const { return cuts_.has_value(); }
  // The same of each of the texts, within the frame; ids_ends[i] becomes out.size() behind text i.
  // As many as there are texts, at least one.
  void encode_joined(const JoinedTexts& texts, const IdFrame& frame, std::vector<TokenId>& out,
                     std::span<std::size_t> ids_ends) const;

 private:
  struct Merger;  // for UnitCache
  template <class Pretokens>
  class Window;

  BpeModel(BpeTables& tables, std::future<MergeTable> merges);

  void merge(std::string_view unit, bool part, std::vector<TokenId>& out) const;

  std::array<TokenId, 256> byte_ids_;
  std::optional<CharCuts> cuts_;  // none where results are not the concatenation of their parts
  id_words::Layout words_layout_;  // where there are cuts
  MergeTable merges_;
  WholePretokens whole_pretokens_;
  std::uint64_t instance_;  // tells the caches of two models apart
};

}  // namespace corpusmill
