#include "prep/exact/text_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include <algorithm>
#include <unordered_map>

#include "common/error.h"
#include "prep/signature/han_table.h"
#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

constexpr char32_t kCodePoints = 0x110000;

bool is_surrogate(char32_t character) {
  return character >= 0xD800 && character <= 0xDFFF;
}

// As utf8proc decomposes the one character.
std::u32string decompose(char32_t character, int options) {
  utf8proc_int32_t buffer[32];
  int boundary = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(character), buffer, std::size(buffer),
                              static_cast<utf8proc_option_t>(options), &boundary);
  std::u32string result;
  for (utf8proc_ssize_t i = 0; i < count; ++i) result += static_cast<char32_t>(buffer[i]);
  return count > 0 ? result : std::u32string(1, character);
}

// A voiced kana is two characters in half width, so it is two here in full width too.
std::u32string fold_width(char32_t character) {
  const auto type = utf8proc_get_property(static_cast<utf8proc_int32_t>(character))->decomp_type;
  if (type == UTF8PROC_DECOMP_TYPE_WIDE || type == UTF8PROC_DECOMP_TYPE_NARROW) {
    return decompose(character, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  }
  const bool is_kana = character >= 0x3040 && character <= 0x30FF;
  return is_kana ? decompose(character, UTF8PROC_DECOMPOSE) : std::u32string(1, character);
}

bool is_punctuation(char32_t character) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(character));
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

using HanMap = std::unordered_map<char32_t, char32_t>;

// A simplified form may be the traditional one of another character (薴, 苧, 苎): to the end, so
// that folding twice is folding once.
char32_t simplify(char32_t character, const HanMap& han) {
  constexpr int kStepsMax = 8;
  for (int step = 0; step < kStepsMax; ++step) {
    const auto simplified = han.find(character);
    if (simplified == han.end()) break;
    character = simplified->second;
  }
  return character;
}

std::u32string fold_character(char32_t character, const FoldRule& rule, const HanMap& han) {
  std::u32string folded;
  for (const char32_t narrow : rule.width ? fold_width(character) : std::u32string(1, character)) {
    for (const char32_t lower :
         rule.case_ ? decompose(narrow, UTF8PROC_CASEFOLD) : std::u32string(1, narrow)) {
      const char32_t last = simplify(lower, han);
      const bool goes =
          (rule.space && is_white_space(last)) || (rule.punctuation && is_punctuation(last));
      if (!goes) folded += last;
    }
  }
  return folded;
}

}  // namespace

const std::vector<std::string>& FoldRule::names() {
  static const std::vector<std::string> kNames = {"case",  "space", "punctuation",
                                                  "width", "han",   "all"};
  return kNames;
}

FoldRule FoldRule::of(const std::vector<std::string>& names) {
  FoldRule rule;
  for (const std::string& name : names) {
    const bool all = name == "all";
    if (std::find(FoldRule::names().begin(), FoldRule::names().end(), name) ==
        FoldRule::names().end()) {
      throw Error(ExitCode::kUsage,
                  fmt::format("--fold {}: known are {}", name, fmt::join(FoldRule::names(), ", ")));
    }
    rule.case_ |= all || name == "case";
    rule.space |= all || name == "space";
    rule.punctuation |= all || name == "punctuation";
    rule.width |= all || name == "width";
    rule.han |= all || name == "han";
  }
  return rule;
}

TextFolder::TextFolder(const FoldRule& rule) : entries_(kCodePoints) {
  HanMap han;
  if (rule.han) {
    for (const auto& [traditional, simplified] : simplified_han()) han[traditional] = simplified;
  }
  for (char32_t character = 0; character < kCodePoints; ++character) {
    if (is_surrogate(character)) continue;
    const std::u32string folded = fold_character(character, rule, han);
    entries_[character] = entry_of(folded);
    if (character >= ascii_.size()) continue;
    ascii_stays_[character] = !folded.empty();
    ascii_[character] = folded.empty() ? '\0' : static_cast<char>(folded.front());
  }
}

TextFolder::Entry TextFolder::entry_of(const std::u32string& folded) {
  std::string bytes;
  for (const char32_t character : folded) append_utf8(character, bytes);
  const bool has_zero = bytes.find('\0') != bytes.npos;
  if (bytes.size() > sizeof(Entry) || has_zero) {
    longer_.push_back(std::move(bytes));
    return kLonger | static_cast<Entry>(longer_.size() - 1) << 8;
  }
  Entry entry = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    entry |= static_cast<Entry>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return entry;
}

void TextFolder::append(Entry entry, std::string& out) const {
  if ((entry & 0xFF) == kLonger) {
    out += longer_[entry >> 8];
    return;
  }
  for (; entry != 0; entry >>= 8) out += static_cast<char>(entry & 0xFF);
}

void TextFolder::fold(std::string_view text, std::string& folded) const {
  folded.clear();
  std::size_t at = 0;
  while (at < text.size()) {
    // ASCII, a run at a time: written where it may not stay, too.
    std::size_t end = at;
    while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80) ++end;
    const std::size_t before = folded.size();
    folded.resize(before + (end - at) + 1);
    char* out = folded.data() + before;
    for (; at < end; ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      *out = ascii_[byte];
      out += ascii_stays_[byte] ? 1 : 0;
    }
    folded.resize(static_cast<std::size_t>(out - folded.data()));
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
      const CodePoint character = decode_code_point(text, at);
      append(entries_[character.value], folded);
      at += std::max<std::size_t>(character.bytes, 1);
    }
  }
}

}  // namespace corpusmill
