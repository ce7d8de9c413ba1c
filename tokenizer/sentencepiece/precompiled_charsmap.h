// The character map inside a sentencepiece model: byte strings and what they are replaced by.
//
// Four little-endian bytes give the size of a double-array trie, the trie follows (units of the
// darts-clone library: bit 31 marks a value; else bits 0-7 hold the label, bit 8 says that a value
// hangs below, bit 9 that the offset in bits 10-30 counts in units of 256), then the replacements,
// each ended by a null character. A value is a place among the replacements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

// Owns its data. Const after construction, safe from any number of threads.
class PrecompiledCharsmap {
 public:
  // Nothing if sentencepiece 0.2.3 would refuse `blob`: cut, or with a trie that leads outside.
  static std::optional<PrecompiledCharsmap> parse(std::string_view blob);

  // Whether every replacement is UTF-8; the trainer's are.
  bool replaces_by_utf8() const;

  struct Match {
    std::size_t bytes = 0;  // of the text; 0: no rule
    std::string_view replacement;
  };
  // The longest rule that `text` begins with. (The library looks at 32 at most, the shorter ones
  // first.)
  Match longest_prefix(std::string_view text) const;

  // What stands below the bytes walked so far: for tables of what the map leaves alone.
  struct Node {
    std::uint32_t base = 0;
    bool has_rule = false;
  };
  Node root() const { return {offset(units_[0]), false}; }
  std::optional<Node> child(Node node, unsigned char byte) const;

 private:
  static std::uint32_t offset(std::uint32_t unit) { return (unit >> 10) << ((unit & 512) >> 6); }
  static std::uint32_t label(std::uint32_t unit) { return unit & 0x800000FF; }
  bool is_sound() const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

}  // namespace corpusmill
