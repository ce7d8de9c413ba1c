// Learns merges from weighted units: sequences of tokens inside which merges stay.
//
// Again and again the pair of adjacent tokens with the highest count (over all units, times their
// weights) becomes a new token; of equal counts the smaller pair (left id, then right id) goes
// first. These are the order and the ties of Hugging Face tokenizers' BpeTrainer.
//
// What makes it quick is that a spelling is only ever reached by one merge: where the same symbols
// stand between the same borders, the same merges have happened. So all occurrences of a token
// arise in the step that makes it, a pair's count is highest in the step that makes the later of
// its parts, and falls from then on. Hence
//  - a pair that begins below `count_min` will never be merged and is forgotten at once;
//  - the places of a pair are collected once, in one array of exactly that size;
//  - the counts in the heap are upper bounds, and looking again at the top one is enough.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/pair_map.h"

namespace corpusmill {

// The vocabulary as it grows, and the merges by rank.
class TokenTable {
 public:
  // Specials, then the 256 bytes in the order of the code points that spell them. A special that
  // is spelled like a byte is that byte's token.
  explicit TokenTable(const std::vector<std::string>& specials);

  TokenId of_byte(std::uint8_t byte) const { return byte_ids_[byte]; }
  // Adds the merge. The result is a new token, or the special that is spelled like it.
  TokenId merge(TokenId left, TokenId right);

  std::size_t size() const { return spellings_.size(); }
  std::uint32_t bytes_of(TokenId id) const { return bytes_[id]; }           // 0 for a special
  const std::vector<std::string>& spellings() const { return spellings_; }  // by id
  const std::vector<std::pair<TokenId, TokenId>>& merges() const { return merges_; }

 private:
  std::vector<std::string> spellings_;  // bytes spelled in the byte-level alphabet
  std::vector<std::uint32_t> bytes_;
  std::vector<std::pair<TokenId, TokenId>> merges_;
  std::unordered_map<std::string, TokenId> specials_;
  TokenId byte_ids_[256] = {};
};

struct MergeLimits {
  std::size_t tokens_max = 0;                         // entries of the vocabulary
  std::uint64_t count_min = 1;                        // of a pair that is merged; at least 1
  std::uint32_t token_bytes_max = ~std::uint32_t{0};  // of a token of more than 2 bytes
  bool allows(std::uint32_t token_bytes) const {
    return token_bytes <= 2 || token_bytes <= token_bytes_max;
  }
};

class MergeLearner {
 public:
  static constexpr std::uint64_t kCellsMax = (std::uint64_t{1} << 32) - 2;
  static constexpr std::uint64_t kBytesPerCell = 12;  // with the places of its pair

  // Room for `cells` tokens, below kCellsMax. The table outlives this and gets the merges.
  MergeLearner(TokenTable& tokens, const MergeLimits& limits, std::size_t cells);

  // Places a unit of `tokens` at cells [position, position + tokens.size()). Every cell is set
  // once, from any thread.
  void set_unit(std::size_t position, std::span<const TokenId> tokens, std::uint64_t weight);
  // Once, when all units are set.
  void count_pairs();

  // Merges while the highest count is above `above`, there is room in the vocabulary and a pair of
  // at least count_min. Returns the highest count left, 0 if no pair is.
  std::uint64_t learn(std::uint64_t above);

  // visit(token) for the tokens of cells [position, end), which begin and end with units.
  template <class Visit>
  void for_each_token(std::size_t position, std::size_t end, const Visit& visit) const {
    for (; position < end; position = next(position)) visit(cells_[position].token);
  }
  TokenId token_at(std::size_t position) const { return cells_[position].token; }
  // The last token of the unit that ends before cell `end`.
  TokenId last_token(std::size_t end) const { return cells_[previous(end)].token; }
  // visit(pair, count) for all that could still be merged.
  template <class Visit>
  void for_each_pair(const Visit& visit) const {
    for (const PairState& state : pairs_) {
      if (state.count >= limits_.count_min) visit(state.pair, state.count);
    }
  }

 private:
  // A token, or a cell that one to the left has swallowed: the first and the last of those hold
  // kHole and the number of cells of the token.
  struct Cell {
    std::uint32_t token;
    std::uint32_t weight;  // kUnitBegin, kLargeWeight, and the weight or its index
  };
  static constexpr std::uint32_t kHole = std::uint32_t{1} << 31;
  static constexpr std::uint32_t kUnitBegin = std::uint32_t{1} << 31;
  static constexpr std::uint32_t kLargeWeight = std::uint32_t{1} << 30;

  struct PairState {
    TokenPair pair = 0;
    std::uint64_t count = 0;
    std::uint32_t places_count = 0;
    std::unique_ptr<std::uint32_t[]> places;  // left cells, ascending; some are so no longer
  };
  struct Candidate {
    std::uint64_t count;
    TokenPair pair;
    std::uint32_t state;
    bool operator<(const Candidate& other) const {
      return count != other.count ? count < other.count : pair > other.pair;
    }
  };
  // What stands beside the token that a step makes: sums by neighbour, and every place.
  struct Neighbours {
    struct Sum {
      std::uint64_t count = 0;
      std::uint32_t places = 0;
    };
    std::vector<Sum> sums;                                  // by token, 0 between steps
    std::vector<TokenId> seen;                              // tokens whose sum is not 0
    std::vector<std::pair<TokenId, std::uint32_t>> places;  // neighbour, left cell of the pair
    void add(TokenId neighbour, std::uint32_t place, std::uint64_t weight);
  };

  std::size_t next(std::size_t position) const {
    const std::uint32_t after = cells_[position + 1].token;
    return (after & kHole) == 0 ? position + 1 : position + (after & ~kHole);
  }
  std::size_t previous(std::size_t position) const {
    const std::uint32_t before = cells_[position - 1].token;
    return (before & kHole) == 0 ? position - 1 : position - (before & ~kHole);
  }
  bool begins_unit(std::size_t position) const {
    return (cells_[position].weight & kUnitBegin) != 0;
  }
  std::uint64_t weight_at(std::size_t position) const {
    const std::uint32_t weight = cells_[position].weight & ~kUnitBegin;
    return (weight & kLargeWeight) == 0 ? weight : large_weights_[weight & ~kLargeWeight];
  }

  void merge(std::uint32_t state);
  void join(std::size_t left, std::size_t right);
  void lower(TokenPair pair, std::uint64_t count);
  void add_new_pairs(Neighbours& neighbours, TokenId made, bool made_is_left);

  TokenTable* tokens_;
  MergeLimits limits_;
  std::vector<Cell> cells_;  // and one more, which begins a unit
  std::mutex large_weights_mutex_;
  std::vector<std::uint64_t> large_weights_;
  PairMap pair_states_;  // pair -> index in pairs_, plus 1
  std::vector<PairState> pairs_;
  std::priority_queue<Candidate> queue_;
  Neighbours lefts_, rights_;
  std::vector<std::uint32_t> slots_;  // by neighbour: its new pair's index + 1; 0 between uses
};

}  // namespace corpusmill
