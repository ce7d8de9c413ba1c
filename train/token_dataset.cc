#include "train/token_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/digest.h"
#include "common/error.h"

namespace corpusmill {
namespace {

// Windows are drawn at random: from a disk that is slow to seek, reading a small dataset in order
// once is much the faster. A larger one need not fit the memory.
constexpr std::uint64_t kReadAheadBytesMax = std::uint64_t{1} << 30;

TokenId largest_id_in(const TokenShardReader& reader) {
  std::array<TokenId, 1 << 14> buffer;
  TokenId largest = 0;
  for (std::uint64_t first = 0; first < reader.tokens(); first += buffer.size()) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), reader.tokens() - first));
    reader.copy(first, std::span(buffer).first(count));
    largest = std::max(largest, *std::max_element(buffer.begin(), buffer.begin() + count));
  }
  return largest;
}

std::string shard_line(std::uint64_t tokens, TokenWidth width, const std::string& digest) {
  return fmt::format("{} {} {}\n", static_cast<int>(width), tokens, digest);
}

}  // namespace

TokenDataset TokenDataset::open(const std::filesystem::path& manifest_path,
                                const Manifest& manifest, Split split) {
  TokenDataset dataset;
  std::string lines;
  for (const ShardInfo& shard : manifest.shards) {
    if (shard.split != split) continue;
    lines += shard_line(shard.tokens, shard.width, shard.digest);
    dataset.largest_id_ = std::max(dataset.largest_id_, shard.largest_id);
    dataset.append(TokenShardReader::open(manifest_path.parent_path(), shard));
  }
  dataset.digest_ = digest_of(lines).hex();
  dataset.read_ahead();
  return dataset;
}

TokenDataset TokenDataset::open_bare(const std::filesystem::path& path, TokenWidth width) {
  TokenDataset dataset;
  dataset.append(TokenShardReader::open_bare(path, width));
  dataset.largest_id_ = largest_id_in(dataset.shards_.front());
  dataset.digest_ = digest_of(shard_line(dataset.tokens_, width, digest_of_file(path).hex())).hex();
  return dataset;
}

void TokenDataset::append(TokenShardReader reader) {
  starts_.push_back(tokens_);
  tokens_ += reader.tokens();
  shards_.push_back(std::move(reader));
}

void TokenDataset::read_ahead() const {
  std::uint64_t bytes = 0;
  for (const TokenShardReader& shard : shards_) {
    bytes += shard.tokens() * static_cast<std::uint64_t>(shard.width());
  }
  if (bytes > kReadAheadBytesMax) return;
  for (const TokenShardReader& shard : shards_) shard.read_ahead();
}

std::uint64_t TokenDataset::windows(std::uint64_t seq_len) const {
  return tokens_ == 0 ? 0 : (tokens_ - 1) / seq_len;
}

std::uint64_t TokenDataset::tail_tokens(std::uint64_t seq_len) const {
  return tokens_ == 0 ? 0 : (tokens_ - 1) % seq_len;
}

std::size_t TokenDataset::shard_of(std::uint64_t position) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), position);
  return static_cast<std::size_t>(after - starts_.begin()) - 1;
}

void TokenDataset::copy(std::uint64_t first, std::span<std::int64_t> out) const {
  if (first > tokens_ || out.size() > tokens_ - first) {
    throw std::out_of_range("window past the end of the dataset");
  }
  while (!out.empty()) {
    const std::size_t shard = shard_of(first);
    const std::uint64_t offset = first - starts_[shard];
    const auto count = static_cast<std::size_t>(
        std::min<std::uint64_t>(out.size(), shards_[shard].tokens() - offset));
    shards_[shard].copy(offset, out.first(count));
    out = out.subspan(count);
    first += count;
  }
}

void TokenDataset::copy_window(std::uint64_t window, std::span<std::int64_t> out) const {
  const std::uint64_t first = window * (out.size() - 1);
  copy(first, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] > std::int64_t{largest_id_}) throw_id_out_of_range(first + i, out[i]);
  }
}

void TokenDataset::throw_id_out_of_range(std::uint64_t position, std::int64_t id) const {
  const std::size_t shard = shard_of(position);
  const std::uint64_t offset =
      (position - starts_[shard]) * static_cast<std::uint64_t>(shards_[shard].width());
  throw Error(ExitCode::kCorrupt,
              fmt::format("{} holds id {} at byte {}, above the largest id {} that its manifest "
                          "states; run `corpusmill verify` and make the shards again",
                          shards_[shard].path().string(), id, offset, largest_id_));
}

}  // namespace corpusmill
