// Length rules: a document outside the limits is dropped as too_short or too_long.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "prep/record/drop_reason.h"

namespace corpusmill {

// Code points of valid UTF-8.
std::uint64_t count_code_points(std::string_view utf8);

// Inclusive limits. Characters are code points; bytes are those of the decoded text; tokens are
// those of the text alone, without BOS and EOS.
struct LengthLimits {
  std::optional<std::uint64_t> min_chars, max_chars;
  std::optional<std::uint64_t> min_bytes, max_bytes;
  std::optional<std::uint64_t> min_tokens, max_tokens;

  bool limits_text() const { return min_chars || max_chars || min_bytes || max_bytes; }
  bool limits_tokens() const { return min_tokens || max_tokens; }
  bool any() const { return limits_text() || limits_tokens(); }
  // Throws Error(kUsage) for a minimum above its maximum.
  void check() const;

  // kTooShort wins over kTooLong where both hold, whatever the unit.
  std::optional<DropReason> refuses_text(std::string_view text) const;
  std::optional<DropReason> refuses_tokens(std::uint64_t tokens) const;

  // {"min_chars": 20, ...}, only those that are set.
  nlohmann::json to_json() const;
};

// The rule that a document of this length breaks, for people: "14 characters, fewer than
// --min-chars 20". Empty if it breaks none.
std::string describe_text_refusal(const LengthLimits& limits, std::string_view text);

}  // namespace corpusmill
