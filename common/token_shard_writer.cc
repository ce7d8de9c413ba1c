#include "common/token_shard_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "common/error.h"
#include "common/token_pack.h"

namespace corpusmill {
namespace {

// Small enough to be digested and written while it is in the cache.
constexpr std::size_t kPieceBytes = 128 << 10;

}  // namespace

TokenShardWriter::TokenShardWriter(const std::filesystem::path& path, Split split, TokenWidth width,
                                   Index index)
    : file_(path),
      writer_(file_),
      split_(split),
      width_(width),
      index_(index == Index::kDocuments ? std::make_optional<DocumentIndexWriter>() : std::nullopt),
      piece_(std::make_unique_for_overwrite<char[]>(kPieceBytes)) {}

void TokenShardWriter::append(std::span<const TokenId> ids, DocumentOrigin origin) {
  put(ids);
  ++documents_;
  if (index_) index_->append(tokens_, origin);
}

void TokenShardWriter::append_unbounded(std::span<const TokenId> ids) {
  if (index_) {
    throw Error(ExitCode::kInternal,
                fmt::format("tokens without a document for {}, which has a document index",
                            file_.final_path().string()));
  }
  put(ids);
}

void TokenShardWriter::put(std::span<const TokenId> ids) {
  const std::size_t id_bytes = static_cast<std::size_t>(width_);
  tokens_ += ids.size();
  while (!ids.empty()) {
    const std::size_t room = (kPieceBytes - piece_bytes_) / id_bytes;
    const std::span<const TokenId> part = ids.first(std::min(room, ids.size()));
    const TokenId largest = pack_ids(part, width_, piece_.get() + piece_bytes_);
    if (width_ == TokenWidth::kUint16 && largest > std::numeric_limits<std::uint16_t>::max()) {
      throw Error(
          ExitCode::kMismatch,
          fmt::format("token id {} does not fit the uint16 shard {}; the tokenizer has more "
                      "ids than it says",
                      largest, file_.final_path().string()));
    }
    largest_id_ = std::max(largest_id_, largest);
    piece_bytes_ += part.size() * id_bytes;
    ids = ids.subspan(part.size());
    if (piece_bytes_ == kPieceBytes) flush_piece();
  }
}

void TokenShardWriter::flush_piece() {
  const std::string_view piece(piece_.get(), std::exchange(piece_bytes_, 0));
  digester_.update(piece);
  writer_.write(piece);
}

ShardInfo TokenShardWriter::finish() {
  if (piece_bytes_ > 0) flush_piece();
  writer_.finish();
  ShardInfo info;
  info.file_name = file_.final_path().filename().string();
  info.split = split_;
  info.tokens = tokens_;
  info.documents = documents_;
  info.width = width_;
  info.largest_id = largest_id_;
  info.digest = digester_.digest().hex();
  for (const Digest& digest : digester_.block_digests()) info.block_digests.push_back(digest.hex());
  if (index_) {
    info.index_file_name = index_name_of_shard(info.file_name);
    info.index_digest =
        index_->publish(file_.final_path().parent_path() / info.index_file_name, tokens_);
  }
  file_.commit();
  return info;
}

}  // namespace corpusmill
