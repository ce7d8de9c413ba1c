#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

#include "common/document_index.h"
#include "common/error.h"
#include "common/file.h"
#include "common/token_pack.h"
#include "common/token_shard_format.h"
#include "common/token_shard_reader.h"
#include "common/token_shard_writer.h"
#include "tests/support/sample_shards.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ShardInfo write_shard(const std::filesystem::path& path, TokenWidth width,
                      const std::vector<SampleDocument>& documents) {
  TokenShardWriter writer(path, Split::kTrain, width);
  for (const SampleDocument& document : documents) writer.append(document.ids, document.origin);
  return writer.finish();
}

// Random documents come back token by token, with their bounds and origins.
TEST(TokenShardTest, RoundTripOfRandomDocuments) {
  TempDir dir;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::uint64_t vocabulary = seed % 2 == 0 ? 65'536 : 4'000'000'000;
    const auto documents = sample_documents(seed, seed, 40 * seed, vocabulary);
    const ShardInfo info =
        write_shard(dir / "s-00000.bin", width_for_vocabulary(vocabulary), documents);
    const TokenShardReader shard = TokenShardReader::open(dir.path(), info);
    const DocumentIndex index = DocumentIndex::open(dir.path(), info);
    index.verify_entries(2);
    ASSERT_EQ(index.documents(), documents.size());
    std::uint64_t position = 0;
    TokenId largest = 0;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const auto [begin, end] = index.bounds(i);
      ASSERT_EQ(begin, position);
      std::vector<TokenId> ids(end - begin);
      shard.copy(begin, std::span<TokenId>(ids));
      ASSERT_EQ(ids, documents[i].ids);
      ASSERT_EQ(index.origin(i), documents[i].origin);
      for (; position < end; ++position) {
        ASSERT_EQ(index.document_at(position), i);
        largest = std::max(largest, shard.at(position));
      }
    }
    EXPECT_EQ(shard.tokens(), position);
    EXPECT_EQ(info.tokens, position);
    EXPECT_EQ(info.largest_id, largest);
    EXPECT_THROW(index.bounds(documents.size()), std::out_of_range);
    EXPECT_THROW(index.document_at(position), std::out_of_range);
    EXPECT_THROW(shard.at(position), std::out_of_range);
  }
}

TEST(TokenShardTest, BytesAreLittleEndianIdsAndNothingElse) {
  TempDir dir;
  write_shard(dir / "a.bin", TokenWidth::kUint16, {{{1, 0x1234, 65'535}, {}}});
  EXPECT_EQ(slurp(dir / "a.bin"), std::string("\x01\x00\x34\x12\xff\xff", 6));
  write_shard(dir / "b.bin", TokenWidth::kUint32, {{{0x01020304}, {}}});
  EXPECT_EQ(slurp(dir / "b.bin"), "\x04\x03\x02\x01");
}

// Lengths around the vectors', at any alignment; the largest anywhere; upper halves cut.
TEST(TokenPackTest, EveryVariantAgreesWithPlainBytes) {
  std::mt19937 random(3);
  std::vector<TokenId> all(300);
  for (TokenId& id : all) {
    id = static_cast<TokenId>(random() % 4 == 0 ? random() : random() % 65'536);
  }
  for (const TokenWidth width : {TokenWidth::kUint16, TokenWidth::kUint32}) {
    const auto id_bytes = static_cast<std::size_t>(width);
    for (std::size_t count = 0; count < 200; ++count) {
      const std::span<const TokenId> ids = std::span(all).subspan(count % 9, count);
      std::string expected;
      for (const TokenId id : ids) {
        for (std::size_t i = 0; i < id_bytes; ++i) expected += static_cast<char>(id >> (8 * i));
      }
      const TokenId largest = ids.empty() ? 0 : *std::max_element(ids.begin(), ids.end());
      for (PackIds* const variant : pack_ids_variants()) {
        std::string out(ids.size() * id_bytes + 1, 'x');
        ASSERT_EQ(variant(ids, width, out.data()), largest);
        ASSERT_EQ(out, expected + 'x');
      }
    }
  }
}

// The layout that docs/formats.md gives, field by field.
TEST(TokenShardTest, IndexLayout) {
  TempDir dir;
  write_shard(dir / "a.bin", TokenWidth::kUint16, {{{7, 8, 9}, {2, 5}}, {{4}, {3, 6}}});
  const std::string bytes = slurp(dir / "a.docs");
  ASSERT_EQ(bytes.size(), 64u + 2 * 24u);
  const auto u64 = [&](std::size_t at) {
    std::uint64_t value;
    std::memcpy(&value, bytes.data() + at, 8);
    return value;
  };
  EXPECT_EQ(bytes.substr(0, 8), "CMDOCS\r\n");
  EXPECT_EQ(u64(8), 1u | 24ULL << 32);
  EXPECT_EQ(u64(16), 2u);
  EXPECT_EQ(u64(24), 4u);
  EXPECT_EQ(u64(48), 0u);
  EXPECT_EQ(u64(64), 3u);
  EXPECT_EQ(u64(72), 5u);
  EXPECT_EQ(u64(80), 2u);
  EXPECT_EQ(u64(88), 4u);
}

TEST(TokenShardTest, DigestsAreThoseOfTheFile) {
  TempDir dir;
  const auto documents = sample_documents(1, 300, 8'000, 60'000);
  const ShardInfo info = write_shard(dir / "a.bin", TokenWidth::kUint16, documents);
  const std::string bytes = slurp(dir / "a.bin");
  ASSERT_GT(bytes.size(), 2 * kDigestBlockBytes);
  EXPECT_EQ(info.digest, digest_of(bytes).hex());
  ASSERT_EQ(info.block_digests.size(), bytes.size() / kDigestBlockBytes + 1);
  for (std::size_t block = 0; block < info.block_digests.size(); ++block) {
    EXPECT_EQ(info.block_digests[block],
              digest_of(bytes.substr(block * kDigestBlockBytes, kDigestBlockBytes)).hex());
  }
  EXPECT_EQ(info.index_digest, digest_of(slurp(dir / "a.docs")).hex());
}

TEST(TokenShardTest, IdThatDoesNotFitIsRefusedAndNothingPublished) {
  TempDir dir;
  {
    TokenShardWriter writer(dir / "a.bin", Split::kTrain, TokenWidth::kUint16);
    try {
      writer.append(std::vector<TokenId>{1, 65'536}, {});
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kMismatch);
      EXPECT_THAT(error.what(), HasSubstr("65536"));
    }
  }
  EXPECT_THAT(list_directory(dir.path()), ElementsAre());
}

TEST(TokenShardTest, WithoutIndexTokensNeedNoDocuments) {
  TempDir dir;
  TokenShardWriter writer(dir / "a.bin", Split::kTrain, TokenWidth::kUint16,
                          TokenShardWriter::Index::kNone);
  writer.append_unbounded(std::vector<TokenId>{1, 2});
  const ShardInfo info = writer.finish();
  EXPECT_EQ(info.tokens, 2u);
  EXPECT_EQ(info.index_file_name, "");
  EXPECT_THAT(list_directory(dir.path()), ElementsAre("a.bin"));
  EXPECT_EQ(TokenShardReader::open_bare(dir / "a.bin", TokenWidth::kUint16).at(1), 2u);
}

// Sizes that do not fit are refused whatever the length; verify finds the rest.
TEST(TokenShardTest, EveryTruncationIsRefused) {
  TempDir dir;
  const ShardInfo info =
      write_shard(dir / "a.bin", TokenWidth::kUint16, sample_documents(3, 8, 20, 100));
  const std::string tokens = slurp(dir / "a.bin"), index = slurp(dir / "a.docs");
  for (std::size_t bytes = 0; bytes < tokens.size(); ++bytes) {
    spill(dir / "a.bin", tokens.substr(0, bytes));
    ASSERT_THROW(TokenShardReader::open(dir.path(), info), Error) << bytes;
  }
  for (std::size_t bytes = 0; bytes < index.size(); ++bytes) {
    spill(dir / "a.docs", index.substr(0, bytes));
    ASSERT_THROW(DocumentIndex::open(dir.path(), info), Error) << bytes;
  }
}

TEST(TokenShardTest, MoreThan32BitsOfTokens) {
  TempDir dir;
  const std::uint64_t tokens = (1ULL << 32) + 5;
  spill(dir / "a.bin", "");
  std::filesystem::resize_file(dir / "a.bin", tokens * 2);  // a hole: takes no space
  ShardInfo info;
  info.file_name = "a.bin";
  info.tokens = tokens;
  const TokenShardReader shard = TokenShardReader::open(dir.path(), info);
  EXPECT_EQ(shard.tokens(), tokens);
  EXPECT_EQ(shard.at(tokens - 1), 0u);
  EXPECT_THROW(shard.at(tokens), std::out_of_range);
  std::vector<std::int64_t> window(8);
  EXPECT_THROW(shard.copy(tokens - 7, std::span<std::int64_t>(window)), std::out_of_range);
}

TEST(ShardSetNamesTest, MakesAndKnowsItsNames) {
  const ShardSetNames names("out/data.json");
  EXPECT_EQ(names.manifest_path(), "out/data.json");
  EXPECT_EQ(names.shard_name(Split::kTrain, 7), "data-00007.bin");
  EXPECT_EQ(names.index_name(Split::kValidation, 123'456), "data.val-123456.docs");
  for (const char* name :
       {"data-00007.bin", "data.val-123456.docs", ".data-00001.bin.tmp-12", ".data.json.tmp-1-2"}) {
    EXPECT_TRUE(names.owns(name)) << name;
  }
  for (const char* name :
       {"data.json", "data-7.bin", "data-00007.bin.zst", "data2-00007.bin", "data-00007-00001.bin",
        ".data2.json.tmp-1", "data-00007", "data-.bin"}) {
    EXPECT_FALSE(names.owns(name)) << name;
  }
  EXPECT_EQ(ShardSetNames("data").folder(), ".");
  EXPECT_THROW(ShardSetNames("out/"), Error);
}

TEST(ShardSetNamesTest, RemovesASetAndNoOther) {
  TempDir dir;
  const auto documents = sample_documents(1, 6, 5, 100);
  write_sample_set(dir / "data", documents, 2, 100);
  write_sample_set(dir / "data2", documents, 6, 100);
  spill(dir / ".data-00009.bin.tmp-1", "");
  remove_shard_set(ShardSetNames(dir / "data"));
  EXPECT_THAT(list_directory(dir.path()),
              ElementsAre("data2.json", "data2.val-00000.bin", "data2.val-00000.docs"));
}

}  // namespace
}  // namespace corpusmill
