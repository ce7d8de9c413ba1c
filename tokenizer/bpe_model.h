// Byte-pair merges over one pretoken: the engine of byte-level BPE, and the seam behind which it
// can be swapped. It knows bytes, ids and merges; no text, no special tokens, no regular
// expressions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

// left + right become result. The position in the list is the priority: lower goes first.
struct BpeMerge {
  TokenId left, right, result;
};

struct BpeTables {
  std::array<TokenId, 256> byte_ids{};  // the id of every single byte
  std::vector<BpeMerge> merges;         // of a repeated pair the last entry counts
  // ignore_merges: a pretoken found here whole is that one id, whatever the merges say.
  std::unordered_map<std::string, TokenId> whole_pretokens;
};

class BpeModel {
 public:
  explicit BpeModel(BpeTables tables);

  // Appends the ids of one pretoken: among adjacent pairs that have a merge, the one of lowest
  // rank, leftmost first, is joined until none is left. Remembers short pretokens in a cache per
  // thread, compared by the whole key. Const and safe from any number of threads.
  void encode(std::string_view pretoken, std::vector<TokenId>& out) const;

 private:
  struct PairSlot {
    std::uint64_t pair = ~std::uint64_t{0};  // left << 32 | right; all ones: empty
    std::uint32_t rank = 0;
    TokenId result = 0;
  };

  const PairSlot* find(TokenId left, TokenId right) const;
  void merge(std::string_view pretoken, std::vector<TokenId>& out) const;
  void merge_short(std::string_view pretoken, std::vector<TokenId>& out) const;
  void merge_long(std::string_view pretoken, std::vector<TokenId>& out) const;

  std::array<TokenId, 256> byte_ids_;
  std::unordered_map<std::string, TokenId> whole_pretokens_;
  std::vector<PairSlot> pairs_;  // open addressing, a power of two
  std::uint64_t instance_;       // tells the caches of two models apart
};

}  // namespace corpusmill
