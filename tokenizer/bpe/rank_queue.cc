#include "tokenizer/bpe/rank_queue.h"

#include <algorithm>
#include <bit>

namespace corpusmill {

void RankQueue::start(std::size_t ranks) {
  nodes_.clear();
  free_ = kEnd;
  if (waiting_ == 0 && heads_.size() == ranks) return;
  heads_.assign(ranks, kEnd);
  bits_.assign(ranks / 64 + 1, 0);
  summary_.assign(bits_.size() / 64 + 1, 0);
  waiting_ = 0;
}

void RankQueue::put(std::uint32_t rank, std::uint32_t place) {
  std::uint32_t node = free_;
  if (node == kEnd) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({place, heads_[rank]});
  } else {
    free_ = nodes_[node].next;
    nodes_[node] = {place, heads_[rank]};
  }
  if (heads_[rank] == kEnd) {
    ++waiting_;
    bits_[rank / 64] |= std::uint64_t{1} << rank % 64;
    summary_[rank / 64 / 64] |= std::uint64_t{1} << rank / 64 % 64;
  }
  heads_[rank] = node;
}

std::uint32_t RankQueue::take_lowest(std::vector<std::uint32_t>& places) {
  places.clear();
  if (waiting_ == 0) return static_cast<std::uint32_t>(heads_.size());
  std::size_t at = 0;
  while (summary_[at] == 0) ++at;
  const std::size_t word = at * 64 + static_cast<std::size_t>(std::countr_zero(summary_[at]));
  const auto rank =
      static_cast<std::uint32_t>(word * 64) + static_cast<unsigned>(std::countr_zero(bits_[word]));
  bits_[word] &= bits_[word] - 1;
  if (bits_[word] == 0) summary_[at] &= summary_[at] - 1;
  --waiting_;

  std::uint32_t last = heads_[rank];
  for (std::uint32_t node = last; node != kEnd; node = nodes_[node].next) {
    places.push_back(nodes_[node].place);
    last = node;
  }
  nodes_[last].next = free_;
  free_ = heads_[rank];
  heads_[rank] = kEnd;
  std::reverse(places.begin(), places.end());
  if (!std::is_sorted(places.begin(), places.end())) std::sort(places.begin(), places.end());
  return rank;
}

}  // namespace corpusmill
