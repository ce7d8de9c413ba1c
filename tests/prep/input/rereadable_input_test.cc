#include "prep/input/rereadable_input.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::string rows(char mark, int count) {
  std::string rows;
  for (int i = 0; i < count; ++i)
    rows += mark + std::string(static_cast<std::size_t>(i % 40), 'x') + (i % 7 ? "\n" : "\r\n");
  return rows + std::string(500, mark) + "\nlast without an end";
}

struct Seen {
  std::string text;
  std::uint64_t packed, offset, bytes_in;
  bool too_long;
  bool operator==(const Seen&) const = default;
};

void append(const LineBatch& batch, std::vector<Seen>& seen) {
  for (const Line& line : batch.lines) {
    seen.push_back({line.too_long ? "" : std::string(batch.text_of(line)),
                    LineId::of(line.origin).packed(), line.origin.offset, line.bytes_in,
                    line.too_long});
  }
}

// A file, a named pipe that can be read once only, and another file.
class RereadableInputTest : public testing::Test {
 protected:
  RereadableInputTest() {
    spill(folder_ / "a.jsonl", rows('a', 90));
    spill(folder_ / "c.jsonl", rows('c', 70));
    const std::string pipe = (folder_ / "b.pipe").string();
    mkfifo(pipe.c_str(), 0600);
    feeder_ = std::thread([pipe] { spill(pipe, rows('b', 120)); });
    options_.batch_bytes = 256;
    options_.line_bytes_max = 400;
  }
  ~RereadableInputTest() override { feeder_.join(); }

  InputSet inputs() const {
    return InputSet::resolve({(folder_ / "a.jsonl").string(), (folder_ / "b.pipe").string(),
                              (folder_ / "c.jsonl").string()});
  }
  std::vector<Seen> read(RereadableInput& input) const {
    std::vector<Seen> seen;
    while (const auto batch = input.next()) append(*batch, seen);
    return seen;
  }

  TempDir folder_;
  std::thread feeder_;
  LineReaderOptions options_;
};

TEST_F(RereadableInputTest, GivesTheSameLinesAgainAndAgain) {
  RereadableInput input(inputs(), options_, folder_.path());
  std::vector<Seen> first;
  while (const auto batch = input.next()) {
    append(*batch, first);
    input.keep(*batch);
  }
  ASSERT_EQ(first.size(), 90u + 120 + 70 + 6);
  EXPECT_GT(input.kept_bytes(), rows('b', 120).size() - 600);
  for (int reading = 0; reading < 2; ++reading) {
    input.rewind();
    EXPECT_EQ(read(input), first);
  }
  EXPECT_EQ(input.finished_inputs().size(), 3u);
}

TEST_F(RereadableInputTest, BeginsBehindALineInAnyFile) {
  RereadableInput input(inputs(), options_, folder_.path());
  std::vector<std::vector<Seen>> batches;
  while (const auto batch = input.next()) {
    append(*batch, batches.emplace_back());
    input.keep(*batch);
  }
  for (std::size_t cut = 0; cut < batches.size(); ++cut) {
    std::vector<Seen> expected;
    for (std::size_t i = cut + 1; i < batches.size(); ++i) {
      expected.insert(expected.end(), batches[i].begin(), batches[i].end());
    }
    input.rewind(LineId::from_packed(batches[cut].back().packed));
    ASSERT_EQ(read(input), expected) << "behind batch " << cut;
  }
}

// What is not kept of a pipe is not there again: only what comes behind the cut has to be.
TEST_F(RereadableInputTest, KeepsOfAPipeWhatItIsTold) {
  RereadableInput input(inputs(), options_, folder_.path());
  std::vector<Seen> expected;
  LineId cut;
  for (std::size_t number = 0; const auto batch = input.next(); ++number) {
    const bool is_behind =
        batch->lines.front().origin.file > 0 && batch->lines.front().origin.line > 50;
    if (is_behind || cut) {
      if (!cut) cut = LineId::from_packed(LineId::of(batch->lines.front().origin).packed() - 1);
      append(*batch, expected);
      input.keep(*batch);
    }
  }
  EXPECT_LT(input.kept_bytes(), 12'000u);
  input.rewind(cut);
  EXPECT_EQ(read(input), expected);
}

}  // namespace
}  // namespace corpusmill
