#include "tokenizer/bpe_merges.h"

#include <queue>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace corpusmill {
namespace {

using Pair = std::uint64_t;  // left << 32 | right: ordered as (left, right)

constexpr Pair make_pair_key(TokenId left, TokenId right) {
  return Pair{left} << 32 | right;
}
constexpr TokenId left_of(Pair pair) {
  return static_cast<TokenId>(pair >> 32);
}
constexpr TokenId right_of(Pair pair) {
  return static_cast<TokenId>(pair);
}

struct PairHash {
  std::size_t operator()(Pair pair) const {
    return static_cast<std::size_t>((pair ^ pair >> 31) * 0x9E3779B97F4A7C15U >> 8);
  }
};

struct PairState {
  std::int64_t count = 0;
  std::vector<std::uint32_t> words;  // where it occurs, or once did; ascending but for late ones
};

struct Candidate {
  std::int64_t count;
  Pair pair;
  bool operator<(const Candidate& other) const {
    return std::tuple(count, other.pair) < std::tuple(other.count, pair);
  }
};

class MergeLearner {
 public:
  MergeLearner(std::vector<CountedWord> words, std::vector<std::string> tokens)
      : words_(std::move(words)) {
    for (TokenId id = 0; id < tokens.size(); ++id) ids_.emplace(tokens[id], id);
    learned_.tokens = std::move(tokens);
    for (std::uint32_t word = 0; word < words_.size(); ++word) {
      const std::vector<TokenId>& ids = words_[word].ids;
      for (std::size_t i = 0; i + 1 < ids.size(); ++i) change(ids[i], ids[i + 1], word, 1);
    }
    queue_grown_pairs();
  }

  LearnedMerges learn(std::size_t tokens_max) {
    while (learned_.tokens.size() < tokens_max && !queue_.empty()) {
      const Candidate top = queue_.top();
      queue_.pop();
      const std::int64_t count = pairs_[top.pair].count;
      if (count != top.count) {
        if (count > 0) queue_.push({count, top.pair});
        continue;
      }
      if (count < 1) break;
      merge(top.pair);
    }
    return std::move(learned_);
  }

 private:
  // The pair's count changes by `sign` occurrences of `word`.
  void change(TokenId left, TokenId right, std::uint32_t word, int sign) {
    const Pair pair = make_pair_key(left, right);
    PairState& state = pairs_[pair];
    state.count += sign * static_cast<std::int64_t>(words_[word].count);
    if (sign < 0) return;
    if (state.words.empty() || state.words.back() != word) state.words.push_back(word);
    grown_.insert(pair);
  }

  void queue_grown_pairs() {
    for (const Pair pair : grown_) {
      const std::int64_t count = pairs_[pair].count;
      if (count > 0) queue_.push({count, pair});
    }
    grown_.clear();
  }

  TokenId id_of_joined(Pair pair) {
    const std::string joined = learned_.tokens[left_of(pair)] + learned_.tokens[right_of(pair)];
    const auto [found, added] = ids_.emplace(joined, static_cast<TokenId>(learned_.tokens.size()));
    if (added) learned_.tokens.push_back(joined);
    return found->second;
  }

  void merge(Pair pair) {
    const TokenId joined = id_of_joined(pair);
    // A pair comes again only where its parts arose once more by another path.
    if (merged_.insert(pair).second) learned_.merges.emplace_back(left_of(pair), right_of(pair));
    const std::vector<std::uint32_t> words = std::move(pairs_[pair].words);
    pairs_[pair] = {};
    for (const std::uint32_t word : words) merge_in_word(word, pair, joined);
    pairs_[pair].count = 0;
    queue_grown_pairs();
  }

  void merge_in_word(std::uint32_t word, Pair pair, TokenId joined) {
    std::vector<TokenId>& ids = words_[word].ids;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ids.size(); ++kept) {
      const bool match =
          i + 1 < ids.size() && ids[i] == left_of(pair) && ids[i + 1] == right_of(pair);
      if (!match) {
        ids[kept] = ids[i++];
        continue;
      }
      if (kept > 0) {
        change(ids[kept - 1], left_of(pair), word, -1);
        change(ids[kept - 1], joined, word, 1);
      }
      i += 2;
      if (i < ids.size()) {
        change(right_of(pair), ids[i], word, -1);
        change(joined, ids[i], word, 1);
      }
      ids[kept] = joined;
    }
    ids.resize(kept);
  }

  std::vector<CountedWord> words_;
  LearnedMerges learned_;
  std::unordered_map<std::string, TokenId> ids_;
  std::unordered_map<Pair, PairState, PairHash> pairs_;
  std::unordered_set<Pair, PairHash> grown_, merged_;
  std::priority_queue<Candidate> queue_;
};

}  // namespace

LearnedMerges learn_merges(std::vector<CountedWord> words, std::vector<std::string> tokens,
                           std::size_t tokens_max) {
  return MergeLearner(std::move(words), std::move(tokens)).learn(tokens_max);
}

}  // namespace corpusmill
