#include "tokenizer/sentencepiece/precompiled_charsmap.h"

#include <simdjson.h>

#include <algorithm>

namespace corpusmill {
namespace {

constexpr std::size_t kMatchesMax = 32;
constexpr std::size_t kBlockBytes = 1024;

std::uint32_t little_endian_32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

bool has_value(std::uint32_t unit) {
  return ((unit >> 8) & 1) != 0;
}
bool is_value(std::uint32_t unit) {
  return unit >> 31 != 0;
}

}  // namespace

std::optional<PrecompiledCharsmap> PrecompiledCharsmap::parse(std::string_view blob) {
  if (blob.size() <= 4) return std::nullopt;
  const std::size_t trie_bytes = little_endian_32(blob, 0);
  if (trie_bytes >= blob.size() - 4 || trie_bytes == 0 || trie_bytes % kBlockBytes != 0) {
    return std::nullopt;
  }
  PrecompiledCharsmap map;
  map.units_.reserve(trie_bytes / 4);
  for (std::size_t at = 4; at < 4 + trie_bytes; at += 4) {
    map.units_.push_back(little_endian_32(blob, at));
  }
  map.replacements_ = blob.substr(4 + trie_bytes);
  if (map.replacements_.back() != '\0' || !map.is_sound()) return std::nullopt;
  return map;
}

// Every unit leads to units of the array, a value to a place among the replacements: after this
// neither longest_prefix() nor child() can leave the data.
bool PrecompiledCharsmap::is_sound() const {
  const std::size_t size = units_.size();
  if (label(units_[0]) != 0 || has_value(units_[0]) || offset(units_[0]) == 0) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t unit = units_[i];
    if (is_value(unit)) {
      if ((unit & 0x7FFFFFFF) >= replacements_.size()) return false;
      continue;
    }
    const std::size_t below = i ^ offset(unit);
    if ((below | 0xFF) >= size) return false;
    if (has_value(unit) && !is_value(units_[below])) return false;
  }
  return true;
}

bool PrecompiledCharsmap::replaces_by_utf8() const {
  const bool within = std::any_of(units_.begin(), units_.end(), [&](std::uint32_t unit) {
    const auto byte = is_value(unit) ? replacements_[unit & 0x7FFFFFFF] : '\0';
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
  });
  return !within && simdjson::validate_utf8(replacements_.data(), replacements_.size());
}

std::optional<PrecompiledCharsmap::Node> PrecompiledCharsmap::child(Node node,
                                                                    unsigned char byte) const {
  const std::uint32_t index = node.base ^ byte;
  const std::uint32_t unit = units_[index];
  if (label(unit) != byte) return std::nullopt;
  return Node{.base = index ^ offset(unit), .has_rule = has_value(unit)};
}

PrecompiledCharsmap::Match PrecompiledCharsmap::longest_prefix(std::string_view text) const {
  Match match;
  Node node = root();
  std::size_t place = 0;
  std::size_t matches = 0;
  for (std::size_t i = 0; i < text.size() && matches < kMatchesMax; ++i) {
    const std::optional<Node> next = child(node, static_cast<unsigned char>(text[i]));
    if (!next) break;
    node = *next;
    if (!node.has_rule) continue;
    ++matches;
    match.bytes = i + 1;
    place = units_[node.base] & 0x7FFFFFFF;
  }
  if (match.bytes > 0) match.replacement = replacements_.c_str() + place;
  return match;
}

}  // namespace corpusmill
