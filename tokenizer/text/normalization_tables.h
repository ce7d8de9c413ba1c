// What normalization asks of characters, in tables small enough for the near caches: utf8proc's
// answers, read off once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace corpusmill {

// Const, safe from any number of threads.
class NormalizationTables {
 public:
  // With compatibility mappings (form KC), or without. Made when first asked for, in about a
  // millisecond, and there until the process ends.
  static const NormalizationTables& get(bool compatible);

  using Traits = std::uint32_t;
  // The number of its combining class among all there are, in their order; 0 of starters. Unicode 9
  // has 54 others.
  static constexpr Traits kClass = 0xFF;
  static constexpr std::size_t kClassesMax = 64;
  static constexpr Traits kChanges = 1 << 8;    // becomes something else even alone
  static constexpr Traits kJoins = 1 << 9;      // is second in some composition
  static constexpr Traits kSyllable = 1 << 10;  // decomposes by Hangul's arithmetic
  // All others stay as they are, and nothing moves across them.
  static constexpr Traits kSuspect = kClass | kChanges | kJoins;
  static constexpr unsigned kPartsShift = 11;  // above it: which entry its decomposition is, or 0

  // `code_point`: below kCodePoints. What only Unicode 10 or later gave a class, a composition or a
  // mapping has none of all this.
  Traits traits(std::uint32_t code_point) const {
    return traits_[std::size_t{blocks_[code_point / kBlock]} * kBlock + code_point % kBlock];
  }

  static constexpr std::uint32_t kBlock = 64, kBlocks = (1 << 21) / kBlock;
  // By block of kBlock characters: 0 where none of them has any traits. kBlocks of them, as many as
  // four bytes of UTF-8 can name, and one more for who reads two at a time.
  const std::uint16_t* blocks() const { return blocks_.data(); }

  // A character of a decomposition: its code point, kJoinsBit if it has kJoins, and from
  // kClassShift on the number of its class.
  using ClassedChar = std::uint32_t;
  static constexpr unsigned kClassShift = 24;
  static constexpr ClassedChar kCodePoint = (1 << 21) - 1, kJoinsBit = 1 << 21;
  static unsigned class_of(ClassedChar c) { return c >> kClassShift; }
  static ClassedChar classed(std::uint32_t code_point, Traits traits) {
    return code_point | ((traits & kJoins) != 0 ? kJoinsBit : 0) | traits << kClassShift;
  }
  static bool decomposes(Traits traits) { return (traits & (~0U << kPartsShift | kSyllable)) != 0; }
  // What a character of these traits decomposes to; none if it does not, or is a syllable.
  std::span<const ClassedChar> parts(Traits traits) const {
    const ClassedChar* const entry = parts_.data() + (traits >> kPartsShift);
    return {entry + 1, *entry};
  }
  // Appends what a character of these traits decomposes to: itself where that is nothing else.
  void append_parts(std::uint32_t code_point, Traits traits, std::vector<ClassedChar>& out) const;
  // What two characters that may touch become one behind the other; 0: they stay two.
  std::uint32_t composed(std::uint32_t first, std::uint32_t second) const;

 private:
  class Maker;
  static constexpr std::size_t kPairSlots = 4096;  // more than twice the compositions there are
  static constexpr unsigned kCodePointBits = 21;

  explicit NormalizationTables(bool compatible);

  static std::size_t pair_slot(std::uint64_t pair) {
    return pair * 0x9E3779B97F4A7C15U >> 52;  // 12 bits
  }
  static std::uint64_t pair_of(std::uint32_t first, std::uint32_t second) {
    return std::uint64_t{first} << kCodePointBits | second;
  }

  std::vector<std::uint16_t> blocks_;  // by code point / kBlock: which one of traits_; 0: none
  std::vector<Traits> traits_;         // in blocks; those that are equal are mostly one
  std::vector<ClassedChar> parts_;     // of each entry: how many, and these; entry 0 has none
  // Open addressing: the pair and below it what it becomes; 0: free.
  std::vector<std::uint64_t> pairs_;
};

}  // namespace corpusmill
