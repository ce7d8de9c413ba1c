#include "train/window_order.h"

#include <bit>
#include <stdexcept>

namespace corpusmill {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace

WindowOrder::WindowOrder(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch)
    : count_(count) {
  if (count == 0) throw std::invalid_argument("WindowOrder of no windows");
  const auto bits = static_cast<unsigned>(std::bit_width(count - 1));
  half_bits_ = bits < 2 ? 1 : (bits + 1) / 2;
  half_mask_ = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t key = mix(mix(seed) ^ epoch);
  for (auto& round_key : keys_) round_key = key = mix(key);
}

std::uint64_t WindowOrder::permute(std::uint64_t value) const {
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & half_mask_;
  for (const std::uint64_t key : keys_) {
    const std::uint64_t next = left ^ (mix(right ^ key) & half_mask_);
    left = right;
    right = next;
  }
  return (left << half_bits_) | right;
}

std::uint64_t WindowOrder::at(std::uint64_t index) const {
  if (index >= count_) throw std::out_of_range("window index past the end of the epoch");
  std::uint64_t value = permute(index);
  while (value >= count_) value = permute(value);
  return value;
}

}  // namespace corpusmill
