#include "prep/statistics/corpus_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "prep/record/books.h"
#include "prep/statistics/field_statistics.h"
#include "prep/statistics/length_histogram.h"
#include "prep/statistics/statistics_report.h"
#include "prep/text/byte_buffer.h"
#include "prep/text/script_class.h"
#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

using nlohmann::json;

TEST(ScriptClass, OneOfEach) {
  EXPECT_EQ(script_class_of(U'中'), ScriptClass::kHan);
  EXPECT_EQ(script_class_of(U'𠀀'), ScriptClass::kHan);
  EXPECT_EQ(script_class_of(U'々'), ScriptClass::kHan);
  EXPECT_EQ(script_class_of(U'の'), ScriptClass::kKana);
  EXPECT_EQ(script_class_of(U'ー'), ScriptClass::kKana);
  EXPECT_EQ(script_class_of(U'한'), ScriptClass::kHangul);
  EXPECT_EQ(script_class_of(U'ก'), ScriptClass::kThai);
  EXPECT_EQ(script_class_of(U'é'), ScriptClass::kLatin);
  EXPECT_EQ(script_class_of(U'ｚ'), ScriptClass::kLatin);
  EXPECT_EQ(script_class_of(U'７'), ScriptClass::kDigit);
  EXPECT_EQ(script_class_of(U'。'), ScriptClass::kPunctuation);
  EXPECT_EQ(script_class_of(U'×'), ScriptClass::kPunctuation);
  EXPECT_EQ(script_class_of(U'\u3000'), ScriptClass::kSpace);
  EXPECT_EQ(script_class_of(U'Ж'), ScriptClass::kOther);
  EXPECT_EQ(script_class_of(U'\0'), ScriptClass::kOther);
  EXPECT_EQ(script_class_of(0x10FFFF), ScriptClass::kOther);
}

// Unicode's own list of white space is in prep/text/utf8.h; the two must agree.
TEST(ScriptClass, SpaceIsWhiteSpace) {
  for (char32_t c = 0; c < 0x30000; ++c) {
    ASSERT_EQ(script_class_of(c) == ScriptClass::kSpace, is_white_space(c)) << std::hex << +c;
  }
}

TEST(CountText, WordsAreRunsOrSingleHanCharacters) {
  EXPECT_EQ(count_text("the quick fox").words, 3u);
  EXPECT_EQ(count_text("  the\n\tfox  ").words, 2u);
  EXPECT_EQ(count_text("中文字").words, 3u);
  EXPECT_EQ(count_text("用GPT-2写 code").words, 4u);
  EXPECT_EQ(count_text("한국어 글").words, 2u);
  EXPECT_EQ(count_text("").words, 0u);
}

TEST(CountText, CharactersAndLines) {
  EXPECT_EQ(count_text("é中𠀀").characters, 3u);
  EXPECT_EQ(count_text("").lines, 0u);
  EXPECT_EQ(count_text("a").lines, 1u);
  EXPECT_EQ(count_text("a\n").lines, 1u);
  EXPECT_EQ(count_text("a\nb").lines, 2u);
  EXPECT_EQ(count_text("\n\n").lines, 2u);
}

TEST(LengthHistogram, EqualsASortedList) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint64_t> lengths(1 + random() % 300);
    LengthHistogram first, second;
    std::uint64_t total = 0;
    for (std::uint64_t& length : lengths) {
      length = random() % 40;
      total += length;
      (random() % 2 == 0 ? first : second).add(length);
    }
    std::sort(lengths.begin(), lengths.end());
    first += second;
    const json summary = first.to_json();
    const auto percentile = [&](std::size_t percent) {
      return lengths[(lengths.size() * percent + 99) / 100 - 1];
    };
    EXPECT_EQ(summary["min"], lengths.front());
    EXPECT_EQ(summary["p50"], percentile(50));
    EXPECT_EQ(summary["p90"], percentile(90));
    EXPECT_EQ(summary["p99"], percentile(99));
    EXPECT_EQ(summary["max"], lengths.back());
    EXPECT_EQ(summary["total"], total);
    EXPECT_EQ(summary["documents"], lengths.size());
  }
  EXPECT_EQ(LengthHistogram().to_json()["max"], 0);
}

// A line with the padding that simdjson wants.
struct Row {
  explicit Row(const std::string& text) : bytes(text.size()), buffer(ByteBuffer::copy_of(text)) {}
  std::string_view view() const { return buffer.view(0, bytes); }
  std::size_t bytes;
  ByteBuffer buffer;
};

TEST(FieldStatistics, NamesTypesAndGroups) {
  FieldStatistics statistics("lang");
  const FieldStatistics::Amounts amounts{.documents = 1, .bytes = 10, .characters = 4, .tokens = 2};
  for (const char* row :
       {R"({"text": "a", "lang": "zh", "score": 1.5})", R"({"text": "a", "lang": "zh"})",
        R"({"text": "a", "lang": null, "score": [1], "x": {}, "y": true})", R"({"text": "a"})"}) {
    statistics.add(Row(row).view(), amounts);
  }
  const json fields = statistics.fields_json();
  EXPECT_EQ(fields["rows"], 4);
  EXPECT_EQ(fields["names"]["text"]["share"], 1.0);
  EXPECT_EQ(fields["names"]["score"]["types"], json({{"number", 1}, {"array", 1}}));
  EXPECT_EQ(fields["names"]["lang"]["types"], json({{"string", 2}, {"null", 1}}));
  EXPECT_EQ(fields["names"]["x"]["types"], json({{"object", 1}}));
  const json groups = statistics.groups_json();
  EXPECT_EQ(groups["groups"][0]["value"], "zh");
  EXPECT_EQ(groups["groups"][0]["bytes"], 20);
  EXPECT_EQ(groups["groups"].size(), 3u);  // zh, null, (none)
}

TEST(FieldStatistics, TooManyGroupsAreDroppedInAnyOrder) {
  FieldStatistics low("id"), high("id");
  for (std::size_t i = 0; i < FieldStatistics::kGroupsMax; ++i) {
    low.add(Row(R"({"id": )" + std::to_string(i) + "}").view(), {.documents = 1});
    high.add(Row(R"({"id": )" + std::to_string(i + 1) + "}").view(), {.documents = 1});
  }
  EXPECT_TRUE(low.groups_json()["complete"]);
  EXPECT_TRUE(high.groups_json()["complete"]);
  FieldStatistics sum("id");
  sum += low;
  sum += high;
  EXPECT_FALSE(sum.groups_json()["complete"]);
  EXPECT_TRUE(sum.groups_json()["groups"].empty());
  FieldStatistics other("id");
  other += sum;
  other += low;
  EXPECT_EQ(other.groups_json(), sum.groups_json());
}

// One "token" per byte: its value.
class ByteTokenizer : public Tokenizer {
 public:
  EncodeReport encode(std::string_view text, SpecialInText,
                      std::vector<TokenId>& out) const override {
    for (const char c : text) out.push_back(static_cast<unsigned char>(c));
    return {text.find("<s>") == text.npos ? 0U : 1U, false};
  }
  SpecialInText default_policy() const override { return SpecialInText::kText; }
  std::string_view kind() const override { return "bytes"; }
  std::string token(TokenId id) const override { return std::string(1, static_cast<char>(id)); }
  std::optional<TokenId> id_of(std::string_view) const override { return std::nullopt; }
  std::string decode(std::span<const TokenId> ids) const override {
    std::string text;
    for (const TokenId id : ids) text += token(id);
    return text;
  }
  SpecialIds special_ids() const override { return {{}, {}, {}, TokenId{'?'}}; }
  std::size_t vocabulary_size() const override { return 256; }
  std::string digest() const override { return "d"; }
};

std::vector<std::string> sample_texts() {
  return {"hello world?", "中文字 <s>", "mixed 中文 abc", "", "9\n8", "ひらがな"};
}

CorpusStatistics statistics_of(const std::vector<std::string>& texts,
                               const CorpusStatisticsOptions& options) {
  CorpusStatistics statistics(options);
  for (const std::string& text : texts) {
    statistics.add(Row(json({{"text", text}, {"source", std::to_string(text.size() % 2)}})
                           .dump(-1, ' ', true, json::error_handler_t::replace))
                       .view(),
                   text);
  }
  return statistics;
}

TEST(CorpusStatistics, AddsUpWhateverTheOrder) {
  const ByteTokenizer tokenizer;
  const CorpusStatisticsOptions options{"source", &tokenizer};
  const json whole = statistics_of(sample_texts(), options).to_json();
  std::vector<std::string> texts = sample_texts();
  std::reverse(texts.begin(), texts.end());
  CorpusStatistics sum = statistics_of({texts.begin(), texts.begin() + 2}, options);
  sum += statistics_of({texts.begin() + 2, texts.end()}, options);
  // This tokenizer's tokens are parts of characters.
  const auto replace = json::error_handler_t::replace;
  EXPECT_EQ(sum.to_json().dump(0, ' ', false, replace), whole.dump(0, ' ', false, replace));
}

TEST(CorpusStatistics, CountsTokens) {
  const ByteTokenizer tokenizer;
  const json statistics = statistics_of(sample_texts(), {"source", &tokenizer}).to_json();
  const json& tokens = statistics["tokens"];
  EXPECT_EQ(tokens["tokens"], statistics["bytes"]);
  EXPECT_EQ(tokens["bytes_per_token"], 1.0);
  EXPECT_EQ(tokens["unknown"], 1);
  EXPECT_EQ(tokens["specials_in_text"], 1);
  EXPECT_EQ(tokens["by_script"]["han"]["documents"], 1);
  EXPECT_EQ(tokens["by_script"]["kana"]["documents"], 1);
  // "mixed 中文 abc" is mostly Latin; an empty text and digits have no letters.
  EXPECT_EQ(tokens["by_script"]["latin"]["documents"], 2);
  EXPECT_EQ(tokens["by_script"]["mixed"]["documents"], 2);
  EXPECT_EQ(statistics["lengths"]["tokens"]["max"], 16);
  EXPECT_EQ(tokens["vocabulary"]["vocabulary_size"], 256);
}

TEST(CorpusStatistics, WithoutATokenizerNothingIsSaidOfTokens) {
  const json statistics = statistics_of(sample_texts(), {}).to_json();
  EXPECT_FALSE(statistics.contains("tokens"));
  EXPECT_FALSE(statistics["lengths"].contains("tokens"));
  EXPECT_EQ(statistics["documents"], 6);
}

TEST(CorpusReport, HoldsTheNumbers) {
  const ByteTokenizer tokenizer;
  json statistics = statistics_of(sample_texts(), {"source", &tokenizer}).to_json();
  Books books;
  books.count_in(3);
  books.count_dropped(DropReason::kInvalidUtf8, 3);
  statistics["books"] = books.to_json();
  statistics["duplicates"] = {{"documents", 1}, {"bytes", 2}, {"share", 0.25}};
  const std::string report = corpus_report(statistics);
  for (const char* part : {"1 (25.00%)", "invalid_utf8", "characters", "tokens by script", "hangul",
                           "most frequent", "by source"}) {
    if (std::string(part) == "hangul") {
      EXPECT_THAT(report, ::testing::Not(::testing::HasSubstr(part)));  // zeros are left out
    } else {
      EXPECT_THAT(report, ::testing::HasSubstr(part));
    }
  }
}

}  // namespace
}  // namespace corpusmill
