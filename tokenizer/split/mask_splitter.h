// The loop around splitters that find the ends of pretokens 64 bytes at a time.
//
// A Scheme stands for one regular expression:
//   static constexpr PlaneOptions kPlanes;
//   struct State;           // what is carried from block to block; {} where a pretoken begins
//   MaskStep step(State&, const BytePlanes& here, const BytePlanes& next) const;
//   std::size_t match_end(std::string_view text, std::size_t at) const;  // the scalar matcher
// step() returns where pretokens begin in the block. The text's first byte counts as one whatever
// it says. Behind the text's end the planes show plain spaces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tokenizer/split/byte_planes.h"
#include "tokenizer/split/byte_planes_x86.h"
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/offset_buffer.h"
#include "tokenizer/split/text_splitter.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {

struct MaskStep {
  std::uint64_t starts = 0;
  bool undo = false;      // the last start of the blocks before was none: State was in doubt
  bool hard = false;      // leave this block to the scalar matcher; starts means nothing
  bool in_doubt = false;  // the last start found up to here may still be undone
};

namespace byte_planes {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kReadableBytes = kBlockBytes + 4;  // what classify() may look at

// The text in blocks; the last ones, which would read behind its end, from a copy.
class Blocks {
 public:
  explicit Blocks(std::string_view text) : text_(text) {}

  const char* at(std::size_t position) {
    if (position + kReadableBytes <= text_.size()) return text_.data() + position;
    const std::size_t left = position < text_.size() ? text_.size() - position : 0;
    if (left > 0) std::memcpy(tail_, text_.data() + position, std::min(left, kReadableBytes));
    if (left < kReadableBytes) std::memset(tail_ + left, ' ', kReadableBytes - left);
    return tail_;
  }

 private:
  std::string_view text_;
  char tail_[kReadableBytes];
};

// Where enough spaces stand behind the text.
class PaddedBlocks {
 public:
  explicit PaddedBlocks(std::string_view text) : text_(text) {}

  // Of `position` below the text's size, and of the next block.
  const char* at(std::size_t position) const { return text_.data() + position; }

 private:
  static_assert(kBlockBytes + kReadableBytes <= TextSplitter::kPaddingBytes);
  std::string_view text_;
};

template <class Offsets>
using BlocksFor = std::conditional_t<std::is_same_v<Offsets, OffsetBits>, PaddedBlocks, Blocks>;

// Appends base + i for every bit i of `bits`.
template <class Simd>
void append(std::uint64_t bits, std::uint32_t base, OffsetBuffer& ends) {
  Simd::append(bits, base, ends);
}
template <class Simd>
void append(std::uint64_t bits, std::uint32_t base, OffsetBits& ends) {
  ends.add(base, bits);
}

template <class Simd, class Scheme, class Offsets>
std::size_t split_by_planes(const Scheme& scheme, std::string_view text, std::size_t from,
                            std::size_t until, std::size_t offset, Offsets& ends) {
  const std::uint16_t* const table = char_class_table();
  const auto last_end = [&] {
    return ends.empty() || ends.back() <= offset ? from : from + ends.back() - offset;
  };
  BlocksFor<Offsets> blocks(text);
  for (std::size_t origin = from;;) {
    typename Scheme::State state{};
    StraddlingChar straddling;
    BytePlanes here = classify<Simd, Scheme::kPlanes>(blocks.at(origin), table, straddling);
    std::uint64_t wanted = ~std::uint64_t{1};  // the first byte begins what has no end yet
    bool hard = false, was_in_doubt = false;
    std::size_t at = origin;
    for (; at < text.size(); at += kBlockBytes) {
      const BytePlanes next =
          at + kBlockBytes < text.size()
              ? classify<Simd, Scheme::kPlanes>(blocks.at(at + kBlockBytes), table, straddling)
              : BytePlanes{.space = ~std::uint64_t{0}, .plain_space = ~std::uint64_t{0}};
      const MaskStep step = scheme.step(state, here, next);
      hard = step.hard;
      if (step.undo || (hard && was_in_doubt)) [[unlikely]]
        ends.pop_back();
      if (hard) [[unlikely]]
        break;
      if (text.size() - at < kBlockBytes) wanted &= (std::uint64_t{1} << (text.size() - at)) - 1;
      const std::size_t base = offset + at - from;
      if (base > ~std::uint32_t{0} - kBlockBytes) [[unlikely]]
        checked_offset(base + kBlockBytes);
      append<Simd>(step.starts & wanted, static_cast<std::uint32_t>(base), ends);
      if (at >= until && !step.in_doubt && last_end() >= until) return last_end();
      was_in_doubt = step.in_doubt;
      wanted = ~std::uint64_t{0};
      here = next;
    }
    if (!hard) {
      ends.push_back(checked_offset(offset + text.size() - from));
      return text.size();
    }
    const std::size_t begin = last_end();
    origin = split_by_matches(scheme, text, begin, at + kBlockBytes, offset + begin - from, ends);
    if (origin >= until || origin == text.size()) return origin;
  }
}

template <class Scheme, class Offsets>
using SplitFunction = std::size_t(const Scheme&, std::string_view, std::size_t, std::size_t,
                                  std::size_t, Offsets&);

#if defined(__x86_64__)

template <class Scheme, class Offsets>
CORPUSMILL_AVX2 [[gnu::flatten]] std::size_t split_avx2(const Scheme& scheme, std::string_view text,
                                                        std::size_t from, std::size_t until,
                                                        std::size_t offset, Offsets& ends) {
  return split_by_planes<Avx2>(scheme, text, from, until, offset, ends);
}

template <class Scheme, class Offsets>
CORPUSMILL_AVX512 [[gnu::flatten]] std::size_t split_avx512(const Scheme& scheme,
                                                            std::string_view text, std::size_t from,
                                                            std::size_t until, std::size_t offset,
                                                            Offsets& ends) {
  return split_by_planes<Avx512>(scheme, text, from, until, offset, ends);
}

#endif

}  // namespace byte_planes

template <class Scheme>
class MaskSplitter final : public TextSplitter {
 public:
  MaskSplitter(Scheme scheme, SplitterLevel level) : scheme_(std::move(scheme)) {
#if defined(__x86_64__)
    if (level == SplitterLevel::kAvx512) {
      split_ = byte_planes::split_avx512<Scheme, OffsetBuffer>;
      mark_ = byte_planes::split_avx512<Scheme, OffsetBits>;
    }
    if (level == SplitterLevel::kAvx2) {
      split_ = byte_planes::split_avx2<Scheme, OffsetBuffer>;
      mark_ = byte_planes::split_avx2<Scheme, OffsetBits>;
    }
#else
    static_cast<void>(level);
#endif
  }

  std::size_t split(std::string_view text, std::size_t from, std::size_t until, std::size_t offset,
                    OffsetBuffer& ends) const override {
    return split_(scheme_, text, from, until, offset, ends);
  }
  void mark(std::string_view text, std::size_t offset, OffsetBuffer&,
            OffsetBits& ends) const override {
    mark_(scheme_, text, 0, text.size(), offset, ends);
  }

 private:
  Scheme scheme_;
  byte_planes::SplitFunction<Scheme, OffsetBuffer>* split_ = split_by_matches<Scheme, OffsetBuffer>;
  byte_planes::SplitFunction<Scheme, OffsetBits>* mark_ = split_by_matches<Scheme, OffsetBits>;
};

}  // namespace corpusmill
