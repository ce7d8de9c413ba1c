// Collects a shard's document index and writes the `.docs` file. Not thread-safe. Layout:
// common/token_shard_format.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/document_index.h"
#include "common/huge_array.h"
#include "common/token_shard_format.h"

namespace corpusmill {

// Holds 24 bytes per document, and room for up to kPieceEntries more: to move them to ever larger
// arrays would cost more than to make them.
class DocumentIndexWriter {
 public:
  static constexpr std::size_t kPieceEntries = (std::size_t{2} << 20) / sizeof(DocumentIndexEntry);

  // A document behind all others; `end` is what DocumentIndexEntry says.
  void append(std::uint64_t end, DocumentOrigin origin);

  // Publishes the index of a shard of so many tokens and returns its digest, in hexadecimal digits.
  // Throws Error(kOutputIo).
  std::string publish(const std::filesystem::path& path, std::uint64_t tokens) const;

 private:
  using Piece = HugeArray<DocumentIndexEntry>;

  std::uint64_t documents() const;
  // Calls take(std::string_view) with the bytes of all entries, a piece at a time.
  template <class Take>
  void for_each_piece(const Take& take) const;

  std::vector<Piece> pieces_;
  std::size_t last_count_ = kPieceEntries;  // entries in the last piece
};

}  // namespace corpusmill
