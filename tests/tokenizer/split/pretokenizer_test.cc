#include "tokenizer/split/pretokenizer.h"

#include <gtest/gtest.h>

#include <string>

#include "tokenizer/split/class_splitters.h"
#include "tokenizer/split/known_splitters.h"

namespace corpusmill {
namespace {

using Pieces = std::vector<std::string>;

Pieces split(std::vector<PretokenStage> stages, std::string_view text) {
  Pieces pieces;
  PretokenScratch scratch;
  const auto add = [&](std::string_view window, std::span<const std::uint32_t> ends) {
    std::size_t begin = 0;
    for (const std::uint32_t end : ends) {
      pieces.emplace_back(window.substr(begin, end - begin));
      begin = end;
    }
    EXPECT_EQ(begin, window.size());
  };
  Pretokenizer(std::move(stages)).split(text, scratch, add);
  return pieces;
}

Pieces gpt2(std::string_view text) {
  return split({PretokenStage::gpt2()}, text);
}
Pieces llama3(std::string_view text) {
  return split({{.splitter = make_cl100k_splitter({.number_chars_max = 3}, best_splitter_level())}},
               text);
}

TEST(PretokenizerTest, Gpt2TakesOneSpaceWithAWord) {
  EXPECT_EQ(gpt2("Hello world, 123 times"), (Pieces{"Hello", " world", ",", " 123", " times"}));
  EXPECT_EQ(gpt2("a  b"), (Pieces{"a", " ", " b"}));
  EXPECT_EQ(gpt2("a\n\nb\n"), (Pieces{"a", "\n", "\n", "b", "\n"}));
  EXPECT_EQ(gpt2("end   "), (Pieces{"end", "   "}));
  EXPECT_EQ(gpt2(""), Pieces{});
}

TEST(PretokenizerTest, Gpt2KnowsItsContractions) {
  EXPECT_EQ(gpt2("don't we'll I'M"), (Pieces{"don", "'t", " we", "'ll", " I", "'", "M"}));
  EXPECT_EQ(gpt2("'sa'r"), (Pieces{"'s", "a", "'", "r"}));
}

TEST(PretokenizerTest, ClassesAreUnicode) {
  EXPECT_EQ(gpt2("中文１２３，好"), (Pieces{"中文", "１２３", "，", "好"}));
  // An ideographic space is white space and no plain space; U+1C89 is a letter of Unicode 16.
  EXPECT_EQ(gpt2("a\u3000b"), (Pieces{"a", "\u3000", "b"}));
  EXPECT_EQ(gpt2("x\u1C89y"), (Pieces{"x\u1C89y"}));
}

TEST(PretokenizerTest, Llama3TakesOneLeadingCharacterAndThreeDigits) {
  EXPECT_EQ(llama3("(word) 12345"), (Pieces{"(word", ")", " ", "123", "45"}));
  EXPECT_EQ(llama3("I'M it'\u017F"), (Pieces{"I", "'M", " it", "'\u017F"}));
  EXPECT_EQ(llama3("a !\n\n b"), (Pieces{"a", " !\n\n", " b"}));
  EXPECT_EQ(llama3(" \n \n  x"), (Pieces{" \n \n", " ", " x"}));
  EXPECT_EQ(llama3("\tx\t\ty"), (Pieces{"\tx", "\t", "\ty"}));
}

TEST(PretokenizerTest, StagesApplyToThePiecesOfTheStageBefore) {
  EXPECT_EQ(split({{.splitter = make_digits_splitter(true)}, PretokenStage::gpt2()}, "ab 12"),
            (Pieces{"ab", " ", "1", "2"}));
  EXPECT_EQ(
      split({{.splitter = make_digits_splitter(false)}, PretokenStage::prefix_space()}, "a12"),
      (Pieces{" a", " 12"}));
  EXPECT_EQ(split({PretokenStage::prefix_space(), PretokenStage::gpt2()}, "a b"),
            (Pieces{" a", " b"}));
  EXPECT_EQ(split({}, "as it is"), (Pieces{"as it is"}));
}

TEST(PretokenizerTest, WindowsHoldWholePretokens) {
  std::string text;
  for (int i = 0; i < 30000; ++i)
    text += " word" + std::string(static_cast<std::size_t>(i % 7), 's');
  const std::string long_word(3 * Pretokenizer::kWindowBytes, 'x');
  text += ' ' + long_word + " end";
  const Pieces pieces = gpt2(text);
  ASSERT_EQ(pieces.size(), 30002U);
  EXPECT_EQ(pieces[29999], " wordssss");
  EXPECT_EQ(pieces[30000], ' ' + long_word);
}

}  // namespace
}  // namespace corpusmill
