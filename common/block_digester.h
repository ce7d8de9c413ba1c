// The digest of a stream and those of its blocks, for little more than one of the two.
//
// XXH3 takes in 1 KiB at a time: it adds to its state what 16 stripes of input and a fixed secret
// give, which does not depend on what came before, and scrambles the state. Blocks begin where a
// KiB of the stream does, so that both states can have the same sums.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/digest.h"

namespace corpusmill {

// Not thread-safe.
class BlockDigester {
 public:
  // `block_bytes`: a multiple of 1 KiB.
  explicit BlockDigester(std::uint64_t block_bytes);

  void update(std::string_view bytes);
  // Of all bytes, as digest_of() has it.
  Digest digest() const;
  // Of each block of them, the last of which may be shorter; none of no bytes.
  std::vector<Digest> block_digests() const;

 private:
  static constexpr std::size_t kStepBytes = 1024, kStripeBytes = 64;

  struct alignas(64) State {
    State();
    void add(const State& sum);
    void scramble();

    std::array<std::uint64_t, 8> lanes;
    std::uint64_t bytes = 0;  // of the steps that went in
  };
  // Takes in a step that more bytes follow.
  void take(const char* step);
  // Of what the state has taken in and up to a step behind it; a stripe before that can be read.
  static Digest digest(State state, std::string_view tail);
  std::string_view tail() const { return {last_.data() + kStripeBytes, last_bytes_}; }

  const std::uint64_t block_bytes_;
  State stream_, block_;
  std::vector<Digest> ended_;  // of blocks before that which the last bytes belong to
  // The last bytes, up to a step of them, behind the stripe before them.
  std::array<char, kStripeBytes + kStepBytes> last_;
  std::size_t last_bytes_ = 0;
};

}  // namespace corpusmill
