#include "common/token_shard_reader.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

#include "common/error.h"
#include "common/file.h"
#include "common/token_shard_format.h"

namespace corpusmill {
namespace {

template <typename Stored, typename Out>
void copy_ids(const std::byte* from, std::span<Out> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, from + i * sizeof(Stored), sizeof stored);
    out[i] = stored;
  }
}

template <typename Out>
void copy_range(const MappedFile& file, TokenWidth width, std::uint64_t tokens, std::uint64_t first,
                std::span<Out> out) {
  if (first > tokens || out.size() > tokens - first) {
    throw std::out_of_range(fmt::format("tokens [{}, {}) of {}, which has {}", first,
                                        first + out.size(), file.path().string(), tokens));
  }
  const std::byte* from = file.bytes().data() + first * static_cast<std::uint64_t>(width);
  width == TokenWidth::kUint16 ? copy_ids<std::uint16_t>(from, out)
                               : copy_ids<std::uint32_t>(from, out);
}

}  // namespace

TokenShardReader::TokenShardReader(MappedFile file, TokenWidth width)
    : file_(std::move(file)),
      width_(width),
      tokens_(file_.bytes().size() / static_cast<std::uint64_t>(width)) {}

TokenShardReader TokenShardReader::open(const std::filesystem::path& folder,
                                        const ShardInfo& shard) {
  const std::filesystem::path path = folder / shard.file_name;
  if (!file_exists(path)) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{} is missing, which its manifest names", path.string()));
  }
  MappedFile file = MappedFile::open(path);
  const std::uint64_t expected = shard.tokens * static_cast<std::uint64_t>(shard.width);
  if (file.bytes().size() != expected) {
    throw Error(ExitCode::kCorrupt, fmt::format("{} has {} bytes, its manifest says {}",
                                                path.string(), file.bytes().size(), expected));
  }
  return {std::move(file), shard.width};
}

TokenShardReader TokenShardReader::open_bare(const std::filesystem::path& path, TokenWidth width) {
  MappedFile file = MappedFile::open(path);
  if (file.bytes().size() % static_cast<std::size_t>(width) != 0) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{} has {} bytes, which is no whole number of {}-byte ids; is it "
                            "another format or another width?",
                            path.string(), file.bytes().size(), static_cast<int>(width)));
  }
  return {std::move(file), width};
}

TokenId TokenShardReader::at(std::uint64_t position) const {
  TokenId id = 0;
  copy(position, std::span(&id, 1));
  return id;
}

void TokenShardReader::copy(std::uint64_t first, std::span<std::int64_t> out) const {
  copy_range(file_, width_, tokens_, first, out);
}

void TokenShardReader::copy(std::uint64_t first, std::span<TokenId> out) const {
  copy_range(file_, width_, tokens_, first, out);
}

}  // namespace corpusmill
