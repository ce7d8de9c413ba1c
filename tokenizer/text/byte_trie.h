// Byte strings with a 32-bit value each, found as prefixes of a text: a trie in a double array
// (Aoe 1989), one 8-byte unit per node.
//
// The child of a node by byte c is unit base ^ c if that unit's label is c. No two nodes have the
// same base, so the label alone says whose child a unit is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace corpusmill {

// Const after construction, safe from any number of threads.
class ByteTrie {
 public:
  struct Entry {
    std::string_view key;  // not empty
    std::uint32_t value;
  };
  static constexpr std::uint32_t kRoot = 0;
  // No node is the child of anything by this index: what child() answers where there is none.
  static constexpr std::uint32_t kNone = 0;
  // The largest trie: 2^24 units, 128 MiB.
  static constexpr std::size_t kUnitsMax = std::size_t{1} << 24;

  // `entries` in any order, no key twice. A node without an entry has the value `absent`. Nothing
  // if the trie would be larger than kUnitsMax.
  static std::optional<ByteTrie> build(std::vector<Entry> entries, std::uint32_t absent);

  std::uint32_t child(std::uint32_t node, unsigned char byte) const {
    const std::uint32_t index = (units_[node].base_and_label >> 8) ^ byte;
    return (units_[index].base_and_label & 0xFF) == byte ? index : kNone;
  }
  std::uint32_t value(std::uint32_t node) const { return units_[node].value; }
  // Nodes are numbered below this.
  std::size_t unit_count() const { return units_.size(); }

 private:
  friend class ByteTrieBuilder;
  struct Unit {
    std::uint32_t base_and_label;  // base << 8 | label
    std::uint32_t value;
  };
  std::vector<Unit> units_;
};

}  // namespace corpusmill
