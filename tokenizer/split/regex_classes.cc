#include "tokenizer/split/regex_classes.h"

#include <vector>

namespace corpusmill {
namespace {

using Ranges = std::vector<CodePointSet::Range>;

CodePointSet categories(std::initializer_list<std::string_view> names) {
  CategorySet set = 0;
  for (const std::string_view name : names) set |= category_set(name);
  return CodePointSet::of_categories(set);
}

CodePointSet spaces() {
  return CodePointSet(Ranges{{0x9, 0xD},
                             {0x20, 0x20},
                             {0x85, 0x85},
                             {0xA0, 0xA0},
                             {0x1680, 0x1680},
                             {0x2000, 0x200A},
                             {0x2028, 0x2029},
                             {0x202F, 0x202F},
                             {0x205F, 0x205F},
                             {0x3000, 0x3000}});
}

// Beside the categories: circled and squared letters, and superscripts and fractions of Latin-1.
CodePointSet word_characters() {
  return categories({"L", "M", "Nd", "Nl", "Pc"})
      .united(CodePointSet(Ranges{{0xB2, 0xB3},
                                  {0xB9, 0xB9},
                                  {0xBC, 0xBE},
                                  {0x24B6, 0x24E9},
                                  {0x1F130, 0x1F149},
                                  {0x1F150, 0x1F169},
                                  {0x1F170, 0x1F189}}));
}

CodePointSet han() {
  return CodePointSet(
      Ranges{{0x2E80, 0x2E99},   {0x2E9B, 0x2EF3},   {0x2F00, 0x2FD5},   {0x3005, 0x3005},
             {0x3007, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303B},   {0x3400, 0x4DBF},
             {0x4E00, 0x9FFF},   {0xF900, 0xFA6D},   {0xFA70, 0xFAD9},   {0x16FE2, 0x16FE3},
             {0x16FF0, 0x16FF1}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D},
             {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}, {0x2EBF0, 0x2EE5D}, {0x2F800, 0x2FA1D},
             {0x30000, 0x3134A}, {0x31350, 0x323AF}});
}

CodePointSet hiragana() {
  return CodePointSet(Ranges{{0x3041, 0x3096},
                             {0x309D, 0x309F},
                             {0x1B001, 0x1B11F},
                             {0x1B132, 0x1B132},
                             {0x1B150, 0x1B152},
                             {0x1F200, 0x1F200}});
}

CodePointSet katakana() {
  return CodePointSet(Ranges{{0x30A1, 0x30FA},
                             {0x30FD, 0x30FF},
                             {0x31F0, 0x31FF},
                             {0x32D0, 0x32FE},
                             {0x3300, 0x3357},
                             {0xFF66, 0xFF6F},
                             {0xFF71, 0xFF9D},
                             {0x1AFF0, 0x1AFF3},
                             {0x1AFF5, 0x1AFFB},
                             {0x1AFFD, 0x1AFFE},
                             {0x1B000, 0x1B000},
                             {0x1B120, 0x1B122},
                             {0x1B155, 0x1B155},
                             {0x1B164, 0x1B167}});
}

}  // namespace

std::optional<CodePointSet> escape_class(char letter) {
  if (letter == 's') return spaces();
  if (letter == 'd') return categories({"Nd"});
  if (letter == 'w') return word_characters();
  return std::nullopt;
}

std::optional<CodePointSet> property_class(std::string_view name) {
  if (name == "Han") return han();
  if (name == "Hiragana") return hiragana();
  if (name == "Katakana") return katakana();
  const CategorySet set = category_set(name);
  if (set == 0) return std::nullopt;
  return CodePointSet::of_categories(set);
}

std::optional<CodePointSet> posix_class(std::string_view name) {
  if (name == "space") return spaces();
  if (name == "digit") return categories({"Nd"});
  if (name == "cntrl") return categories({"Cc"});
  if (name == "punct") return categories({"P", "S"});
  return std::nullopt;
}

}  // namespace corpusmill
