#include "common/document_index.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"

namespace corpusmill {
namespace {

[[noreturn]] void throw_damaged(const std::filesystem::path& path, const std::string& what) {
  throw Error(ExitCode::kCorrupt, fmt::format("{}: {}", path.string(), what));
}

DocumentIndexHeader checked_header(const MappedFile& file) {
  DocumentIndexHeader header{};
  if (file.bytes().size() < sizeof header) throw_damaged(file.path(), "too short for a header");
  std::memcpy(&header, file.bytes().data(), sizeof header);
  if (header.magic != kDocumentIndexMagic) throw_damaged(file.path(), "not a document index");
  if (header.header_digest != header_digest_of(header)) {
    throw_damaged(file.path(), "the digest of its header differs");
  }
  if (header.version != kDocumentIndexVersion || header.reserved != 0 ||
      header.entry_bytes != sizeof(DocumentIndexEntry)) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: version {} of the document index; this program reads version {}",
                            file.path().string(), header.version, kDocumentIndexVersion));
  }
  const std::uint64_t entry_bytes = file.bytes().size() - sizeof header;
  if (header.documents != entry_bytes / sizeof(DocumentIndexEntry) ||
      entry_bytes % sizeof(DocumentIndexEntry) != 0) {
    throw_damaged(file.path(), fmt::format("{} bytes cannot hold its {} documents and nothing else",
                                           file.bytes().size(), header.documents));
  }
  return header;
}

}  // namespace

DocumentIndex::DocumentIndex(MappedFile file) : file_(std::move(file)) {
  const DocumentIndexHeader header = checked_header(file_);
  documents_ = header.documents;
  tokens_ = header.tokens;
}

DocumentIndex DocumentIndex::open(const std::filesystem::path& folder, const ShardInfo& shard) {
  const std::filesystem::path path = folder / shard.index_file_name;
  if (shard.index_file_name.empty()) {
    throw_damaged(folder / shard.file_name, "has no document index");
  }
  if (!file_exists(path)) throw_damaged(path, "missing, but its manifest names it");
  DocumentIndex index(MappedFile::open(path));
  if (index.documents_ != shard.documents || index.tokens_ != shard.tokens) {
    throw_damaged(path,
                  fmt::format("{} documents of {} tokens, but the manifest says {} of {}",
                              index.documents_, index.tokens_, shard.documents, shard.tokens));
  }
  const std::uint64_t last_end = index.documents_ == 0 ? 0 : index.entry(index.documents_ - 1).end;
  if (last_end != index.tokens_) throw_damaged(path, "its last document does not end the shard");
  return index;
}

void DocumentIndex::throw_corrupt(std::uint64_t document, const char* what) const {
  throw_damaged(
      file_.path(),
      fmt::format("document {}, byte {}: {}", document,
                  sizeof(DocumentIndexHeader) + document * sizeof(DocumentIndexEntry), what));
}

DocumentIndexEntry DocumentIndex::entry(std::uint64_t document) const {
  DocumentIndexEntry found{};
  std::memcpy(&found, file_.bytes().data() + sizeof(DocumentIndexHeader) + document * sizeof found,
              sizeof found);
  if (found.end > tokens_) throw_corrupt(document, "ends past the shard");
  return found;
}

DocumentIndex::Bounds DocumentIndex::bounds(std::uint64_t document) const {
  if (document >= documents_) {
    throw std::out_of_range(
        fmt::format("document {} of {}, which has {}", document, path().string(), documents_));
  }
  const Bounds found{document == 0 ? 0 : entry(document - 1).end, entry(document).end};
  if (found.begin > found.end) throw_corrupt(document, "ends before it begins");
  return found;
}

DocumentOrigin DocumentIndex::origin(std::uint64_t document) const {
  bounds(document);
  const DocumentIndexEntry found = entry(document);
  return {found.input, found.line};
}

std::uint64_t DocumentIndex::document_at(std::uint64_t position) const {
  if (position >= tokens_) {
    throw std::out_of_range(
        fmt::format("token {} of {}, which has {}", position, path().string(), tokens_));
  }
  // First document that ends after `position`; the last one ends at tokens_.
  std::uint64_t low = 0, high = documents_ - 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (entry(middle).end > position) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

void DocumentIndex::verify_entries(std::uint64_t inputs) const {
  const std::span<const std::byte> entries = file_.bytes().subspan(sizeof(DocumentIndexHeader));
  const DocumentIndexHeader header = checked_header(file_);
  const Digest digest = digest_of({reinterpret_cast<const char*>(entries.data()), entries.size()});
  if (digest != Digest{header.entries_digest_high, header.entries_digest_low}) {
    throw_damaged(file_.path(), fmt::format("the digest of its entries, from byte {}, differs",
                                            sizeof(DocumentIndexHeader)));
  }
  for (std::uint64_t document = 0; document < documents_; ++document) {
    bounds(document);
    const DocumentIndexEntry found = entry(document);
    if (found.input >= inputs) throw_corrupt(document, "names an input that the manifest has not");
    if (found.reserved != 0) throw_corrupt(document, "its reserved field is not 0");
  }
}

}  // namespace corpusmill
