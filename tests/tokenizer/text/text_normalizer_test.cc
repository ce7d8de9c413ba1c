#include "tokenizer/text/text_normalizer.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tokenizer/text/normalization_tables.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

using Form = TextNormalizer::Form;

std::string normalized(Form form, std::string_view text) {
  std::string scratch = "left over";
  return std::string(TextNormalizer(form).normalize(text, scratch));
}

TEST(TextNormalizerTest, PlainTextIsNotCopied) {
  const std::string text = "plain, \u00E9 \u4E2D\u6587\uFF0C\u3042 \uD55C " + std::string(100, 'x');
  std::string scratch;
  EXPECT_EQ(TextNormalizer(Form::kNfc).normalize(text, scratch).data(), text.data());
  EXPECT_EQ(TextNormalizer(Form::kNone).normalize("e\u0301", scratch), "e\u0301");
}

TEST(TextNormalizerTest, ComposesWhereverItStands) {
  for (std::size_t before = 0; before < 70; ++before) {
    const std::string plain(before, 'a');
    EXPECT_EQ(
        normalized(Form::kNfc, plain + "e\u0323\u0301" + plain + "\u1100\u1161\u11A8" + plain),
        plain + "\u1EB9\u0301" + plain + "\uAC01" + plain);
    EXPECT_EQ(normalized(Form::kNfkc, plain + "\uFF21\uFB01e\u0301\u3000" + plain),
              plain + "Afi\u00E9 " + plain);
  }
  EXPECT_EQ(normalized(Form::kNfc, "\u0301\u0323"), "\u0323\u0301");
  EXPECT_EQ(normalized(Form::kNfc, "\uFF21"), "\uFF21");
}

TEST(TextNormalizerTest, FindsWhatChangesAmongManyWideCharacters) {
  const std::vector<std::string> plain = {"\u3042", "\u05D0", "\U0001F600", "\u4E2D",    "a",
                                          "\u10D0", "\u2014", "\xE2",       "\U00020000"};
  std::mt19937 random(10);
  for (std::size_t chars = 0; chars < 200; ++chars) {
    std::string before, behind;
    for (std::size_t i = 0; i < chars; ++i) before += plain[random() % plain.size()];
    for (std::size_t i = random() % 80; i > 0; --i) behind += plain[random() % plain.size()];
    for (const Form form : {Form::kNfc, Form::kNfkc}) {
      EXPECT_EQ(normalized(form, before + behind), before + behind);
      EXPECT_EQ(normalized(form, before + "e\u0301" + behind), before + "\u00E9" + behind);
      EXPECT_EQ(normalized(form, before + "x\U0002F803" + behind), before + "x\U00020122" + behind);
    }
  }
}

TEST(TextNormalizerTest, KnowsNothingSinceUnicode10) {
  EXPECT_EQ(normalized(Form::kNfc, "e\u1ABF\u0301\u0323"), "e\u1ABF\u0323\u0301");
  EXPECT_EQ(normalized(Form::kNfkc, "\u32FF"), "\u32FF");
}

// By the library alone; text without characters since Unicode 10.
std::string mapped(Form form, const std::string& text) {
  const unsigned compatible = form == Form::kNfkc ? UTF8PROC_COMPAT : 0;
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t bytes =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | compatible));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(bytes)};
}

TEST(TextNormalizerTest, DoesToRandomTextWhatTheLibraryDoes) {
  // Marks of many classes, letters that compose and decompose, Hangul and its parts, singletons.
  const std::vector<std::pair<char32_t, char32_t>> ranges = {
      {0x300, 0x36F},   {0x61, 0x65},     {0xC0, 0xFF},       {0x591, 0x5BD},   {0x1100, 0x1112},
      {0x1161, 0x1175}, {0x11A8, 0x11C2}, {0xAC00, 0xAC40},   {0x1E00, 0x1EF9}, {0xF71, 0xF84},
      {0xFB1D, 0xFB4E}, {0x2126, 0x212B}, {0x1D15E, 0x1D172}, {0xFF01, 0xFFBE}, {0x2F800, 0x2F840}};
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    const std::size_t first = round % 3 == 0 ? 0 : random() % ranges.size();
    std::string text;
    for (std::size_t i = random() % 60; i > 0; --i) {
      const auto [low, high] = ranges[random() % 2 == 0 ? first : random() % ranges.size()];
      append_utf8(static_cast<std::uint32_t>(low + random() % (high - low + 1)), text);
    }
    for (const Form form : {Form::kNfc, Form::kNfkc}) {
      EXPECT_EQ(normalized(form, text), mapped(form, text)) << round;
    }
  }
}

TEST(TextNormalizerTest, DoesToRandomMarksOnRandomLettersWhatTheLibraryDoes) {
  using Tables = NormalizationTables;
  std::mt19937 random(9);
  for (const Form form : {Form::kNfc, Form::kNfkc}) {
    const Tables& tables = Tables::get(form == Form::kNfkc);
    std::vector<std::uint32_t> suspects, others;
    for (std::uint32_t c = 1; c < 0x30000; ++c) {
      const Tables::Traits traits = tables.traits(c);
      if ((traits & Tables::kSuspect) != 0) {
        suspects.push_back(c);
      } else if (traits != 0 || (c >= 'A' && c <= 'z')) {
        others.push_back(c);
      }
    }
    const auto any_of = [&random](const std::vector<std::uint32_t>& chars) {
      return chars[random() % chars.size()];
    };
    for (int round = 0; round < 5000; ++round) {
      std::string text;
      for (std::size_t i = 1 + random() % 5; i > 0; --i) {
        append_utf8(any_of(others), text);
        for (std::size_t j = random() % 12; j > 0; --j) append_utf8(any_of(suspects), text);
      }
      EXPECT_EQ(normalized(form, text), mapped(form, text)) << round;
    }
  }
}

TEST(TextNormalizerTest, AnyNumberOfMarksIsPutInOrder) {
  std::string text = "q", above, below;
  std::mt19937 random(8);
  for (int i = 0; i < 300'000; ++i) {
    const bool is_above = random() % 2 == 0;
    text += is_above ? "\u0308" : "\u0323";
    (is_above ? above : below) += is_above ? "\u0308" : "\u0323";
  }
  EXPECT_EQ(normalized(Form::kNfc, text), "q" + below + above);
}

TEST(TextNormalizerTest, BytesThatAreNotUtf8DoNotMatter) {
  EXPECT_EQ(normalized(Form::kNfc, "a\xCC"), "a\xCC");
  EXPECT_EQ(normalized(Form::kNfc, "\x80\xFF\xCC\x80"), "\x80\xFF\xCC\x80");
}

}  // namespace
}  // namespace corpusmill
