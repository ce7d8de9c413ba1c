#include "prep/record/document_parser.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "prep/input/line_reader.h"
#include "prep/record/line_classifier.h"

namespace corpusmill {
namespace {

DocumentBatch parse(std::string_view lines, RecordText record_text = RecordText::field("text")) {
  return DocumentParser({std::move(record_text), true}).parse(line_batch_of(lines));
}

struct Case {
  std::string line;
  std::string verdict;  // "" for a kept line
  std::uint32_t column = 0;
};

std::string verdict_of(const Document& document) {
  return document.dropped ? std::string(drop_reason_name(document.reason)) : "";
}

std::vector<Case> bad_lines() {
  using namespace std::string_literals;
  return {
      {"", "empty_line", 0},
      {" \t", "empty_line", 0},
      {"\xE3\x80\x80", "empty_line", 0},
      {"{\"text\":\"a\xFF\"}", "invalid_utf8", 11},
      {"{\"text\":\"\xED\xA0\x80\"}", "invalid_utf8", 10},
      {"{\"text\":\"\xC0\xAF\"}", "invalid_utf8", 10},
      {"\xFF not json \\ud800", "invalid_utf8", 1},
      {R"({"text":"a\ud800"})", "lone_surrogate", 11},
      {R"({"text":"a\udc00b"})", "lone_surrogate", 11},
      {R"({"text":"a","x":["\ud800\ud800"]})", "lone_surrogate", 19},
      {R"({"\ud800":1,"text":"a"})", "lone_surrogate", 3},
      {R"({"text":"a\ud800", oops)", "lone_surrogate", 11},
      {R"({"text":"a\ud83d)", "invalid_json", 17},
      {R"({"text":"a")", "invalid_json", 12},
      {R"({"text":"a"} x)", "invalid_json", 14},
      {R"({"text":"a",})", "invalid_json", 13},
      {R"({'text':"a"})", "invalid_json", 2},
      {"{\"text\":\"a\tb\"}", "invalid_json", 11},
      {"{\"text\":\"a\0b\"}"s, "invalid_json", 11},
      {"{\"text\":\"a\"}\0"s, "invalid_json", 13},
      {R"({"text":"\x"})", "invalid_json", 10},
      {R"({"text":"\u12"})", "invalid_json", 10},
      {R"({"text":"a","n":01})", "invalid_json", 18},
      {R"({"text":"a","n":1.})", "invalid_json", 19},
      {R"({"text":"a","n":-})", "invalid_json", 18},
      {R"({"text":"a","n":tru})", "invalid_json", 17},
      {R"({"text":"a","n":NaN})", "invalid_json", 17},
      {"{\"text\":\"a\"}\v", "invalid_json", 13},
      {R"({"text":"a","text":"b"})", "duplicate_key", 13},
      {R"({"text":"a","te\u0078t":3})", "duplicate_key", 13},
      {R"(["text"])", "not_an_object", 1},
      {R"( "text")", "not_an_object", 2},
      {R"({})", "missing_text", 0},
      {R"({"x":{"text":"a"}})", "missing_text", 0},
      {R"({"Text":"a"})", "missing_text", 0},
      {R"({"text":null})", "wrong_type", 9},
      {R"({"text": ["a"]})", "wrong_type", 10},
      {R"({"text":1e999})", "wrong_type", 9},
      {R"({"text":""})", "empty_text", 9},
      {R"({"text":" \n\t"})", "empty_text", 9},
      {"{\"text\":\"\xE3\x80\x80\\u00a0\"}", "empty_text", 9},
  };
}

TEST(DocumentParser, NamesTheFirstReasonAndItsColumn) {
  for (const Case& wanted : bad_lines()) {
    const DocumentBatch batch = parse("{\"text\":\"first\"}\n" + wanted.line + "\n");
    ASSERT_EQ(batch.documents.size(), 2);
    EXPECT_EQ(verdict_of(batch.documents[1]), wanted.verdict) << wanted.line;
    EXPECT_EQ(batch.documents[1].column, wanted.column) << wanted.line;
    EXPECT_FALSE(batch.documents[1].detail.empty());
  }
}

TEST(DocumentParser, KeepsWhatIsUnusualButGood) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"text":"a"})", "a"},
      {R"( { "x" : [1,{}] , "text" : "a" } )", "a"},
      {R"({"te\u0078t":"\u00e9\ud83d\ude00\/\\\"\b\f\n\r\t"})", "é😀/\\\"\b\f\n\r\t"},
      {R"({"text":"a\u0000b"})", "a\0b"s},
      {R"({"text":"a","n":1e999,"m":-1e-999})", "a"},
      {R"({"text":"a\n","n":)" + std::string(400, '9') + "}", "a\n"},
      {R"({"text":"a","n":18446744073709551616})", "a"},
      {R"({"x":{"text":1,"text":2},"text":"a"})", "a"},
      {R"({"y":1,"y":2,"text":"a"})", "a"},
      {"{\"text\":\"\xEF\xBF\xBF\x7F\"}", "\xEF\xBF\xBF\x7F"},
  };
  for (const auto& [line, text] : cases) {
    const DocumentBatch batch = parse(line);
    ASSERT_EQ(batch.documents.size(), 1);
    EXPECT_EQ(verdict_of(batch.documents[0]), "") << line << ": " << batch.documents[0].detail;
    EXPECT_EQ(batch.documents[0].text, text) << line;
  }
}

TEST(DocumentParser, ByteOrderMarkInsideAFileIsNotJson) {
  const DocumentBatch batch = parse("\xEF\xBB\xBF{\"text\":\"a\"}");
  EXPECT_EQ(verdict_of(batch.documents[0]), "invalid_json");
}

TEST(DocumentParser, BlankTextsAreKeptWhereAskedFor) {
  const DocumentParser parser({.keep_blank = true});
  const DocumentBatch batch = parser.parse(line_batch_of(
      "{\"text\": \"\"}\n{\"text\": \" \\n\"}\n{\"text\": \"\\u0020\", \"x\": [1e999]}\n"
      "\n{\"text\": 1}\n"));
  ASSERT_EQ(batch.documents.size(), 5u);
  EXPECT_FALSE(batch.documents[0].dropped);
  EXPECT_EQ(batch.documents[0].text, "");
  EXPECT_EQ(batch.documents[1].text, " \n");
  EXPECT_EQ(batch.documents[2].text, " ");
  EXPECT_FALSE(batch.documents[2].dropped);
  EXPECT_EQ(batch.documents[3].reason, DropReason::kEmptyLine);
  EXPECT_EQ(batch.documents[4].reason, DropReason::kWrongType);
}

TEST(DocumentParser, NestingHasALimit) {
  for (const std::size_t depth : {1020U, 1021U, 1022U, 1023U, 1024U, 1025U, 100000U}) {
    for (const char* inner : {"", "1", "\"\"", "{}"}) {
      const std::string line = "{\"text\":\"a\",\"x\":" + std::string(depth - 1, '[') + inner +
                               std::string(depth - 1, ']') + "}";
      const std::size_t levels = depth + (std::string_view(inner) == "{}" ? 1 : 0);
      EXPECT_EQ(verdict_of(parse(line).documents[0]), levels <= 1024 ? "" : "invalid_json")
          << depth << inner;
    }
  }
}

TEST(DocumentParser, TemplateJoinsFields) {
  const RecordText record_text = RecordText::parse_template("{{Q}} {q}\\n{a}{q}");
  const DocumentBatch batch = parse(
      "{\"a\":\"yes\",\"q\":\"why?\"}\n{\"q\":\"x\"}\n{\"q\":\"x\",\"a\":1}\n{\"q\":\"\",\"a\":\" "
      "\"}\n"
      "{\"q\":\"\",\"a\":\"x\"}\n{\"q\":\"x\",\"a\":\"\",\"q\":\"x\"}",
      record_text);
  EXPECT_EQ(batch.documents[0].text, "{Q} why?\nyeswhy?");
  EXPECT_EQ(verdict_of(batch.documents[1]), "missing_text");
  EXPECT_EQ(verdict_of(batch.documents[2]), "wrong_type");
  EXPECT_EQ(verdict_of(batch.documents[3]), "empty_text");
  EXPECT_EQ(batch.documents[4].text, "{Q} \nx");
  EXPECT_EQ(verdict_of(batch.documents[5]), "duplicate_key");
}

// Lines made of good ones by small damage: the parser and the classifier must agree on each.
TEST(DocumentParser, AgreesWithTheClassifierOnMutatedLines) {
  const std::vector<std::string> seeds = {
      R"({"text":"a\ud83d\ude00b\n","x":[1,-2.5e+3,true,false,null,{"y":"z"}]})",
      "{\"id\": 7, \"text\": \"汉字 text é\", \"te\\u0078t2\": 0.1, \"m\": {\"text\": \"\"}}",
      R"([{"text":"a"},[],{},"b\u0041",1e10,-0])",
      R"({"text":" \u3000","text":"","n":123456789012345678901234567890})",
  };
  const std::string alphabet(
      "\"\\{}[]:,0123456789-+.eEtrufalsn \t\x01\x7F\xE4\xB8\xED\xA0\x80\xFF"
      "dD8cC",
      54);
  const RecordText record_text = RecordText::field("text");
  const DocumentParser parser({record_text, true});
  std::mt19937 random(11);
  std::size_t kept = 0;
  for (int round = 0; round < 60000; ++round) {
    std::string line = seeds[random() % seeds.size()];
    for (std::size_t edits = random() % 4; edits > 0 && !line.empty(); --edits) {
      const std::size_t at = random() % line.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 5) {
        case 0:
          line[at] = c;
          break;
        case 1:
          line.insert(at, 1, c);
          break;
        case 2:
          line.erase(at, 1);
          break;
        case 3:
          line.insert(at, line.substr(random() % line.size(), random() % 12));
          break;
        default:
          line.resize(random() % 8 == 0 ? at : line.size());
      }
    }
    if (line.find('\n') != line.npos) continue;
    const LineVerdict slow = classify_line(line, record_text);
    const DocumentBatch batch = parser.parse(line_batch_of(line + "\n{\"text\":\"next\"}"));
    const Document& fast = batch.documents[0];
    ASSERT_EQ(fast.dropped, slow.dropped) << line << "\n" << slow.detail << fast.detail;
    if (!slow.dropped) {
      ASSERT_EQ(fast.text, slow.values[0]) << line;
      ++kept;
    }
  }
  EXPECT_GT(kept, 10000);
}

}  // namespace
}  // namespace corpusmill
