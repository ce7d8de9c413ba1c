// A set of shards as a command is given it: a manifest, a shard beside its manifest, or a bare .bin
// without one, for which the user says what a manifest would.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/document_index.h"
#include "common/manifest.h"
#include "common/options.h"
#include "common/token_shard_format.h"
#include "common/token_shard_reader.h"

namespace corpusmill {

inline constexpr std::string_view kUnknownTokenizer = "unknown";

// What a bare .bin needs.
struct BareShardOptions {
  std::string dtype;                  // "uint16" or "uint32"; empty: not given
  std::uint64_t vocabulary_size = 0;  // 0: not given
  void add_to(CLI::App& app);         // --dtype, --vocab-size
};

struct ShardSet {
  std::filesystem::path path;        // as given
  std::filesystem::path folder;      // of the shards
  Manifest manifest;                 // for a bare file: one train shard, without digests and index
  std::optional<std::size_t> shard;  // the one that was named, if it was a shard and not a set
  bool is_bare = false;
};

// Loads the manifest, or the manifest that names the shard, or describes a bare file. Nothing but
// sizes is checked yet. Throws Error: kUsage for a bare file without --dtype or --vocab-size.
ShardSet open_shard_set(const std::filesystem::path& path, const BareShardOptions& bare);

// The set that an earlier run published under these names, every digest checked: this run's work
// is done already. Throws Error: kMismatch if its options, which `options_text` lists, are not
// those wanted; kCorrupt if it is damaged.
Manifest verify_earlier(const ShardSetNames& names, const Manifest& wanted,
                        std::string_view options_text, int threads);

// For people, when a set is bare: what is taken on trust.
std::string bare_warning(const ShardSet& set);

// The shards of one split, or one shard, as one run of tokens and documents. Positions and document
// numbers count from 0 over all of them.
class ShardSetReader {
 public:
  struct Document {
    std::uint64_t number = 0;
    std::uint64_t begin = 0, end = 0;
    DocumentOrigin origin;
  };
  struct Place {
    std::size_t shard = 0;     // index into the manifest's shards
    std::uint64_t offset = 0;  // tokens from the shard's beginning
  };

  ShardSetReader(const ShardSet& set, Split split);
  static ShardSetReader of_one_shard(const ShardSet& set, std::size_t shard);

  std::uint64_t tokens() const { return tokens_; }
  std::uint64_t documents() const { return documents_; }
  bool has_index() const { return has_index_; }

  // Tokens [first, first + count), fewer at the end.
  std::vector<TokenId> read(std::uint64_t first, std::uint64_t count) const;
  Place place_of(std::uint64_t position) const;
  // Both throw Error(kUsage) past the end, or without an index.
  Document document(std::uint64_t number) const;
  Document document_at(std::uint64_t position) const;

 private:
  struct Part {
    std::size_t shard;
    std::uint64_t first_token, first_document;
    TokenShardReader tokens;
    std::optional<DocumentIndex> index;
  };

  ShardSetReader() = default;
  void add(const ShardSet& set, std::size_t shard);
  const Part& part_of_token(std::uint64_t position) const;
  void require_index() const;
  Document document_of(const Part& part, std::uint64_t number_in_part) const;

  std::vector<Part> parts_;  // those that hold tokens
  std::uint64_t tokens_ = 0;
  std::uint64_t documents_ = 0;
  bool has_index_ = true;
};

}  // namespace corpusmill
