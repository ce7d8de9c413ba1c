#include "prep/dedup/text_units.h"

#include <algorithm>

#include "prep/dedup/span_hash.h"
#include "prep/script_class.h"
#include "prep/utf8.h"

namespace corpusmill {
namespace {

enum class Kind : std::uint8_t { kRun, kSpace, kUnit };

constexpr bool is_ascii_space(unsigned char byte) {
  return byte == ' ' || (byte >= 0x09 && byte <= 0x0D);
}

struct Kinded {
  Kind kind;
  std::size_t bytes;
};

template <bool kCutUnits>
Kinded kind_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {is_ascii_space(byte) ? Kind::kSpace : Kind::kRun, 1};
  const CodePoint decoded = decode_code_point(text, at);
  const ScriptClass script = script_class_of(decoded.value);
  if (kCutUnits && is_unit_script(script)) return {Kind::kUnit, decoded.bytes};
  return {script == ScriptClass::kSpace ? Kind::kSpace : Kind::kRun, decoded.bytes};
}

template <bool kCutUnits>
std::size_t read_runs(std::string_view text, std::size_t& at, std::span<std::uint64_t> out) {
  const char* const end = text.data() + text.size();
  std::size_t count = 0;
  while (at < text.size() && count < out.size()) {
    const auto [kind, bytes] = kind_at<kCutUnits>(text, at);
    const std::size_t begin = at;
    at += bytes;
    if (kind == Kind::kSpace) continue;
    while (kind == Kind::kRun && at < text.size()) {
      const auto [next, next_bytes] = kind_at<kCutUnits>(text, at);
      if (next != Kind::kRun) break;
      at += next_bytes;
    }
    out[count++] = hash_span(text.substr(begin, at - begin), end);
  }
  return count;
}

}  // namespace

std::size_t read_code_points(std::string_view text, std::size_t& at, std::span<std::uint32_t> out) {
  std::size_t count = 0;
  while (at < text.size() && count < out.size()) {
    const CodePoint decoded = decode_code_point(text, at);
    out[count++] = decoded.value;
    at += decoded.bytes;
  }
  return count;
}

std::size_t read_bytes(std::string_view text, std::size_t& at, std::span<std::uint32_t> out) {
  const std::size_t count = std::min(out.size(), text.size() - at);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<unsigned char>(text[at + i]);
  at += count;
  return count;
}

std::size_t read_words(std::string_view text, std::size_t& at, std::span<std::uint64_t> out) {
  return read_runs<false>(text, at, out);
}

std::size_t read_units(std::string_view text, std::size_t& at, std::span<std::uint64_t> out) {
  return read_runs<true>(text, at, out);
}

}  // namespace corpusmill
