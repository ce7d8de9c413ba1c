#include "prep/repeats/repeat_counter.h"

#include <tuple>
#include <utility>

namespace corpusmill {

bool RepeatCounter::Seen::operator<(const Seen& other) const {
  return std::tie(fingerprint, bytes) < std::tie(other.fingerprint, other.bytes);
}

RepeatCounter::RepeatCounter(std::uint64_t bytes_max, std::filesystem::path tmp_dir)
    : bytes_max_(bytes_max), tmp_dir_(std::move(tmp_dir)), seen_(bytes_max) {}

void RepeatCounter::add(const Digest& fingerprint, std::uint64_t bytes) {
  if (collecting_ != nullptr) return collecting_->add({fingerprint, bytes});
  if (seen_.find_or_insert(fingerprint, 1)) repeats_ += {1, bytes};
  if (seen_.full()) begin_collecting();
}

void RepeatCounter::begin_collecting() {
  collecting_ = std::make_unique<ExternalSorter<Seen>>(bytes_max_ / 2, tmp_dir_);
  seen_.drain([&](const Digest& fingerprint, std::uint64_t) {
    collecting_->add({fingerprint, 0});
  });
}

Tally RepeatCounter::repeats() {
  if (collecting_ == nullptr) return repeats_;
  Digest last;
  bool has_last = false;
  collecting_->for_each_sorted([&](const Seen& seen) {
    if (has_last && seen.fingerprint == last) {
      repeats_ += {1, seen.bytes};
    } else {
      last = seen.fingerprint;
      has_last = true;
    }
  });
  return repeats_;
}

}  // namespace corpusmill
