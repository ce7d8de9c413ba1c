#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "common/error.h"
#include "prep/commands/commands.h"
#include "prep/record/row_rewrite.h"
#include "prep/repeats/repeated_text.h"
#include "prep/text/byte_buffer.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::vector<std::string> units_of(std::string_view text, TextUnit unit) {
  std::vector<TextSpan> spans;
  split_units(text, unit, spans);
  std::vector<std::string> units;
  for (const TextSpan& span : spans)
    units.emplace_back(text.substr(span.begin, span.end - span.begin));
  return units;
}

// `text` without the units that contain an X.
std::string without_x(std::string_view text, TextUnit unit) {
  std::vector<TextSpan> spans;
  split_units(text, unit, spans);
  std::vector<bool> goes;
  for (const TextSpan& span : spans) {
    goes.push_back(text.substr(span.begin, span.end - span.begin).find('X') != text.npos);
  }
  return cut_spans(text, spans_to_cut(text, unit, spans, goes));
}

TEST(TextUnits, AreLinesOrParagraphs) {
  const std::string text = "\n a\r\nb\n \t\n\nc";
  EXPECT_EQ(units_of(text, TextUnit::kLine), (std::vector<std::string>{" a\r", "b", "c"}));
  EXPECT_EQ(units_of(text, TextUnit::kParagraph), (std::vector<std::string>{" a\r\nb", "c"}));
  EXPECT_TRUE(units_of("\n \n", TextUnit::kLine).empty());
  EXPECT_EQ(trimmed(" \ta b\r"), "a b");
}

TEST(TextUnits, GoWithTheirSeparators) {
  const auto lines = [](std::string_view text) { return without_x(text, TextUnit::kLine); };
  EXPECT_EQ(lines("a\nX\nb"), "a\nb");
  EXPECT_EQ(lines("X\na\n"), "a\n");
  EXPECT_EQ(lines("a\nX"), "a");
  EXPECT_EQ(lines("a\nX\n"), "a\n");
  EXPECT_EQ(lines("a\r\nX\r\nX"), "a");
  EXPECT_EQ(lines("a\n\nX\nX"), "a\n");
  EXPECT_EQ(lines("a\nX\n\nb\nX\n"), "a\n\nb\n");
  EXPECT_EQ(lines("X\nX"), "");
  const auto paragraphs = [](std::string_view text) {
    return without_x(text, TextUnit::kParagraph);
  };
  EXPECT_EQ(paragraphs("a\nb\n\nX\nx\n\n\nc"), "a\nb\n\nc");
  EXPECT_EQ(paragraphs("X\n\na"), "a");
  EXPECT_EQ(paragraphs("a\n\nX"), "a");
  EXPECT_EQ(paragraphs("a\n\nX\n\nX\n"), "a\n");
  EXPECT_EQ(paragraphs("\n\nX\n"), "\n\n\n");
}

// Lines: the same as splitting at newlines, leaving out, and joining.
TEST(TextUnits, LeaveWhatSplittingAndJoiningLeaves) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = random() % 12; n > 0; --n) text += "abX\n\n"[random() % 5];
    std::vector<std::string> pieces(1);
    for (const char c : text) {
      if (c == '\n') {
        pieces.emplace_back();
      } else {
        pieces.back() += c;
      }
    }
    std::string joined;
    bool is_first = true;
    for (const std::string& piece : pieces) {
      if (piece.find('X') != piece.npos) continue;
      joined += (is_first ? "" : "\n") + piece;
      is_first = false;
    }
    ASSERT_EQ(without_x(text, TextUnit::kLine), joined) << nlohmann::json(text);
    // What stays of the paragraphs is the same paragraphs, in order.
    std::vector<std::string> expected;
    for (const std::string& unit : units_of(text, TextUnit::kParagraph)) {
      if (unit.find('X') == unit.npos) expected.push_back(unit);
    }
    const std::string left = without_x(text, TextUnit::kParagraph);
    ASSERT_EQ(units_of(left, TextUnit::kParagraph), expected) << nlohmann::json(text);
  }
}

std::string cut_row(const std::string& row, const std::vector<TextSpan>& spans) {
  const ByteBuffer buffer = ByteBuffer::copy_of(row);
  std::string out;
  append_with_cuts(buffer.view(0, row.size()), "text", spans, out);
  return out;
}

TEST(RowRewrite, LeavesEverythingElseAsItIs) {
  const std::string row =
      R"( {"a": {"text":"no"}, "te\u0078t" : "h\u00e9l\"l\ud83d\ude00\n世x" , "n":1.50e3})";
  // h é l " l 😀 \n 世 x begin at 0 1 3 4 5 6 10 11 14.
  EXPECT_EQ(cut_row(row, {}), row);
  EXPECT_EQ(cut_row(row, {{1, 3}, {6, 11}}),
            R"( {"a": {"text":"no"}, "te\u0078t" : "hl\"l世x" , "n":1.50e3})");
  EXPECT_EQ(cut_row(row, {{0, 14}}), R"( {"a": {"text":"no"}, "te\u0078t" : "x" , "n":1.50e3})");
  EXPECT_EQ(cut_row(R"({"text":"ab"})", {{0, 2}}), R"({"text":""})");
}

// Against JSON taken apart and put together, on random strings in either spelling.
TEST(RowRewrite, AgreesWithDecodedText) {
  std::mt19937_64 random(2);
  const std::vector<std::string> characters = {"a", "\"", "\\", "\n", "é", "世", "😀", "\x01"};
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    std::vector<std::size_t> ends = {0};
    for (std::uint64_t n = 1 + random() % 12; n > 0; --n) {
      text += characters[random() % characters.size()];
      ends.push_back(text.size());
    }
    std::size_t a = ends[random() % ends.size()], b = ends[random() % ends.size()];
    if (a > b) std::swap(a, b);
    const std::string row = nlohmann::json({{"text", text}, {"z", 1}}).dump(-1, ' ', i % 2 == 0);
    const auto rewritten = nlohmann::json::parse(cut_row(row, {{a, b}}));
    ASSERT_EQ(rewritten["text"].get<std::string>(), text.substr(0, a) + text.substr(b));
    ASSERT_EQ(rewritten["z"], 1);
  }
}

TEST(UnitCounter, CountsTheSameInAnyMemory) {
  const TempDir folder(TempDir::On::kMemory);
  std::mt19937_64 random(3);
  std::map<Digest, std::uint64_t> reference;
  std::vector<Digest> keys;
  for (int i = 0; i < 200'000; ++i) {
    keys.push_back(digest_of(std::to_string(random() % 50'000)));
    ++reference[keys.back()];
  }
  for (const std::uint64_t bytes_max : {1'000ULL, 300'000ULL, 1ULL << 30}) {
    UnitCounter counter(bytes_max, folder.path());
    for (const Digest& key : keys) counter.add(key);
    const FingerprintSet repeated = counter.repeated(4);
    std::uint64_t expected = 0;
    for (const auto& [key, count] : reference) {
      ASSERT_EQ(repeated.value_of(key) > 0, count > 4) << bytes_max;
      expected += count > 4 ? 1 : 0;
    }
    EXPECT_EQ(repeated.size(), expected);
  }
}

class RepeatedLinesCommand : public testing::Test {
 protected:
  nlohmann::json run(const std::string& rows, std::vector<std::string> options) {
    spill(folder_ / "rows.jsonl", rows);
    options.insert(options.end(), {"--json", "-q", "-o", (folder_ / "kept.jsonl").string(),
                                   (folder_ / "rows.jsonl").string()});
    testing::internal::CaptureStdout();
    EXPECT_EQ(dedup_command(options), ExitCode::kDone);
    kept_ = slurp(folder_ / "kept.jsonl");
    return nlohmann::json::parse(testing::internal::GetCapturedStdout());
  }
  TempDir folder_{TempDir::On::kMemory};
  std::string kept_;
};

TEST_F(RepeatedLinesCommand, TakesOutWhatTheCorpusRepeats) {
  const std::string rows = R"({"id":1,"text":"Home\nabout\nfirst","x":[1, 2]}
{"id":2,"text":"Home\nsecond\nHome"}
{"id":3,"text":"second\nthird"}
{"id":4,"text":"Home"}
{"id":3,"text":"second\nthird"}
)";
  const auto summary = run(rows, {"--repeated-lines", "2"});
  EXPECT_EQ(kept_, R"({"id":1,"text":"about\nfirst","x":[1, 2]}
{"id":2,"text":"second"}
{"id":3,"text":"second\nthird"}
)");
  EXPECT_EQ(summary["books"]["filtered"]["only_repeats"], 1);
  EXPECT_EQ(summary["books"]["exact_duplicates"], 1);
  EXPECT_EQ(summary["dedup"]["repeated"],
            (nlohmann::json{{"documents", 3}, {"removed", 4}, {"removed_bytes", 19}}));
  run(rows, {"--repeated-lines", "2", "--repeated-keep-first"});
  EXPECT_EQ(kept_, R"({"id":1,"text":"Home\nabout\nfirst","x":[1, 2]}
{"id":2,"text":"second"}
{"id":3,"text":"second\nthird"}
)");
  run(rows, {"--repeated-lines", "2", "--repeated-min-chars", "5"});
  EXPECT_EQ(kept_.find("Home"), rows.find("Home"));
}

TEST_F(RepeatedLinesCommand, TellsWhatItTookOut) {
  spill(folder_ / "rows.jsonl", "{\"text\":\"a\\nb\"}\n{\"text\":\"a\\nc\"}\n");
  testing::internal::CaptureStderr();
  dedup_command({"--repeated-lines", "1", "-o", (folder_ / "kept.jsonl").string(),
                 (folder_ / "rows.jsonl").string()});
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_NE(
      told.find(
          "  repeated lines                   2 lines         0.0 MB, taken out of 2 documents\n"),
      std::string::npos)
      << told;
}

TEST_F(RepeatedLinesCommand, RefusesTemplatesAndNearByName) {
  const auto refusal = [&](const std::vector<std::string>& options) {
    try {
      dedup_command(options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(
      refusal({"x", "-o", "y", "--repeated-lines", "2", "--template", "{a}{b}"}).find("--template"),
      std::string::npos);
  EXPECT_NE(refusal({"x", "-o", "y", "--repeated-paragraphs", "2", "--near"}).find("--near"),
            std::string::npos);
}

std::vector<std::string> random_texts(std::mt19937_64& random) {
  std::vector<std::string> texts;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = "own " + std::to_string(random() % 2'500) + std::string(80, '.');
    for (std::uint64_t n = random() % 6; n > 0; --n) {
      text += random() % 3 == 0 ? "\n\n" : "\n";
      text += "line " + std::to_string(random() % 200 * (random() % 200));
    }
    texts.push_back(text);
  }
  return texts;
}

// Against maps: every unit, in any memory and with any number of threads; and once is enough.
TEST_F(RepeatedLinesCommand, AgreesWithMapsInAnyMemory) {
  std::mt19937_64 random(4);
  const std::vector<std::string> texts = random_texts(random);
  std::string rows;
  for (const std::string& text : texts) rows += nlohmann::json({{"text", text}}).dump() + "\n";
  for (const bool keep_first : {false, true}) {
    for (const TextUnit unit : {TextUnit::kLine, TextUnit::kParagraph}) {
      std::map<std::string, int> seen, counts, met;
      for (const std::string& text : texts) {
        if (seen[text]++ > 0) continue;
        for (const std::string& piece : units_of(text, unit)) ++counts[piece];
      }
      std::string expected;
      seen.clear();
      for (const std::string& text : texts) {
        if (seen[text]++ > 0) continue;
        std::vector<TextSpan> spans;
        split_units(text, unit, spans);
        std::vector<bool> goes;
        for (const std::string& piece : units_of(text, unit)) {
          goes.push_back(counts[piece] > 5 && (met[piece]++ > 0 || !keep_first));
        }
        const std::string left = cut_spans(text, spans_to_cut(text, unit, spans, goes));
        if (left.find_first_not_of(" \n") == left.npos) continue;
        expected += nlohmann::json({{"text", left}}).dump() + "\n";
      }
      std::vector<std::string> options = {
          unit == TextUnit::kLine ? "--repeated-lines" : "--repeated-paragraphs", "5"};
      if (keep_first) options.emplace_back("--repeated-keep-first");
      for (const char* memory : {"1GiB", "1", "500KB"}) {
        for (const char* threads : {"1", "3"}) {
          std::vector<std::string> more = options;
          more.insert(more.end(), {"--memory", memory, "--threads", threads});
          run(rows, more);
          ASSERT_EQ(kept_, expected) << memory;
        }
      }
      const std::string once = kept_;
      options.emplace_back("--no-exact");  // texts may have become equal
      run(once, options);
      EXPECT_EQ(kept_, once);
    }
  }
}

}  // namespace
}  // namespace corpusmill
