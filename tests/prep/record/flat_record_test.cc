#include "prep/record/flat_record.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "prep/input/line_reader.h"
#include "prep/record/document_parser.h"
#include "prep/record/line_classifier.h"

namespace corpusmill {
namespace {

// The inside of a string: plain text of one to four bytes a character and escapes, often in a row,
// seldom wrong ones.
std::string random_inside(std::mt19937& random, std::size_t pieces) {
  const std::vector<std::string> good = {"a",    "/",     "é",    "汉",    "😀",
                                         "\\\\", "\\\"",  "\\n",  "\\/",   "\\t",
                                         "\\b",  " \x7F", "{}:,", "plain", "\\\\\\\\"};
  const std::vector<std::string> bad = {"\\",   "\"", "\\u00e9", "\\x",
                                        "\x1F", "\t", "\\ud800", "\\N"};
  std::string inside;
  for (std::size_t i = 0; i < pieces; ++i) {
    const bool damage = random() % 400 == 0;
    const std::vector<std::string>& from = damage ? bad : good;
    const std::string& piece = from[random() % from.size()];
    for (std::size_t times = random() % 8 == 0 ? random() % 70 : 1; times > 0; --times) {
      inside += piece;
    }
  }
  return inside;
}

std::string random_line(std::mt19937& random) {
  const auto space = [&] { return std::string(random() % 8 == 0 ? 1 : 0, ' '); };
  const std::vector<std::string> scalars = {"0", "-1.5e+3", "1E9", "true",  "null", "false", "01",
                                            "-", "1.",      "+1",  "[1,2]", "{}",   "nul"};
  std::string line = space() + "{";
  const std::size_t before = random() % 3;
  for (std::size_t i = 0; i < before; ++i) {
    line += space() + "\"k" + std::to_string(i) + "\"" + space() + ":";
    line += random() % 2 == 0 ? "\"" + random_inside(random, random() % 4) + "\""
                              : scalars[random() % (random() % 8 == 0 ? scalars.size() : 6)];
    line += space() + ",";
  }
  line += "\"text\":" + space() + "\"" + random_inside(random, random() % 40) + "\"" + space();
  if (random() % 30 == 0) line += ",\"text\":\"again\"";
  if (random() % 40 == 0) line += ",";
  line += "}" + space();
  if (random() % 40 == 0) line += "x";
  if (random() % 40 == 0) line.resize(random() % line.size());
  return line;
}

// Blocks of 64 bytes, runs of backslashes over their bounds, damage: against the classifier.
TEST(FlatRecord, LongStringsAgreeWithTheClassifier) {
  std::mt19937 random(7);
  const RecordText record_text = RecordText::field("text");
  const DocumentParser parser({record_text, true});
  std::vector<RawString> values;
  RawString source;
  std::size_t kept = 0, flat = 0;
  for (int round = 0; round < 30000; ++round) {
    const std::string line = random_line(random);
    if (line.find('\n') != line.npos) continue;
    const LineBatch lines = line_batch_of(line + "\n\",\"}\\\\");
    const bool is_flat =
        scan_flat_record(lines.text_of(lines.lines[0]), {"text"}, "k1", values, source);
    const LineVerdict slow = classify_line(line, record_text);
    if (is_flat) {
      ++flat;
      ASSERT_TRUE(!slow.dropped || slow.reason == DropReason::kEmptyText) << line << slow.detail;
    }
    const DocumentBatch batch = parser.parse(line_batch_of(line + "\n\",\"}\\\\"));
    const Document& document = batch.documents[0];
    ASSERT_EQ(document.dropped, slow.dropped) << line << "\n" << slow.detail;
    if (slow.dropped) {
      ASSERT_EQ(document.reason, slow.reason) << line;
      continue;
    }
    ASSERT_EQ(document.text, slow.values[0]) << line;
    ++kept;
  }
  EXPECT_GT(kept, 10000);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    EXPECT_GT(flat, kept / 2);
  }
#endif
}

TEST(FlatRecord, FindsValuesAndSource) {
  const LineBatch lines = line_batch_of(R"({"b":"x\n","n":-1e5,"s":"one","a":"","s":"two"})");
  const std::string_view line = lines.text_of(lines.lines[0]);
  std::vector<RawString> values;
  RawString source;
  if (!scan_flat_record(line, {"a", "b"}, "s", values, source)) GTEST_SKIP() << "needs AVX2";
  EXPECT_EQ(values[0].bytes, "");
  EXPECT_FALSE(values[0].has_escapes);
  EXPECT_EQ(values[1].bytes, "x\\n");
  EXPECT_TRUE(values[1].has_escapes);
  EXPECT_EQ(source.bytes, "two");
  EXPECT_FALSE(scan_flat_record(line, {"a", "c"}, "", values, source));
  EXPECT_FALSE(scan_flat_record(line, {"n"}, "", values, source));
  EXPECT_FALSE(scan_flat_record(line, {"s"}, "", values, source));
}

}  // namespace
}  // namespace corpusmill
