#include "prep/signature/shingle_rule.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::array<std::string_view, 4> kUnitNames = {"units", "chars", "words", "bytes"};

}  // namespace

ShingleRule ShingleRule::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != text.npos) {
    for (std::size_t unit = 0; unit < kUnitNames.size(); ++unit) {
      if (text.substr(0, colon) != kUnitNames[unit]) continue;
      ShingleRule rule{static_cast<ShingleUnit>(unit), 0};
      const char* const end = text.data() + text.size();
      const auto [last, error] = std::from_chars(text.data() + colon + 1, end, rule.length);
      if (error == std::errc() && last == end && rule.length >= 1 && rule.length <= kLengthMax) {
        return rule;
      }
    }
  }
  throw Error(ExitCode::kUsage,
              fmt::format("'{}' is no shingle: give units, chars, words or bytes and how many of "
                          "them, 1 to {}, as in units:5",
                          text, kLengthMax));
}

std::string ShingleRule::text() const {
  return fmt::format("{}:{}", kUnitNames[static_cast<std::size_t>(unit)], length);
}

}  // namespace corpusmill
