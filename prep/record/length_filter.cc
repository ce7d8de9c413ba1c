#include "prep/record/length_filter.h"

#include <fmt/format.h>

#include "common/error.h"

namespace corpusmill {
namespace {

using Limit = std::optional<std::uint64_t>;

void check_order(const Limit& min, const Limit& max, std::string_view unit) {
  if (min && max && *min > *max) {
    throw Error(ExitCode::kUsage,
                fmt::format("--min-{} {} is more than --max-{} {}", unit, *min, unit, *max));
  }
}

}  // namespace

std::uint64_t count_code_points(std::string_view utf8) {
  std::uint64_t count = 0;
  for (const char byte : utf8) count += static_cast<signed char>(byte) >= -64;  // no continuation
  return count;
}

void LengthLimits::check() const {
  check_order(min_chars, max_chars, "chars");
  check_order(min_bytes, max_bytes, "bytes");
  check_order(min_tokens, max_tokens, "tokens");
}

std::optional<DropReason> LengthLimits::refuses_text(std::string_view text) const {
  const std::uint64_t chars = min_chars || max_chars ? count_code_points(text) : 0;
  if ((min_chars && chars < *min_chars) || (min_bytes && text.size() < *min_bytes)) {
    return DropReason::kTooShort;
  }
  if ((max_chars && chars > *max_chars) || (max_bytes && text.size() > *max_bytes)) {
    return DropReason::kTooLong;
  }
  return std::nullopt;
}

std::optional<DropReason> LengthLimits::refuses_tokens(std::uint64_t tokens) const {
  if (min_tokens && tokens < *min_tokens) return DropReason::kTooShort;
  if (max_tokens && tokens > *max_tokens) return DropReason::kTooLong;
  return std::nullopt;
}

nlohmann::json LengthLimits::to_json() const {
  nlohmann::json json = nlohmann::json::object();
  const auto put = [&](const char* key, const Limit& limit) {
    if (limit) json[key] = *limit;
  };
  put("min_chars", min_chars);
  put("max_chars", max_chars);
  put("min_bytes", min_bytes);
  put("max_bytes", max_bytes);
  put("min_tokens", min_tokens);
  put("max_tokens", max_tokens);
  return json;
}

std::string describe_text_refusal(const LengthLimits& limits, std::string_view text) {
  const std::uint64_t chars = count_code_points(text);
  const auto below = [](std::uint64_t length, const Limit& min, const char* unit,
                        const char* flag) {
    return min && length < *min
               ? fmt::format("{} {}, fewer than --min-{} {}", length, unit, flag, *min)
               : std::string();
  };
  const auto above = [](std::uint64_t length, const Limit& max, const char* unit,
                        const char* flag) {
    return max && length > *max
               ? fmt::format("{} {}, more than --max-{} {}", length, unit, flag, *max)
               : std::string();
  };
  for (const std::string& sentence : {below(chars, limits.min_chars, "characters", "chars"),
                                      below(text.size(), limits.min_bytes, "bytes", "bytes"),
                                      above(chars, limits.max_chars, "characters", "chars"),
                                      above(text.size(), limits.max_bytes, "bytes", "bytes")}) {
    if (!sentence.empty()) return sentence;
  }
  return {};
}

}  // namespace corpusmill
