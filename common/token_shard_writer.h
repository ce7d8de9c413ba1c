// Writes one shard and its document index. Both appear under their names in finish(), or not at
// all. Not thread-safe. Holds what BackgroundWriter and DocumentIndexWriter do, and 128 KiB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/background_writer.h"
#include "common/block_digester.h"
#include "common/document_index_writer.h"
#include "common/file.h"
#include "common/manifest.h"
#include "common/token_id.h"

namespace corpusmill {

class TokenShardWriter {
 public:
  enum class Index { kNone, kDocuments };

  // `path` ends in `.bin`; the index goes beside it. Throws Error(kOutputIo).
  TokenShardWriter(const std::filesystem::path& path, Split split, TokenWidth width,
                   Index index = Index::kDocuments);

  // One document, BOS and EOS already in `ids`. An id that the width cannot hold throws
  // Error(kMismatch): never a cast. After an exception only destruction is left.
  void append(std::span<const TokenId> ids, DocumentOrigin origin);
  // Tokens without document bounds; only with Index::kNone.
  void append_unbounded(std::span<const TokenId> ids);

  std::uint64_t tokens() const { return tokens_; }
  std::uint64_t documents() const { return documents_; }

  // Publishes the index, then the shard, and returns what the manifest says about them.
  ShardInfo finish();

 private:
  void put(std::span<const TokenId> ids);
  void flush_piece();

  AtomicFile file_;
  BackgroundWriter writer_;
  Split split_;
  TokenWidth width_;
  std::optional<DocumentIndexWriter> index_;
  std::unique_ptr<char[]> piece_;  // packed ids that are not written yet
  std::size_t piece_bytes_ = 0;
  BlockDigester digester_{kDigestBlockBytes};  // of what is written
  std::uint64_t tokens_ = 0;
  std::uint64_t documents_ = 0;
  TokenId largest_id_ = 0;
};

}  // namespace corpusmill
