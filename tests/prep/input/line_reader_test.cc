#include "prep/input/line_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/digest.h"
#include "common/error.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::string write(const TempDir& folder, const std::string& name, const std::string& content) {
  spill(folder / name, content);
  return folder / name;
}

struct ReadLine {
  std::string text;
  Origin origin;
  std::uint64_t bytes_in = 0;
  bool too_long = false;
};

std::vector<ReadLine> read_lines(const std::vector<std::string>& paths,
                                 LineReaderOptions options = {}) {
  LineReader reader(InputSet::resolve(paths), options);
  std::vector<ReadLine> lines;
  std::uint64_t sequence = 0;
  while (const auto batch = reader.next()) {
    EXPECT_EQ(batch->sequence, sequence++);
    for (const Line& line : batch->lines) {
      lines.push_back(
          {std::string(batch->text_of(line)), line.origin, line.bytes_in, line.too_long});
    }
  }
  return lines;
}

// The obvious reader: everything in memory.
std::vector<ReadLine> split_slowly(std::string_view content, std::uint64_t line_bytes_max) {
  std::vector<ReadLine> lines;
  std::uint64_t offset = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (offset < content.size()) {
    const std::size_t newline = content.find('\n', offset);
    const bool last = newline == content.npos;
    std::string text(content.substr(offset, last ? content.npos : newline - offset));
    ReadLine line;
    line.bytes_in = text.size() + (last ? 0 : 1);
    line.origin = {0, lines.size() + 1, offset};
    if (!last && text.ends_with('\r')) text.pop_back();
    line.too_long = text.size() > line_bytes_max;
    if (!line.too_long) line.text = text;
    lines.push_back(line);
    offset += line.bytes_in;
  }
  return lines;
}

void expect_same(const std::vector<ReadLine>& got, const std::vector<ReadLine>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].text, wanted[i].text) << "line " << i + 1;
    ASSERT_EQ(got[i].origin.line, wanted[i].origin.line);
    ASSERT_EQ(got[i].origin.offset, wanted[i].origin.offset);
    ASSERT_EQ(got[i].bytes_in, wanted[i].bytes_in);
    ASSERT_EQ(got[i].too_long, wanted[i].too_long);
  }
}

TEST(LineReader, EdgesOfLines) {
  const TempDir folder;
  const std::vector<std::string> contents = {"",
                                             "\n",
                                             "a",
                                             "a\n",
                                             "a\nb",
                                             "\r\n",
                                             "a\r\nb\r",
                                             "\n\n\n",
                                             "\xEF\xBB\xBF",
                                             "\xEF\xBB\xBF\n",
                                             "\xEF\xBB\xBF"
                                             "a\n\xEF\xBB\xBF"
                                             "b\n",
                                             std::string("\0\n", 2),
                                             "a\rb\n"};
  for (const std::string& content : contents) {
    const std::string path = write(folder, "edge.jsonl", content);
    expect_same(read_lines({path}), split_slowly(content, 64 << 20));
  }
}

TEST(LineReader, RandomLinesInAnyBatchSize) {
  const TempDir folder;
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    std::string content = random() % 3 == 0 ? "\xEF\xBB\xBF" : "";
    const std::size_t bytes = random() % 3000;
    while (content.size() < bytes) {
      content.append(random() % (random() % 20 == 0 ? 700 : 30), 'x');
      if (random() % 4 == 0) content += '\r';
      if (random() % 9 != 0) content += '\n';
    }
    const std::string path = write(folder, "random.jsonl", content);
    for (const std::uint64_t batch_bytes : {16, 17, 31, 64, 1000, 1 << 20}) {
      for (const std::uint64_t line_bytes_max : {0, 1, 20, 300, 1 << 20}) {
        expect_same(read_lines({path}, {line_bytes_max, batch_bytes, false}),
                    split_slowly(content, line_bytes_max));
      }
    }
  }
}

TEST(LineReader, TellsWhatItRead) {
  const TempDir folder;
  const std::string first = write(folder, "1.jsonl", "a\nb\n");
  const std::string second = write(folder, "2.jsonl",
                                   "\xEF\xBB\xBF"
                                   "c");
  LineReaderOptions options;
  options.digest_inputs = true;
  LineReader reader(InputSet::resolve({first, second}), options);
  std::vector<Origin> origins;
  std::uint64_t bytes_on_disk = 0;
  while (const auto batch = reader.next()) {
    bytes_on_disk += batch->bytes_on_disk;
    for (const Line& line : batch->lines) origins.push_back(line.origin);
  }
  ASSERT_EQ(origins.size(), 3);
  EXPECT_EQ(origins[2].file, 1);
  EXPECT_EQ(origins[2].line, 1);
  EXPECT_EQ(origins[2].offset, 3);
  EXPECT_EQ(bytes_on_disk, 8);
  ASSERT_EQ(reader.finished_inputs().size(), 2);
  EXPECT_EQ(reader.finished_inputs()[0].name, first);
  EXPECT_EQ(reader.finished_inputs()[0].bytes, 4);
  EXPECT_EQ(reader.finished_inputs()[0].digest, digest_of("a\nb\n").hex());
  EXPECT_EQ(reader.finished_inputs()[1].digest, digest_of("\xEF\xBB\xBF"
                                                          "c")
                                                    .hex());
}

TEST(LineReader, RefusesAFileThatChanges) {
  const TempDir folder;
  const std::string path = write(folder, "a.jsonl", std::string(100, '\n'));
  LineReader reader(InputSet::resolve({path}), {100, 10, false});
  reader.next();
  write(folder, "a.jsonl", std::string(101, '\n'));
  try {
    while (reader.next()) {
    }
    FAIL() << "the change went unseen";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInputIo);
  }
}

}  // namespace
}  // namespace corpusmill
