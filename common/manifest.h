// The manifest `PREFIX.json`: the commit record of a set of token shards. Written last, removed
// first; a shard that no manifest names is not there. docs/formats.md is the specification.
//
// Paths in it are names beside the manifest, so that a set can be moved as a whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

inline constexpr int kManifestFormatVersion = 1;
inline constexpr std::uint64_t kDigestBlockBytes = 1 << 20;

struct TokenizerInfo {
  std::string file_name;  // name only, no folder
  std::string kind;       // Tokenizer::kind()
  std::string digest;     // Tokenizer::digest()
  std::uint64_t vocabulary_size = 0;
  SpecialIds special_ids;
  bool operator==(const TokenizerInfo&) const = default;
};

struct InputInfo {
  std::string name;         // as given, no folder resolved
  std::uint64_t bytes = 0;  // on disk
  std::string digest;       // of the bytes on disk
};

enum class Split : std::uint8_t { kTrain, kValidation };

struct ShardInfo {
  std::string file_name;  // beside the manifest
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
  nlohmann::json options;  // object: those that shape the data, and no others
  TokenizerInfo tokenizer;
  bool bos = false, eos = false;  // whether every document is wrapped so
  std::vector<InputInfo> inputs;
  std::vector<ShardInfo> shards;  // train shards in order, then validation shards in order
  // Books::to_json() (docs/formats.md, "The books"); an empty object where nobody kept books. Of a
  // merged set: the sum.
  nlohmann::json books;
  // Source -> tokens. They add up to the tokens of all shards; an empty object if unknown.
  nlohmann::json tokens_by_source;

  std::uint64_t tokens(Split split) const;
  std::uint64_t documents(Split split) const;
  // Of the canonical options; stored in the file too.
  std::string options_digest() const;

  // What the file says: the fields above, totals, and a digest of all that.
  nlohmann::json to_json() const;

  // Throws Error: kInputIo if unreadable, kCorrupt if any byte differs from what commit() wrote or
  // sums do not add up, kMismatch for another format or version.
  static Manifest load(const std::filesystem::path& path);
  // The same of a file's content; `where` names it in messages.
  static Manifest parse(const std::string& text, const std::string& where);
  // Publishes atomically. Same manifest, same bytes. Throws Error(kInternal) for a manifest that
  // load() would refuse.
  void commit(const std::filesystem::path& path) const;
};

// Digest of a JSON value's canonical text: compact, keys in byte order.
std::string digest_of_json(const nlohmann::json& value);

std::string_view split_name(Split split);       // "train", "validation"
std::string_view width_name(TokenWidth width);  // numpy's "uint16", "uint32"

}  // namespace corpusmill
