// Documents in, a set of published shards out: train and validation side by side, each cut where
// the next document would make a shard too large.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_shard_format.h"
#include "common/token_shard_writer.h"

namespace corpusmill {

using TokensBySource = std::map<std::string, std::uint64_t, std::less<>>;

// A shard and what is known about its documents beyond the manifest's entry.
struct PublishedShard {
  ShardInfo info;
  TokensBySource tokens_by_source;
  std::uint64_t specials = 0;  // literal special tokens in its texts
};

struct ShardSetOptions {
  TokenWidth width = TokenWidth::kUint16;
  std::uint64_t shard_tokens = kDefaultShardTokens;  // a longer document has a shard of its own
  bool index = true;
};

// One document that goes into a shard. Views of the caller's.
struct ShardDocument {
  std::span<const TokenId> ids;  // BOS and EOS included
  DocumentOrigin origin;
  std::string_view source;
  std::uint64_t specials = 0;
};

// Not thread-safe: the sink of a pipeline. Throws Error(kOutputIo).
class ShardSetWriter {
 public:
  // Told of every shard once it is on disk under its name.
  using OnPublished = std::function<void(const PublishedShard&)>;

  // `already` are the shards that an earlier run has published, in its order.
  ShardSetWriter(ShardSetNames names, const ShardSetOptions& options,
                 std::vector<PublishedShard> already, OnPublished on_published);

  void append(Split split, const ShardDocument& document);
  // Publishes what is still open: train, then validation.
  void finish();

  // Train shards in order, then validation shards in order. After finish().
  std::vector<ShardInfo> shards() const;
  TokensBySource tokens_by_source() const;
  std::uint64_t specials() const;

 private:
  struct Open {
    std::unique_ptr<TokenShardWriter> writer;
    TokensBySource tokens_by_source;
    TokensBySource::value_type* last_source = nullptr;  // the last document's, in the map
    std::uint64_t specials = 0;
  };
  static std::uint64_t& tokens_of(Open& open, std::string_view source);
  void publish(Split split);
  std::uint64_t next_number(Split split) const;

  ShardSetNames names_;
  ShardSetOptions options_;
  OnPublished on_published_;
  std::array<Open, 2> open_;
  std::vector<PublishedShard> published_;
};

}  // namespace corpusmill
