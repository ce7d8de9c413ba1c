#include "prep/text/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

struct Range {
  char32_t first, last;
};

// East Asian Width W and F, Unicode 15, blocks joined where only unassigned points lie between.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
                           {0x3400, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
                           {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
                           {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
                           {0x1B000, 0x1B2FB}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FC},
                           {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};

template <std::size_t kCount>
bool is_in(const Range (&ranges)[kCount], char32_t value) {
  return std::any_of(std::begin(ranges), std::end(ranges), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

std::size_t width_of(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (is_in(kZeroWidth, code_point)) return 0;
  return is_in(kWide, code_point) ? 2 : 1;
}

std::string spelled_control(char32_t code_point) {
  if (code_point == U'\n') return "\\n";
  if (code_point == U'\t') return "\\t";
  return fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code_point));
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint decoded = decode_code_point(utf8, at);
    width += decoded.bytes == 0 ? 1 : width_of(decoded.value);
    at += std::max<std::size_t>(1, decoded.bytes);
  }
  return width;
}

std::string displayable(std::string_view utf8, std::size_t columns) {
  std::string shown;
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint decoded = decode_code_point(utf8, at);
    const std::size_t bytes = std::max<std::size_t>(1, decoded.bytes);
    const bool control = decoded.bytes > 0 &&
                         (decoded.value < 0x20 || (decoded.value >= 0x7F && decoded.value < 0xA0));
    std::string piece = "\xEF\xBF\xBD";  // U+FFFD for what is no UTF-8
    if (control) piece = spelled_control(decoded.value);
    if (decoded.bytes > 0 && !control) piece = utf8.substr(at, bytes);
    const std::size_t piece_width = display_width(piece);
    const bool last = at + bytes >= utf8.size();
    if (width + piece_width + (last ? 0 : 1) > columns) return shown + "\xE2\x80\xA6";
    shown += piece;
    width += piece_width;
    at += bytes;
  }
  return shown;
}

std::string TextTable::to_text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - display_width(row[i]), ' ');
      line += i == 0 ? " " + row[i] + padding : "  " + padding + row[i];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace corpusmill
