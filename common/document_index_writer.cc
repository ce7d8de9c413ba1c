#include "common/document_index_writer.h"

#include "common/digest.h"
#include "common/file.h"

namespace corpusmill {

void DocumentIndexWriter::append(std::uint64_t end, DocumentOrigin origin) {
  if (last_count_ == kPieceEntries) {
    pieces_.emplace_back(kPieceEntries);
    last_count_ = 0;
  }
  pieces_.back()[last_count_++] = {end, origin.line, origin.input, 0};
}

std::uint64_t DocumentIndexWriter::documents() const {
  return pieces_.empty() ? 0 : (pieces_.size() - 1) * kPieceEntries + last_count_;
}

template <class Take>
void DocumentIndexWriter::for_each_piece(const Take& take) const {
  for (const Piece& piece : pieces_) {
    const std::size_t count = &piece == &pieces_.back() ? last_count_ : kPieceEntries;
    take(std::string_view(reinterpret_cast<const char*>(piece.data()),
                          count * sizeof(DocumentIndexEntry)));
  }
}

std::string DocumentIndexWriter::publish(const std::filesystem::path& path,
                                         std::uint64_t tokens) const {
  Digester entries;
  for_each_piece([&](std::string_view piece) { entries.update(piece); });
  const Digest entries_digest = entries.digest();
  DocumentIndexHeader header{kDocumentIndexMagic,
                             kDocumentIndexVersion,
                             sizeof(DocumentIndexEntry),
                             documents(),
                             tokens,
                             entries_digest.high,
                             entries_digest.low,
                             0,
                             0};
  header.header_digest = header_digest_of(header);
  const std::string_view header_bytes(reinterpret_cast<const char*>(&header), sizeof header);
  Digester whole;
  AtomicFile file(path);
  const auto put = [&](std::string_view bytes) {
    whole.update(bytes);
    file.write(bytes);
  };
  put(header_bytes);
  for_each_piece(put);
  file.commit();
  return whole.digest().hex();
}

}  // namespace corpusmill
