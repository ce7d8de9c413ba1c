#include "common/token_shard_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "common/error.h"

namespace corpusmill {
namespace {

// Appends each id in `Stored`, least byte first (token_shard_format.h asserts little-endian).
template <typename Stored>
void encode(std::span<const TokenId> ids, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + ids.size() * sizeof(Stored));
  char* to = out.data() + begin;
  for (const TokenId id : ids) {
    const Stored stored = static_cast<Stored>(id);
    std::memcpy(to, &stored, sizeof stored);
    to += sizeof stored;
  }
}

}  // namespace

TokenShardWriter::TokenShardWriter(const std::filesystem::path& path, Split split, TokenWidth width,
                                   Index index)
    : file_(path), split_(split), width_(width), index_(index) {
  block_.reserve(kDigestBlockBytes);
}

void TokenShardWriter::append(std::span<const TokenId> ids, DocumentOrigin origin) {
  put(ids);
  ++documents_;
  if (index_ == Index::kDocuments) entries_.push_back({tokens_, origin.line, origin.input, 0});
}

void TokenShardWriter::append_unbounded(std::span<const TokenId> ids) {
  if (index_ != Index::kNone) {
    throw Error(ExitCode::kInternal,
                fmt::format("tokens without a document for {}, which has a document index",
                            file_.final_path().string()));
  }
  put(ids);
}

void TokenShardWriter::put(std::span<const TokenId> ids) {
  if (ids.empty()) return;
  const TokenId largest = *std::max_element(ids.begin(), ids.end());
  if (width_ == TokenWidth::kUint16 && largest > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(ExitCode::kMismatch,
                fmt::format("token id {} does not fit the uint16 shard {}; the tokenizer has more "
                            "ids than it says",
                            largest, file_.final_path().string()));
  }
  largest_id_ = std::max(largest_id_, largest);
  tokens_ += ids.size();
  const std::size_t id_bytes = static_cast<std::size_t>(width_);
  while (!ids.empty()) {
    const std::size_t room = (kDigestBlockBytes - block_.size()) / id_bytes;
    const std::span<const TokenId> piece = ids.first(std::min(room, ids.size()));
    width_ == TokenWidth::kUint16 ? encode<std::uint16_t>(piece, block_)
                                  : encode<std::uint32_t>(piece, block_);
    ids = ids.subspan(piece.size());
    if (block_.size() == kDigestBlockBytes) flush_block();
  }
}

void TokenShardWriter::flush_block() {
  block_digests_.push_back(digest_of(block_).hex());
  digester_.update(block_);
  file_.write(block_);
  block_.clear();
}

void TokenShardWriter::publish_index(ShardInfo& info) {
  const std::string_view entries(reinterpret_cast<const char*>(entries_.data()),
                                 entries_.size() * sizeof(DocumentIndexEntry));
  const Digest entries_digest = digest_of(entries);
  DocumentIndexHeader header{kDocumentIndexMagic,
                             kDocumentIndexVersion,
                             sizeof(DocumentIndexEntry),
                             documents_,
                             tokens_,
                             entries_digest.high,
                             entries_digest.low,
                             0,
                             0};
  header.header_digest = header_digest_of(header);
  const std::string_view header_bytes(reinterpret_cast<const char*>(&header), sizeof header);
  Digester whole;
  whole.update(header_bytes);
  whole.update(entries);
  info.index_file_name = index_name_of_shard(info.file_name);
  info.index_digest = whole.digest().hex();
  AtomicFile file(file_.final_path().parent_path() / info.index_file_name);
  file.write(header_bytes);
  file.write(entries);
  file.commit();
}

ShardInfo TokenShardWriter::finish() {
  if (!block_.empty()) flush_block();
  ShardInfo info;
  info.file_name = file_.final_path().filename().string();
  info.split = split_;
  info.tokens = tokens_;
  info.documents = documents_;
  info.width = width_;
  info.largest_id = largest_id_;
  info.digest = digester_.digest().hex();
  info.block_digests = std::move(block_digests_);
  if (index_ == Index::kDocuments) publish_index(info);
  file_.commit();
  return info;
}

}  // namespace corpusmill
