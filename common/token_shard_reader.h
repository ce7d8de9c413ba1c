// A token shard, memory-mapped. Readable from any number of threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "common/manifest.h"
#include "common/mapped_file.h"
#include "common/token_id.h"

namespace corpusmill {

class TokenShardReader {
 public:
  // A shard that a manifest names: its size is checked here, its digests by verify() in
  // common/shard_verify.h. Throws Error(kCorrupt) naming the file.
  static TokenShardReader open(const std::filesystem::path& folder, const ShardInfo& shard);
  // A bare .bin without a manifest.
  static TokenShardReader open_bare(const std::filesystem::path& path, TokenWidth width);

  void read_ahead() const { file_.read_ahead(); }

  std::uint64_t tokens() const { return tokens_; }
  TokenWidth width() const { return width_; }
  TokenId at(std::uint64_t position) const;
  // Tokens [first, first + out.size()); throws std::out_of_range past the end.
  void copy(std::uint64_t first, std::span<std::int64_t> out) const;
  void copy(std::uint64_t first, std::span<TokenId> out) const;
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  TokenShardReader(MappedFile file, TokenWidth width);
  MappedFile file_;
  TokenWidth width_;
  std::uint64_t tokens_;
};

}  // namespace corpusmill
