// Whether the files of a manifest are what it says: sizes, digests per block and whole, ids below
// the vocabulary size, the document index. Every byte is read, by read() and not by mapping, so
// that a failing disk is an Error(kInputIo) and not a signal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/manifest.h"

namespace corpusmill {

struct Damage {
  std::string file;                    // name only
  std::optional<std::uint64_t> block;  // of kDigestBlockBytes
  std::uint64_t offset = 0;            // first byte that is known to be wrong or to be in doubt
  std::string what;
  // "data-00000.bin: block 3, byte 3145728: its digest differs".
  std::string to_text() const;
};

// Told of bytes as they are read, from any thread.
using BytesRead = std::function<void(std::uint64_t)>;

// Empty: all is well. Damages come shard by shard, in file order.
std::vector<Damage> verify_shard(const std::filesystem::path& folder, const Manifest& manifest,
                                 std::size_t shard, const BytesRead& bytes_read);
// All shards, `threads` at a time. The result does not depend on `threads`.
std::vector<Damage> verify_shards(const std::filesystem::path& folder, const Manifest& manifest,
                                  int threads, const BytesRead& bytes_read);

// For a reader that is about to trust the shards: throws Error(kCorrupt) naming the first damage.
void verify_or_throw(const std::filesystem::path& folder, const Manifest& manifest, int threads);

}  // namespace corpusmill
