// Where the documents of a shard begin and end, and which input line each came from: a `.docs`
// file, mapped. Readable from any number of threads. Layout: common/token_shard_format.h.
#pragma once

#include <cstdint>
#include <filesystem>

#include "common/manifest.h"
#include "common/mapped_file.h"
#include "common/token_shard_format.h"

namespace corpusmill {

struct DocumentOrigin {
  std::uint32_t input = 0;  // index into the manifest's inputs
  std::uint64_t line = 0;   // from 1
  bool operator==(const DocumentOrigin&) const = default;
};

class DocumentIndex {
 public:
  struct Bounds {
    std::uint64_t begin = 0;  // tokens [begin, end) of the shard
    std::uint64_t end = 0;
  };

  // The index of a shard that a manifest names. Checks the header and that counts and size fit the
  // shard; every look-up checks the entry it reads; verify_entries() checks them all. Throws
  // Error(kCorrupt) naming the file, kMismatch for another version.
  static DocumentIndex open(const std::filesystem::path& folder, const ShardInfo& shard);

  std::uint64_t documents() const { return documents_; }
  std::uint64_t tokens() const { return tokens_; }
  // Throw std::out_of_range past the last document.
  Bounds bounds(std::uint64_t document) const;
  DocumentOrigin origin(std::uint64_t document) const;
  // The document that holds the token at `position`: binary search. std::out_of_range past the end.
  std::uint64_t document_at(std::uint64_t position) const;

  // Digest of the entries, rising ends, inputs below `inputs`. Throws Error(kCorrupt).
  void verify_entries(std::uint64_t inputs) const;

  const std::filesystem::path& path() const { return file_.path(); }

 private:
  explicit DocumentIndex(MappedFile file);
  DocumentIndexEntry entry(std::uint64_t document) const;
  [[noreturn]] void throw_corrupt(std::uint64_t document, const char* what) const;
  MappedFile file_;
  std::uint64_t documents_ = 0;
  std::uint64_t tokens_ = 0;
};

}  // namespace corpusmill
