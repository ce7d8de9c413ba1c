// Every reason for which an input line does not reach the output, with the name that reports,
// quarantine files and manifests print. For a broken line the first that holds, in this order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpusmill {

enum class DropReason : std::uint8_t {
  // Rejected: the line is broken.
  kLineTooLong,
  kEmptyLine,  // counted apart, as `empty_lines`
  kInvalidUtf8,
  kLoneSurrogate,
  kInvalidJson,
  kDuplicateKey,
  kNotAnObject,
  kMissingText,
  kWrongType,
  kEmptyText,
  // Filtered: a rule refused the document.
  kTooShort,
  kTooLong,
  kSpecialInText,
  kOnlyRepeats,
  // Duplicates.
  kExactDuplicate,
  kNearDuplicate,
};

enum class DropClass : std::uint8_t {
  kEmptyLine,
  kRejected,
  kFiltered,
  kExactDuplicate,
  kNearDuplicate
};

inline constexpr std::array<std::string_view, 16> kDropReasonNames = {
    "line_too_long",   "empty_line",    "invalid_utf8",    "lone_surrogate",
    "invalid_json",    "duplicate_key", "not_an_object",   "missing_text",
    "wrong_type",      "empty_text",    "too_short",       "too_long",
    "special_in_text", "only_repeats",  "exact_duplicate", "near_duplicate"};
inline constexpr std::size_t kDropReasonCount = kDropReasonNames.size();

constexpr std::string_view drop_reason_name(DropReason reason) {
  return kDropReasonNames[static_cast<std::size_t>(reason)];
}

constexpr DropClass drop_class(DropReason reason) {
  if (reason == DropReason::kEmptyLine) return DropClass::kEmptyLine;
  if (reason < DropReason::kTooShort) return DropClass::kRejected;
  if (reason < DropReason::kExactDuplicate) return DropClass::kFiltered;
  return reason == DropReason::kExactDuplicate ? DropClass::kExactDuplicate
                                               : DropClass::kNearDuplicate;
}

}  // namespace corpusmill
