#include "prep/repeats/repeated_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/error.h"
#include "common/stop_signal.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kKeysPerStopCheck = 1 << 16;
constexpr std::uint64_t kRepeatedBytesMin = 16 << 20;  // whatever --memory is

}  // namespace

bool UnitCounter::Counted::operator<(const Counted& other) const {
  return std::tie(key.low, key.high) < std::tie(other.key.low, other.key.high);
}

UnitCounter::UnitCounter(std::uint64_t bytes_max, std::filesystem::path tmp_dir)
    : bytes_max_(bytes_max), counts_(bytes_max / 2), spilled_(bytes_max / 2, std::move(tmp_dir)) {}

void UnitCounter::add(const Digest& key) {
  counts_.add(key, 1);
  if (counts_.full()) spill();
}

void UnitCounter::spill() {
  has_spilled_ = true;
  spilled_.add_sorted_run([&](const auto& put) {
    counts_.drain([&](const Digest& key, std::uint64_t count) { put(Counted{key, count}); });
  });
}

FingerprintSet UnitCounter::repeated(std::uint64_t times_max) {
  const std::uint64_t repeated_bytes_max = std::max(bytes_max_ / 2, kRepeatedBytesMin);
  FingerprintSet repeated(repeated_bytes_max);
  std::uint64_t keys = 0;
  const auto take = [&](const Digest& key, std::uint64_t count) {
    if (++keys % kKeysPerStopCheck == 0) throw_if_stop_requested();
    if (count <= times_max) return;
    repeated.find_or_insert(key, 1);
    if (!repeated.full()) return;
    throw Error(ExitCode::kUsage,
                fmt::format("the lines or paragraphs that occur more than {} times outgrow the {} "
                            "bytes that --memory leaves for them; give more with --memory",
                            times_max, repeated_bytes_max));
  };
  if (!has_spilled_) {
    counts_.drain(take);
    return repeated;
  }
  spill();
  Counted sum{{}, 0};
  spilled_.for_each_sorted([&](const Counted& counted) {
    if (counted.key == sum.key) {
      sum.count += counted.count;
      return;
    }
    take(sum.key, sum.count);
    sum = counted;
  });
  take(sum.key, sum.count);
  return repeated;
}

}  // namespace corpusmill
