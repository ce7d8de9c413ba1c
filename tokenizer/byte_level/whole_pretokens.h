// Pretokens that are one id whatever the merges say (`ignore_merges`): a vocabulary that says no
// fast, for text of ever new pretokens. Most of its entries are what the merges make of their bytes
// anyway, and need not be found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
  // False of most that find() does not find, told without leaving the near caches.
  bool may_have(std::string_view pretoken) const {
    if (pretoken.size() <= kHeadBytes) {
      if ((short_sizes_ >> pretoken.size() & 1) == 0) return false;
    } else if (!heads_.has(hash_of_head(pretoken))) {
      return false;
    }
    return entries_.has(hash_of(pretoken));
  }
  // The id of one that the vocabulary has, at least if the merges make something else of it.
  std::optional<TokenId> find(std::string_view pretoken) const {
    if (!may_have(pretoken)) return std::nullopt;
    return vocabulary_.find(pretoken);
  }

 private:
  static constexpr std::size_t kHeadBytes = 4;

  // Bits of entries, by their hashes.
  class Filter {
   public:
    explicit Filter(std::size_t bits_min);
    void add(std::uint64_t hash) { words_[hash >> shift_ >> 6] |= bit(hash); }
    bool has(std::uint64_t hash) const { return (words_[hash >> shift_ >> 6] & bit(hash)) != 0; }

   private:
    std::uint64_t bit(std::uint64_t hash) const {
      return std::uint64_t{1} << (hash >> shift_ & 63);
    }

    std::vector<std::uint64_t> words_;
    unsigned shift_;
  };

  void add_to_filters(std::string_view pretoken);
  // Of the first eight bytes and the length.
  static std::uint64_t hash_of(std::string_view pretoken);
  // Of the first kHeadBytes.
  static std::uint64_t hash_of_head(std::string_view pretoken) {
    std::uint32_t head;
    std::memcpy(&head, pretoken.data(), sizeof head);
    static_assert(sizeof head == kHeadBytes);
    return head * 0x9E3779B97F4A7C15U;
  }

  Vocabulary vocabulary_;
  Filter heads_, entries_;    // of longer ones; of all
  unsigned short_sizes_ = 0;  // a bit for each size up to kHeadBytes that there is
};

}  // namespace corpusmill
