#include "common/byte_size.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace corpusmill {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array<Unit, 14> kUnits = {{{"", 1},
                                          {"b", 1},
                                          {"k", 1ULL << 10},
                                          {"kib", 1ULL << 10},
                                          {"kb", 1000},
                                          {"m", 1ULL << 20},
                                          {"mib", 1ULL << 20},
                                          {"mb", 1'000'000},
                                          {"g", 1ULL << 30},
                                          {"gib", 1ULL << 30},
                                          {"gb", 1'000'000'000},
                                          {"t", 1ULL << 40},
                                          {"tib", 1ULL << 40},
                                          {"tb", 1'000'000'000'000}}};

std::optional<std::uint64_t> unit_bytes(std::string_view name) {
  std::string lower;
  for (const char c : name) {
    lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  for (const Unit& unit : kUnits) {
    if (unit.name == lower) return unit.bytes;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, digits);
  std::string_view unit_name = text.substr(digits);
  if (unit_name.size() > 1 && unit_name.front() == ' ') unit_name.remove_prefix(1);
  const std::optional<std::uint64_t> unit = unit_bytes(unit_name);
  if (!unit || number.empty()) return std::nullopt;

  const char* const end = number.data() + number.size();
  std::uint64_t whole = 0;
  const auto [whole_end, whole_error] = std::from_chars(number.data(), end, whole);
  if (whole_error == std::errc() && whole_end == end) {
    if (whole > UINT64_MAX / *unit) return std::nullopt;
    return whole * *unit;
  }
  double fraction = 0;
  const auto [fraction_end, fraction_error] = std::from_chars(number.data(), end, fraction);
  if (fraction_error != std::errc() || fraction_end != end) return std::nullopt;
  const double bytes = std::floor(fraction * static_cast<double>(*unit));
  if (!(bytes < 0x1p64)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string format_byte_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 4> kNames = {"TiB", "GiB", "MiB", "KiB"};
  int shift = 40;
  for (const std::string_view name : kNames) {
    if (bytes != 0 && bytes % (1ULL << shift) == 0) {
      return std::to_string(bytes >> shift) + std::string(name);
    }
    shift -= 10;
  }
  return std::to_string(bytes);
}

}  // namespace corpusmill
