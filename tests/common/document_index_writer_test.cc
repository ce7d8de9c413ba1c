#include "common/document_index_writer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "common/digest.h"
#include "common/document_index.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

constexpr std::size_t kPieceEntries = DocumentIndexWriter::kPieceEntries;

// The number of documents may end a piece, or begin one.
class DocumentIndexWriterTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DocumentIndexWriterTest, FileIsHeaderAndEntries) {
  const TempDir dir;
  const std::size_t documents = GetParam();
  DocumentIndexWriter writer;
  std::string entries;
  std::uint64_t tokens = 0;
  for (std::size_t i = 0; i < documents; ++i) {
    tokens += i % 7;
    const DocumentIndexEntry entry{tokens, 2 * i + 1, static_cast<std::uint32_t>(i % 3), 0};
    writer.append(tokens, {.input = entry.input, .line = entry.line});
    entries.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  }
  const std::string digest = writer.publish(dir / "s-00000.docs", tokens);

  const std::string bytes = slurp(dir / "s-00000.docs");
  EXPECT_EQ(digest, digest_of(bytes).hex());
  ASSERT_EQ(bytes.size(), sizeof(DocumentIndexHeader) + entries.size());
  EXPECT_TRUE(bytes.ends_with(entries));
  DocumentIndexHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_EQ(header.documents, documents);
  EXPECT_EQ(header.tokens, tokens);
  EXPECT_EQ((Digest{header.entries_digest_high, header.entries_digest_low}), digest_of(entries));
}

INSTANTIATE_TEST_SUITE_P(Documents, DocumentIndexWriterTest,
                         ::testing::Values(0, 1, kPieceEntries - 1, kPieceEntries,
                                           kPieceEntries + 1, 2 * kPieceEntries));

}  // namespace
}  // namespace corpusmill
