// The fingerprints and band keys of one run's documents, kept until it is decided which of them an
// index takes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "common/spill_file.h"
#include "prep/near/dedup_index.h"

namespace corpusmill {

// First all add(), then as many next(). Lies in a temporary file. Not thread-safe.
class KeySpool {
 public:
  KeySpool(unsigned bands, const std::filesystem::path& tmp_dir)
      : keys_(bands),
        record_bytes_(sizeof(Digest) + bands * sizeof(std::uint64_t)),
        spill_(tmp_dir) {}

  void add(const IndexedDocument& document) {
    buffer_.append(reinterpret_cast<const char*>(&document.fingerprint), sizeof(Digest));
    buffer_.append(reinterpret_cast<const char*>(document.band_keys.data()),
                   document.band_keys.size_bytes());
    if (buffer_.size() >= kBufferBytes) flush();
  }

  // In the order in which they were added; valid until the next call.
  IndexedDocument next() {
    if (!buffer_.empty()) flush();
    if (at_ == piece_.size()) read_piece();
    IndexedDocument document;
    std::memcpy(&document.fingerprint, piece_.data() + at_, sizeof(Digest));
    std::memcpy(keys_.data(), piece_.data() + at_ + sizeof(Digest), record_bytes_ - sizeof(Digest));
    document.band_keys = keys_;
    at_ += record_bytes_;
    return document;
  }

 private:
  static constexpr std::size_t kBufferBytes = 1 << 20;

  void flush() {
    spill_.append(buffer_);
    buffer_.clear();
  }
  void read_piece() {
    const std::uint64_t most = kBufferBytes / record_bytes_ * record_bytes_ + record_bytes_;
    piece_.resize(std::min(most, spill_.bytes() - offset_));
    spill_.read_into(piece_.data(), piece_.size(), offset_);
    offset_ += piece_.size();
    at_ = 0;
  }

  std::vector<std::uint64_t> keys_;
  std::size_t record_bytes_;
  SpillFile spill_;
  std::string buffer_, piece_;
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace corpusmill
