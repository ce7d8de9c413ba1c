// The gzip and zstd filters through LineReader: members, frames, padding, damage, cuts.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/error.h"
#include "prep/input/line_reader.h"
#include "prep/input/zstd_filter.h"
#include "prep/output/frame_compressor.h"
#include "prep/output/text_writer.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::string frame(Compression kind, std::string_view content) {
  return FrameCompressor(kind).compress(content);
}

// The decompressed content, as lines joined again; Error as thrown.
std::string read_all(const std::string& path, std::uint64_t batch_bytes = 1 << 20) {
  LineReader reader(InputSet::resolve({path}), {64 << 20, batch_bytes, true});
  std::string content;
  while (const auto batch = reader.next()) {
    for (const Line& line : batch->lines) content += batch->raw_of(line);
  }
  return content;
}

std::string sample_lines(std::size_t lines) {
  std::mt19937 random(5);
  std::string content;
  for (std::size_t i = 0; i < lines; ++i) {
    content += "{\"text\":\"" + std::to_string(random()) + "\"}\n";
  }
  return content;
}

std::string skippable_frame(std::string_view content) {
  std::string bytes("\x5A\x2A\x4D\x18", 4);
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(content.size() >> (8 * i) & 0xFF);
  return bytes + std::string(content);
}

ExitCode code_of_reading(const std::string& path, std::string* message = nullptr) {
  try {
    read_all(path);
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
  return ExitCode::kDone;
}

class BothCompressions : public testing::TestWithParam<Compression> {};
INSTANTIATE_TEST_SUITE_P(Compression, BothCompressions,
                         testing::Values(Compression::kGzip, Compression::kZstd));

TEST_P(BothCompressions, EveryMemberAndPaddingWhateverTheName) {
  const TempDir folder;
  const std::string content = sample_lines(5000);
  for (const std::size_t piece : {1U, 7U, 1000U, 40000U, 1000000U}) {
    std::string bytes = frame(GetParam(), "");
    const std::size_t used = piece == 1 ? 3000 : content.size();
    for (std::size_t at = 0; at < used; at += piece) {
      bytes += frame(GetParam(), content.substr(at, std::min(piece, used - at)));
    }
    bytes += frame(GetParam(), "") + std::string(5000, '\0');
    spill(folder / "plain_name.jsonl", bytes);
    for (const std::uint64_t batch_bytes : {16, 1000, 1 << 20}) {
      ASSERT_EQ(read_all(folder / "plain_name.jsonl", batch_bytes), content.substr(0, used));
    }
  }
}

TEST_P(BothCompressions, CutAtEveryByteIsCorrupt) {
  const TempDir folder;
  const std::string name = GetParam() == Compression::kGzip ? "cut.jsonl.gz" : "cut.jsonl.zst";
  const std::string first = frame(GetParam(), sample_lines(20));
  const std::string bytes = first + frame(GetParam(), sample_lines(3));
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    spill(folder / name, bytes.substr(0, cut));
    std::string message;
    const ExitCode code = code_of_reading(folder / name, &message);
    ASSERT_EQ(code, cut == first.size() ? ExitCode::kDone : ExitCode::kCorrupt) << cut;
    if (code == ExitCode::kDone) continue;
    EXPECT_NE(message.find(name), message.npos) << message;
    EXPECT_NE(message.find("byte " + std::to_string(cut)), message.npos) << message;
  }
}

TEST_P(BothCompressions, OtherBytesBehindTheEndAreCorrupt) {
  const TempDir folder;
  const std::string good = frame(GetParam(), sample_lines(5));
  for (const std::string& tail : {std::string("x"), std::string("\0x", 2), std::string("\n"),
                                  std::string(100, '\0') + good, std::string("\x28\xB5")}) {
    spill(folder / "tail.jsonl", good + tail);
    EXPECT_EQ(code_of_reading(folder / "tail.jsonl"), ExitCode::kCorrupt) << tail;
  }
}

TEST_P(BothCompressions, EveryFlippedByteIsFoundOrHarmless) {
  const TempDir folder;
  const std::string content = sample_lines(30);
  const std::string good = frame(GetParam(), content);
  for (std::size_t at = 4; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    spill(folder / "flipped.jsonl", bad);
    try {
      ASSERT_EQ(read_all(folder / "flipped.jsonl"), content) << at;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::kCorrupt) << at;
    }
  }
}

TEST(ZstdFilter, SkippableFramesAnywhere) {
  const TempDir folder;
  const std::string content = sample_lines(10);
  const std::string good = frame(Compression::kZstd, content);
  spill(folder / "a.jsonl", skippable_frame("note") + good + skippable_frame("") + good +
                                skippable_frame(std::string(100000, 'x')));
  EXPECT_EQ(read_all(folder / "a.jsonl"), content + content);
  spill(folder / "a.jsonl", skippable_frame("note"));
  EXPECT_EQ(read_all(folder / "a.jsonl"), "");
}

TEST(ZstdFilter, RefusesAHugeWindow) {
  const TempDir folder;
  // A frame header with a window of 2^28 and no content size, then one empty last block.
  spill(folder / "a.jsonl", std::string("\x28\xB5\x2F\xFD\x00\x90\x01\x00\x00", 9));
  std::string message;
  EXPECT_EQ(code_of_reading(folder / "a.jsonl", &message), ExitCode::kCorrupt);
  EXPECT_NE(message.find("window"), message.npos) << message;
}

TEST(ByteSource, NamesForeignFormats) {
  const TempDir folder;
  spill(folder / "a.jsonl", std::string("\xFD"
                                        "7zXZ\0rest",
                                        10));
  std::string message;
  EXPECT_EQ(code_of_reading(folder / "a.jsonl", &message), ExitCode::kInputIo);
  EXPECT_NE(message.find("xz"), message.npos);
}

TEST(TextWriter, ReadsBackAndDoesNotDependOnTheCuts) {
  const TempDir folder;
  const std::string content = sample_lines(420000);
  ASSERT_GT(content.size(), 2 * kTextFrameBytes);
  for (const std::string name : {"a.jsonl", "a.jsonl.gz", "a.jsonl.zst"}) {
    std::string first;
    for (const std::size_t piece : {70001U, 50000000U}) {
      TextWriter writer(folder / name);
      for (std::size_t at = 0; at < content.size(); at += piece) {
        writer.write(std::string_view(content).substr(at, piece));
      }
      writer.commit();
      if (first.empty()) first = slurp(folder / name);
      ASSERT_EQ(slurp(folder / name), first);
    }
    ASSERT_EQ(read_all(folder / name), content);
    { TextWriter(folder / name).commit(); }
    ASSERT_EQ(read_all(folder / name), "");
  }
}

}  // namespace
}  // namespace corpusmill
