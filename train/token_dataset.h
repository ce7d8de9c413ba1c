// The shards of a split as one stream of token ids, cut into windows for training.
//
// Window i of length L holds L + 1 ids: [i * L, i * L + L], inputs the first L, targets the last L.
// Neighbours share one id, so every id of the stream is a target once per epoch, save the first of
// the stream and the (tokens - 1) % L last ones (the tail). Windows may cross documents and shards.
// Readable from any number of threads; the shards stay mapped while the dataset lives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/manifest.h"
#include "common/token_shard_reader.h"

namespace corpusmill {

class TokenDataset {
 public:
  // The shards of `split` that the manifest names, sizes checked. May hold no token at all.
  static TokenDataset open(const std::filesystem::path& manifest_path, const Manifest& manifest,
                           Split split);
  // A bare .bin without a manifest. Reads it whole once, for its digest and its largest id.
  static TokenDataset open_bare(const std::filesystem::path& path, TokenWidth width);

  std::uint64_t tokens() const { return tokens_; }
  std::uint64_t windows(std::uint64_t seq_len) const;
  std::uint64_t tail_tokens(std::uint64_t seq_len) const;
  // The largest id, as the manifest says or as the bare file holds.
  TokenId largest_id() const { return largest_id_; }
  // Of the shards' widths, lengths and digests, in order: the same for the same tokens.
  const std::string& digest() const { return digest_; }

  // Ids of a window into `out` of seq_len + 1. An id above largest_id() throws Error(kCorrupt)
  // naming shard and byte offset: the file is not what its manifest says.
  void copy_window(std::uint64_t window, std::span<std::int64_t> out) const;

 private:
  TokenDataset() = default;
  void append(TokenShardReader reader);
  void read_ahead() const;
  void copy(std::uint64_t first, std::span<std::int64_t> out) const;
  [[noreturn]] void throw_id_out_of_range(std::uint64_t position, std::int64_t id) const;
  std::size_t shard_of(std::uint64_t position) const;

  std::vector<TokenShardReader> shards_;
  std::vector<std::uint64_t> starts_;  // first position of each shard in the stream
  std::uint64_t tokens_ = 0;
  TokenId largest_id_ = 0;
  std::string digest_;
};

}  // namespace corpusmill
