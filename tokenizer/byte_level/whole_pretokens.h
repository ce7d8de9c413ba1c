// Pretokens that are one id whatever the merges say (`ignore_merges`): a vocabulary that says no
// fast, for text of ever new pretokens. Most of its entries are what the merges make of their bytes
// anyway, and need not be found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

// Const, safe from any number of threads.
class WholePretokens {
 public:
  WholePretokens(Vocabulary vocabulary, const std::array<TokenId, 256>& byte_ids,
                 const MergeTable& merges);

  bool empty() const { return vocabulary_.tokens() == 0; }
  // The id of one that the vocabulary has, at least if the merges make something else of it.
  std::optional<TokenId> find(std::string_view pretoken) const {
    if (!may_have(pretoken)) return std::nullopt;
    return vocabulary_.find(pretoken);
  }

 private:
  bool may_have(std::string_view pretoken) const {
    const std::uint64_t hash = hash_of(pretoken);
    return (filter_[hash >> shift_ >> 6] >> (hash >> shift_ & 63) & 1) != 0;
  }
  void add_to_filter(std::string_view pretoken);
  // Of the first eight bytes and the length.
  static std::uint64_t hash_of(std::string_view pretoken);

  Vocabulary vocabulary_;
  std::vector<std::uint64_t> filter_;  // bits of entries, by their hashes
  unsigned shift_;
};

}  // namespace corpusmill
