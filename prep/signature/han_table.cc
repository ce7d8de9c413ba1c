#include "prep/signature/han_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <opencc/SimpleConverter.hpp>
#include <string>
#include <string_view>

#include "common/error.h"
#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

// Blocks of Han characters, first and last.
constexpr std::pair<char32_t, char32_t> kHanBlocks[] = {
    {0x3400, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x323AF}};

std::string convert(const std::string& text) {
  try {
    return opencc::SimpleConverter("t2s.json").Convert(text);
  } catch (const std::exception& error) {
    throw Error(ExitCode::kUsage,
                fmt::format("OpenCC cannot convert to simplified characters: {}; install its data "
                            "(Debian: libopencc-data), or fold without han",
                            error.what()));
  }
}

}  // namespace

std::vector<std::pair<char32_t, char32_t>> simplified_han() {
  std::string text;
  for (const auto& [first, last] : kHanBlocks) {
    for (char32_t character = first; character <= last; ++character) {
      append_utf8(character, text);
      text += '\n';
    }
  }
  const std::string converted = convert(text);
  std::vector<std::pair<char32_t, char32_t>> table;
  std::string_view from = text, to = converted;
  while (!from.empty() && !to.empty()) {
    const CodePoint traditional = decode_code_point(from, 0);
    const CodePoint simplified = decode_code_point(to, 0);
    if (traditional.value != simplified.value) {
      table.emplace_back(traditional.value, simplified.value);
    }
    // Each has its line. Where several characters stand for one, the first does here.
    from.remove_prefix(traditional.bytes + 1);
    to.remove_prefix(std::min(to.size(), to.find('\n', simplified.bytes) + 1));
  }
  return table;
}

}  // namespace corpusmill
