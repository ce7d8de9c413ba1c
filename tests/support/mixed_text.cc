#include "tests/support/mixed_text.h"

#include <array>
#include <string_view>

#include "prep/text/utf8.h"

namespace corpusmill::testing_support {
namespace {

using namespace std::string_view_literals;

constexpr std::array kPieces = {"a"sv,
                                "the "sv,
                                "of "sv,
                                "letters "sv,
                                "12345678 "sv,
                                "ninechars"sv,
                                " "sv,
                                "\n"sv,
                                "\r\n"sv,
                                "\t"sv,
                                "\0"sv,
                                "\x1F"sv,
                                ", "sv,
                                "-"sv,
                                "é"sv,
                                "straße "sv,
                                "слово "sv,
                                "\u00A0"sv,
                                "\u2003"sv,
                                "\u3000"sv,
                                "\u2028"sv,
                                "\u200B"sv,
                                "中"sv,
                                "文字"sv,
                                "。"sv,
                                "ひらがな"sv,
                                "カ"sv,
                                "ー"sv,
                                "한국어 "sv,
                                "ภาษา"sv,
                                "๕"sv,
                                "e\u0301"sv,
                                "\U0001F600"sv,
                                "\U00020000"sv,
                                "\u00B7"sv,
                                "\u2E80"sv,
                                "、"sv,
                                "ﾊ"sv,
                                "\U0010FFFF"sv,
                                "\uFFFD"sv,
                                "\u1680"sv,
                                "\u0085"sv,
                                "sixteen letters!"sv,
                                "averyveryverylongwordofmanymoreletters"sv};

}  // namespace

std::string mixed_text(std::mt19937_64& random, std::size_t pieces) {
  std::string text;
  // Of one kind for a while, as real text is, or of all.
  std::size_t kind = 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    if (random() % 16 == 0) kind = random() % 6;
    switch (kind) {
      case 0:
      case 1:
        text += kPieces[random() % kPieces.size()];
        break;
      case 2:
        text += static_cast<char>(random() % 4 == 0 ? ' ' : 'a' + random() % 8);
        break;
      case 3:
        append_utf8(static_cast<char32_t>(0x4E00 + random() % 8), text);
        break;
      case 4:
        text.append(random() % 8, 'x').append(" ");
        break;
      default: {
        const char32_t any = static_cast<char32_t>(random() % 0x3400);
        append_utf8(any, text);
      }
    }
  }
  return text;
}

}  // namespace corpusmill::testing_support
