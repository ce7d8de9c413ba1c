// Where the pretokens of a text begin and end, told in two ways; each serves who goes through the
// text in ascending order. PretokenStarts is of tokenizer/bpe/char_cuts.h.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "tokenizer/bpe/char_cuts_simd.h"
#include "tokenizer/split/offset_bits.h"

namespace corpusmill {

// By the bits of their ends, and that of 0.
class MarkedPretokens {
 public:
  static constexpr bool kIsListed = false;

  explicit MarkedPretokens(const OffsetBits& bits) : bits_(bits) {}

  PretokenStarts starts() { return {bits_.words()}; }
  bool begins_at(std::uint32_t at) { return bits_.has(at); }
  // Where the one ends that has byte `at`.
  std::uint32_t end_behind(std::uint32_t at) { return bits_.next(at); }
  // Writes the ends above `begin`, but none above `stop` nor more than there is room for. Returns
  // how many; what is behind them in `ends` is undefined. stop > begin.
  std::size_t read(std::uint32_t begin, std::size_t stop, std::span<std::uint32_t> ends) {
    const std::uint64_t* const words = bits_.words();
    std::size_t count = 0, word = begin / 64;
    std::uint64_t bits = words[word] & ~std::uint64_t{1} << begin % 64;
    for (; word <= stop / 64; bits = words[++word]) {
      for (; bits != 0; bits &= bits - 1) {
        const std::size_t end = word * 64 + static_cast<unsigned>(std::countr_zero(bits));
        if (end > stop || count == ends.size()) return count;
        ends[count++] = static_cast<std::uint32_t>(end);
      }
    }
    return count;
  }
  // Tells that `count` ends that were read are not asked for again; the next ones are.
  void skip(std::size_t) {}

 private:
  const OffsetBits& bits_;
};

// By their ends, ascending strictly.
class ListedPretokens {
 public:
  static constexpr bool kIsListed = true;

  // `bits` is where starts() puts them when it is called first.
  ListedPretokens(std::span<const std::uint32_t> ends, OffsetBits& bits)
      : ends_(ends), bits_(bits) {}

  PretokenStarts starts() {
    if (!std::exchange(are_marked_, true)) mark();
    return {bits_.words()};
  }
  bool begins_at(std::uint32_t at) {
    go_to(at);
    return at == (next_ == 0 ? 0 : ends_[next_ - 1]);
  }
  std::uint32_t end_behind(std::uint32_t at) {
    go_to(at);
    return ends_[next_];
  }
  // Up to `most` ends above `at`.
  std::span<const std::uint32_t> some_behind(std::uint32_t at, std::size_t most) {
    go_to(at);
    return ends_.subspan(next_, std::min(most, ends_.size() - next_));
  }
  std::size_t read(std::uint32_t begin, std::size_t stop, std::span<std::uint32_t> ends) {
    const auto behind = some_behind(begin, ends.size());
    // Most reads end soon, nobody can foretell where: a search by halves would be mistaken at each.
    constexpr std::size_t kStep = 8;
    std::size_t count = 0;
    while (count + kStep <= behind.size() && behind[count + kStep - 1] <= stop) {
      std::copy_n(behind.begin() + static_cast<std::ptrdiff_t>(count), kStep,
                  ends.begin() + static_cast<std::ptrdiff_t>(count));
      count += kStep;
    }
    const auto left = behind.subspan(count, std::min(kStep, behind.size() - count));
    for (const std::uint32_t end : left) {
      ends[count] = end;
      count += end <= stop ? 1 : 0;
    }
    return count;
  }
  void skip(std::size_t count) { next_ += count; }

 private:
  void go_to(std::uint32_t at) {
    while (next_ < ends_.size() && ends_[next_] <= at) ++next_;
  }
  // What several have in a word is put together in a register.
  void mark() {
    bits_.clear();
    std::uint64_t bits = 1;
    std::uint32_t first = 0;
    for (const std::uint32_t end : ends_) {
      if (end - first >= 64) {
        bits_.add(first, bits);
        bits = 0;
        first = end / 64 * 64;
      }
      bits |= std::uint64_t{1} << end % 64;
    }
    bits_.add(first, bits);
  }

  const std::span<const std::uint32_t> ends_;
  OffsetBits& bits_;
  bool are_marked_ = false;
  std::size_t next_ = 0;
};

}  // namespace corpusmill
