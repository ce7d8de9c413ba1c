#include "common/block_digester.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace corpusmill {
namespace {

// The secret that XXH3 has by default, of which each stripe of a step takes 64 bytes, 8 behind
// those of the one before.
constexpr std::size_t kSecretBytes = sizeof XXH3_kSecret, kSecretStep = XXH_SECRET_CONSUME_RATE;

const std::uint8_t* bytes_of(const char* at) {
  return reinterpret_cast<const std::uint8_t*>(at);
}

}  // namespace

BlockDigester::State::State() : lanes(XXH3_INIT_ACC) {}

void BlockDigester::State::add(const State& sum) {
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] += sum.lanes[i];
}

void BlockDigester::State::scramble() {
  XXH3_scrambleAcc(lanes.data(), XXH3_kSecret + kSecretBytes - kStripeBytes);
  bytes += kStepBytes;
}

BlockDigester::BlockDigester(std::uint64_t block_bytes) : block_bytes_(block_bytes) {
  static_assert((kSecretBytes - kStripeBytes) / kSecretStep * kStripeBytes == kStepBytes);
}

void BlockDigester::take(const char* step) {
  if (block_.bytes + kStepBytes == block_bytes_)
    ended_.push_back(digest(block_, {step, kStepBytes}));
  State sum;
  sum.lanes.fill(0);
  for (std::size_t i = 0; i < kStepBytes / kStripeBytes; ++i) {
    XXH3_accumulate_512(sum.lanes.data(), bytes_of(step) + i * kStripeBytes,
                        XXH3_kSecret + i * kSecretStep);
  }
  stream_.add(sum);
  stream_.scramble();
  if (block_.bytes + kStepBytes == block_bytes_) {
    block_ = {};
  } else {
    block_.add(sum);
    block_.scramble();
  }
}

// A step goes in when another byte follows: the last one is another matter.
void BlockDigester::update(std::string_view bytes) {
  if (bytes.empty()) return;
  char* const last = last_.data() + kStripeBytes;
  const auto keep_stripe = [&](const char* end) {
    std::memcpy(last_.data(), end - kStripeBytes, kStripeBytes);
  };
  const std::size_t taken = std::min(bytes.size(), kStepBytes - last_bytes_);
  std::memcpy(last + last_bytes_, bytes.data(), taken);
  last_bytes_ += taken;
  bytes.remove_prefix(taken);
  if (bytes.empty()) return;
  take(last);
  keep_stripe(last + kStepBytes);
  for (; bytes.size() > kStepBytes; bytes.remove_prefix(kStepBytes)) {
    take(bytes.data());
    if (bytes.size() <= 2 * kStepBytes) keep_stripe(bytes.data() + kStepBytes);
  }
  std::memcpy(last, bytes.data(), bytes.size());
  last_bytes_ = bytes.size();
}

// XXH3_128bits of more than 240 bytes: the last stripe has a place of its own in the secret and may
// overlap those before it.
Digest BlockDigester::digest(State state, std::string_view tail) {
  const std::uint64_t bytes = state.bytes + tail.size();
  if (bytes <= kStepBytes) return digest_of(tail);
  for (std::size_t i = 0; i < (tail.size() - 1) / kStripeBytes; ++i) {
    XXH3_accumulate_512(state.lanes.data(), bytes_of(tail.data()) + i * kStripeBytes,
                        XXH3_kSecret + i * kSecretStep);
  }
  XXH3_accumulate_512(state.lanes.data(), bytes_of(tail.data() + tail.size()) - kStripeBytes,
                      XXH3_kSecret + kSecretBytes - kStripeBytes - XXH_SECRET_LASTACC_START);
  return {.high = XXH3_mergeAccs(
              state.lanes.data(),
              XXH3_kSecret + kSecretBytes - kStripeBytes - XXH_SECRET_MERGEACCS_START,
              ~(bytes * XXH_PRIME64_2)),
          .low = XXH3_mergeAccs(state.lanes.data(), XXH3_kSecret + XXH_SECRET_MERGEACCS_START,
                                bytes * XXH_PRIME64_1)};
}

Digest BlockDigester::digest() const {
  return digest(stream_, tail());
}

std::vector<Digest> BlockDigester::block_digests() const {
  std::vector<Digest> all = ended_;
  if (last_bytes_ > 0) all.push_back(digest(block_, tail()));
  return all;
}

}  // namespace corpusmill
