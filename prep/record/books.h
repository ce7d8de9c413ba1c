// The books: every input line ends in exactly one class, in lines and in bytes (a line's bytes
// include its newline). Not thread-safe; parallel stages keep their own and add them up.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "prep/record/drop_reason.h"

namespace corpusmill {

struct Tally {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  Tally& operator+=(const Tally& other) {
    lines += other.lines;
    bytes += other.bytes;
    return *this;
  }
  bool operator==(const Tally&) const = default;
};

class Books {
 public:
  void count_in(std::uint64_t bytes) { in_ += {1, bytes}; }
  void count_kept(std::uint64_t bytes) { kept_ += {1, bytes}; }
  void count_dropped(DropReason reason, std::uint64_t bytes) {
    dropped_[static_cast<std::size_t>(reason)] += {1, bytes};
  }
  Books& operator+=(const Books& other);

  const Tally& in() const { return in_; }
  const Tally& kept() const { return kept_; }
  const Tally& dropped(DropReason reason) const {
    return dropped_[static_cast<std::size_t>(reason)];
  }
  Tally dropped(DropClass drop_class) const;
  Tally dropped_in_all() const;

  // in = kept + dropped, in lines and bytes. Throws Error(kInternal) with the books if not.
  void check_closed() const;

  // {"lines_in", "bytes_in", "kept", "kept_bytes", "empty_lines", "rejected": {reason: lines},
  //  "filtered": {...}, "exact_duplicates", "near_duplicates", "dropped_bytes": {reason: bytes}}.
  // Every reason is listed, zero or not.
  nlohmann::json to_json() const;
  static Books from_json(const nlohmann::json& json);
  // A table for people, reasons with zero left out.
  std::string to_text() const;

  bool operator==(const Books&) const = default;

 private:
  Tally in_, kept_;
  std::array<Tally, kDropReasonCount> dropped_{};
};

}  // namespace corpusmill
