#include "tokenizer/bpe_model.h"

#include <atomic>
#include <bit>
#include <cstddef>
#include <limits>
#include <queue>
#include <utility>

#include "tokenizer/pretoken_cache.h"

namespace corpusmill {
namespace {

constexpr std::uint32_t kNoRank = std::numeric_limits<std::uint32_t>::max();
// Below this many bytes, scanning every pair beats a heap.
constexpr std::size_t kShortBytesMax = 48;

std::uint64_t pair_key(TokenId left, TokenId right) {
  return std::uint64_t{left} << 32 | right;
}

std::size_t pair_hash(std::uint64_t pair) {
  return static_cast<std::size_t>((pair ^ pair >> 29) * 0x9E3779B97F4A7C15U >> 20);
}

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// A symbol of a long pretoken: a list by index, so that joining is O(1).
struct Symbol {
  TokenId id;
  std::int32_t previous, next;  // -1: none
  bool alive;
};

struct Candidate {
  std::uint32_t rank;
  std::int32_t position;  // of the left symbol
  TokenId left, right, result;
  bool operator>(const Candidate& other) const {
    return std::pair(rank, position) > std::pair(other.rank, other.position);
  }
};

}  // namespace

BpeModel::BpeModel(BpeTables tables)
    : byte_ids_(tables.byte_ids),
      whole_pretokens_(std::move(tables.whole_pretokens)),
      pairs_(std::bit_ceil(tables.merges.size() * 2 + 16)),
      instance_(next_instance()) {
  for (std::size_t rank = 0; rank < tables.merges.size(); ++rank) {
    const BpeMerge& merge = tables.merges[rank];
    const std::uint64_t pair = pair_key(merge.left, merge.right);
    std::size_t at = pair_hash(pair) & (pairs_.size() - 1);
    while (pairs_[at].pair != ~std::uint64_t{0} && pairs_[at].pair != pair) {
      at = (at + 1) & (pairs_.size() - 1);
    }
    pairs_[at] = {pair, static_cast<std::uint32_t>(rank), merge.result};
  }
}

const BpeModel::PairSlot* BpeModel::find(TokenId left, TokenId right) const {
  const std::uint64_t pair = pair_key(left, right);
  for (std::size_t at = pair_hash(pair) & (pairs_.size() - 1);;
       at = (at + 1) & (pairs_.size() - 1)) {
    if (pairs_[at].pair == pair) return &pairs_[at];
    if (pairs_[at].pair == ~std::uint64_t{0}) return nullptr;
  }
}

void BpeModel::encode(std::string_view pretoken, std::vector<TokenId>& out) const {
  if (pretoken.empty()) return;
  if (pretoken.size() > PretokenCache::kPretokenBytesMax) return merge(pretoken, out);
  thread_local PretokenCache cache;
  cache.use_for(instance_);
  const std::uint64_t hash = PretokenCache::hash(pretoken);
  const std::span<const TokenId> known = cache.find(pretoken, hash);
  if (known.data() != nullptr) {
    out.insert(out.end(), known.begin(), known.end());
    return;
  }
  const std::size_t begin = out.size();
  merge(pretoken, out);
  cache.insert(pretoken, hash, std::span<const TokenId>(out).subspan(begin));
}

void BpeModel::merge(std::string_view pretoken, std::vector<TokenId>& out) const {
  if (!whole_pretokens_.empty()) {
    const auto whole = whole_pretokens_.find(std::string(pretoken));
    if (whole != whole_pretokens_.end()) {
      out.push_back(whole->second);
      return;
    }
  }
  if (pretoken.size() <= kShortBytesMax) {
    merge_short(pretoken, out);
  } else {
    merge_long(pretoken, out);
  }
}

void BpeModel::merge_short(std::string_view pretoken, std::vector<TokenId>& out) const {
  TokenId ids[kShortBytesMax];
  std::uint32_t ranks[kShortBytesMax];  // of the pair that starts here
  TokenId results[kShortBytesMax];
  std::size_t count = pretoken.size();
  const auto look_up = [&](std::size_t at) {
    const PairSlot* slot = at + 1 < count ? find(ids[at], ids[at + 1]) : nullptr;
    ranks[at] = slot == nullptr ? kNoRank : slot->rank;
    results[at] = slot == nullptr ? TokenId{0} : slot->result;
  };
  for (std::size_t i = 0; i < count; ++i)
    ids[i] = byte_ids_[static_cast<std::uint8_t>(pretoken[i])];
  for (std::size_t i = 0; i < count; ++i) look_up(i);
  for (;;) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i) {
      if (ranks[i] < ranks[best]) best = i;
    }
    if (ranks[best] == kNoRank) break;
    ids[best] = results[best];
    --count;
    for (std::size_t i = best + 1; i < count; ++i) {
      ids[i] = ids[i + 1];
      ranks[i] = ranks[i + 1];
      results[i] = results[i + 1];
    }
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  out.insert(out.end(), ids, ids + count);
}

void BpeModel::merge_long(std::string_view pretoken, std::vector<TokenId>& out) const {
  std::vector<Symbol> symbols(pretoken.size());
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto propose = [&](std::int32_t left) {
    if (left < 0) return;
    const Symbol& symbol = symbols[static_cast<std::size_t>(left)];
    if (symbol.next < 0) return;
    const TokenId right = symbols[static_cast<std::size_t>(symbol.next)].id;
    const PairSlot* slot = find(symbol.id, right);
    if (slot != nullptr) queue.push({slot->rank, left, symbol.id, right, slot->result});
  };
  const auto count = static_cast<std::int32_t>(pretoken.size());
  for (std::int32_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    symbols[at] = {byte_ids_[static_cast<std::uint8_t>(pretoken[at])], i - 1,
                   i + 1 < count ? i + 1 : -1, true};
  }
  for (std::int32_t i = 0; i < count; ++i) propose(i);
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    Symbol& left = symbols[static_cast<std::size_t>(top.position)];
    if (!left.alive || left.id != top.left || left.next < 0) continue;
    Symbol& right = symbols[static_cast<std::size_t>(left.next)];
    if (right.id != top.right) continue;
    left.id = top.result;
    right.alive = false;
    left.next = right.next;
    if (left.next >= 0) symbols[static_cast<std::size_t>(left.next)].previous = top.position;
    propose(left.previous);
    propose(top.position);
  }
  for (std::int32_t i = 0; i >= 0; i = symbols[static_cast<std::size_t>(i)].next) {
    out.push_back(symbols[static_cast<std::size_t>(i)].id);
  }
}

}  // namespace corpusmill
