// A row of symbols of any length, merged a chunk at a time: its memory is a chunk's. A chunk begins
// where a symbol of the one before began, and that symbol has to come about again; long_row.h says
// why that is exact. Where a chunk's merges are hard, they are hard for that chunk alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/bpe/merge_table.h"

namespace corpusmill {

// Scratch of one thread.
class RowChunks {
 public:
  static constexpr std::size_t kChunkSymbols = 8192;

  explicit RowChunks(std::size_t chunk_symbols = kChunkSymbols) : chunk_(chunk_symbols) {}

  // Appends to `out` what a row of `size` > 0 symbols becomes. fill(begin, symbols) writes those
  // from number `begin` on, as many as the span has; it is asked for ascending, overlapping
  // stretches, and from 0 again where two chunks did not agree: then all is done anew with larger
  // ones.
  template <class Fill>
  void merge(const MergeTable& table, std::size_t size, const Fill& fill,
             std::vector<TokenId>& out) {
    const std::size_t known = out.size();
    symbols_.clear();
    for (std::size_t chunk = chunk_; !merge_in_chunks(table, size, chunk, fill, out); chunk *= 4) {
      out.resize(known);
    }
  }

 private:
  // False if two chunks do not agree.
  template <class Fill>
  bool merge_in_chunks(const MergeTable& table, std::size_t size, std::size_t chunk,
                       const Fill& fill, std::vector<TokenId>& out) {
    std::size_t begin = 0;
    std::uint32_t first_size = 0;  // of the symbol that the chunk has to begin with; 0: any
    for (;;) {
      next_.resize(std::min(chunk, size - begin));
      fill(begin, std::span(next_));
      merge_next(table);
      if (first_size != 0 && begins_[1] != first_size) return false;
      const bool is_last = begin + symbols_.size() == size;
      const std::size_t taken = is_last ? merged_.size() : begin_of_next(chunk);
      if (taken == 0) return false;
      out.insert(out.end(), merged_.begin(), merged_.begin() + static_cast<std::ptrdiff_t>(taken));
      if (is_last) return true;
      begin += begins_[taken];
      first_size = begins_[taken + 1] - begins_[taken];
    }
  }

  // Merges next_, which then is symbols_. What the same symbols became the last time is not found
  // out again: a row of one character alone costs little.
  void merge_next(const MergeTable& table) {
    if (next_ == symbols_) return;
    std::swap(next_, symbols_);
    merged_ = symbols_;
    merged_.resize(table.merge_long(merged_, &begins_));
    begins_.push_back(static_cast<std::uint32_t>(symbols_.size()));
  }

  // The symbol that the next chunk begins with: not the last, which is not complete; 0 if there is
  // none.
  std::size_t begin_of_next(std::size_t chunk) const {
    if (begins_.size() <= 2) return 0;
    const auto place = static_cast<std::uint32_t>(chunk - std::min(chunk / 4, kOverlap));
    const auto behind = std::upper_bound(begins_.begin(), begins_.end() - 2, place);
    return static_cast<std::size_t>(behind - begins_.begin()) - 1;
  }
  static constexpr std::size_t kOverlap = 256;

  std::size_t chunk_;
  std::vector<TokenId> next_, symbols_;  // of the chunk to come, and of the last one
  std::vector<TokenId> merged_;          // what that became
  std::vector<std::uint32_t> begins_;    // of these, and the chunk's end
};

}  // namespace corpusmill
