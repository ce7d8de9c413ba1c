// The manifest `PREFIX.json`: the commit record of a set of token shards. Written last, removed
// first; a shard that no manifest names is not there. docs/formats.md is the specification.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

inline constexpr int kManifestFormatVersion = 1;
inline constexpr std::uint64_t kDigestBlockBytes = 1 << 20;

struct TokenizerInfo {
  std::string file_name;   // name only, no folder
  std::string kind;        // Tokenizer::kind()
  std::string digest;      // Tokenizer::digest()
  std::uint64_t vocabulary_size = 0;
  SpecialIds special_ids;
  bool operator==(const TokenizerInfo&) const = default;
};

struct InputInfo {
  std::string name;        // as given, no folder resolved
  std::uint64_t bytes = 0; // on disk
  std::string digest;      // of the bytes on disk
};

enum class Split : std::uint8_t { kTrain, kValidation };

struct ShardInfo {
  std::string file_name;   // beside the manifest
  Split split = Split::kTrain;
  std::uint64_t tokens = 0;
  std::uint64_t documents = 0;
  TokenWidth width = TokenWidth::kUint16;
  TokenId largest_id = 0;
  std::string digest;                      // of the whole file
  std::vector<std::string> block_digests;  // one per kDigestBlockBytes
  std::string index_file_name;             // the .docs file, empty if none
  std::string index_digest;
};

struct Manifest {
  std::string tool_version;
  nlohmann::json options;        // those that shape the data, and no others
  std::string options_digest;
  TokenizerInfo tokenizer;
  bool bos = false, eos = false; // whether every document is wrapped so
  std::vector<InputInfo> inputs;
  std::vector<ShardInfo> shards; // train shards in order, then validation shards in order
  nlohmann::json books;          // docs/formats.md, "The books"
  nlohmann::json tokens_by_source;

  std::uint64_t tokens(Split split) const;
  std::uint64_t documents(Split split) const;

  // Throws Error: kInputIo if unreadable, kCorrupt if damaged, kMismatch for another version.
  static Manifest load(const std::filesystem::path& path);
  // Publishes atomically. Same manifest, same bytes.
  void commit(const std::filesystem::path& path) const;
};

}  // namespace corpusmill
