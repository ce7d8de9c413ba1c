// The files of a set of token shards, as docs/formats.md specifies them: names and layouts, shared
// by whoever writes or reads them. Nothing else builds or takes apart these names.
//
//   PREFIX-00000.bin        token ids, nothing else: little-endian uint16 or uint32
//   PREFIX-00000.docs       its document index: DocumentIndexHeader, then one DocumentIndexEntry
//                           per document
//   PREFIX.val-00000.bin    the same for validation
//   PREFIX.json             the manifest (common/manifest.h)
//
// A document never crosses shards: a shard ends before the document that would take it past
// `--shard-tokens`, and a document longer than that has a shard of its own.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/manifest.h"

namespace corpusmill {

static_assert(std::endian::native == std::endian::little, "files are mapped as they are");

inline constexpr std::array<char, 8> kDocumentIndexMagic = {'C', 'M', 'D',  'O',
                                                            'C', 'S', '\r', '\n'};
inline constexpr std::uint32_t kDocumentIndexVersion = 1;

struct DocumentIndexEntry {
  std::uint64_t end;       // tokens of the shard up to and including this document
  std::uint64_t line;      // in the input file, from 1
  std::uint32_t input;     // index into the manifest's inputs
  std::uint32_t reserved;  // 0
};

struct DocumentIndexHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t entry_bytes;
  std::uint64_t documents;
  std::uint64_t tokens;               // of the shard: the last entry's end
  std::uint64_t entries_digest_high;  // XXH3-128 of all entries
  std::uint64_t entries_digest_low;
  std::uint64_t reserved;       // 0
  std::uint64_t header_digest;  // low half of XXH3-128 of the 56 bytes before it
};

static_assert(sizeof(DocumentIndexEntry) == 24 && sizeof(DocumentIndexHeader) == 64);
static_assert(offsetof(DocumentIndexEntry, line) == 8 && offsetof(DocumentIndexEntry, input) == 16);
static_assert(offsetof(DocumentIndexHeader, version) == 8 &&
              offsetof(DocumentIndexHeader, documents) == 16 &&
              offsetof(DocumentIndexHeader, entries_digest_high) == 32 &&
              offsetof(DocumentIndexHeader, header_digest) == 56);
static_assert(std::is_trivially_copyable_v<DocumentIndexHeader>);

inline constexpr std::uint64_t kDefaultShardTokens = 100'000'000;

// Whether the next document begins a new shard.
constexpr bool shard_is_full(std::uint64_t shard_tokens, std::uint64_t document_tokens,
                             std::uint64_t shard_tokens_max) {
  return shard_tokens > 0 && shard_tokens + document_tokens > shard_tokens_max;
}

// What goes into header_digest.
std::uint64_t header_digest_of(const DocumentIndexHeader& header);

// The names of one set, made from the PREFIX that a user gives (`out/data` or `out/data.json`).
class ShardSetNames {
 public:
  // Throws Error(kUsage) for a prefix that ends in a folder.
  explicit ShardSetNames(const std::filesystem::path& prefix);

  const std::filesystem::path& folder() const { return folder_; }  // never empty
  std::filesystem::path manifest_path() const;
  // Names without the folder.
  std::string shard_name(Split split, std::uint64_t number) const;
  std::string index_name(Split split, std::uint64_t number) const;
  // Whether `file_name` is a shard or an index of this set, published or temporary, or a temporary
  // of the manifest. Never the manifest itself.
  bool owns(std::string_view file_name) const;

 private:
  std::filesystem::path folder_;
  std::string name_;
};

// `NAME.bin` -> `NAME.docs`.
std::string index_name_of_shard(std::string_view shard_name);

// Removes the manifest first, then every file that the set owns: a set half removed has no
// manifest. Call it while holding the OutputLock of the manifest.
void remove_shard_set(const ShardSetNames& names);

}  // namespace corpusmill
