#include "tokenizer/text/byte_trie.h"

#include <algorithm>
#include <array>
#include <utility>

namespace corpusmill {

// Places nodes breadth first, so that the nodes near the root, which every search visits, lie
// together.
class ByteTrieBuilder {
 public:
  ByteTrieBuilder(const std::vector<ByteTrie::Entry>& entries, std::uint32_t absent)
      : entries_(entries), absent_(absent) {}

  bool build(ByteTrie& trie) {
    add_block();
    take_unit(ByteTrie::kRoot);
    base_used_[0] = 1;  // of nodes without children: no unit answers to it
    ++bases_in_block_[0];
    std::vector<Node> level = {{ByteTrie::kRoot, 0, entries_.size()}};
    std::vector<Node> next;
    for (std::size_t depth = 0; !level.empty(); ++depth) {
      next.clear();
      for (const Node& node : level) {
        if (!place_children(node, depth, next)) return false;
      }
      level.swap(next);
    }
    label_free_units();
    trie.units_ = std::move(units_);
    return true;
  }

 private:
  static constexpr std::size_t kBlockUnits = 256;
  // What is left of a block into which this many nodes did not fit is given up: the search stays
  // short.
  static constexpr unsigned kFailuresMax = 4;
  // One base of each block stays unused, for the labels of its free units.
  static constexpr std::uint16_t kBasesPerBlockMax = 254;

  struct OpenBlock {
    std::size_t index;
    std::size_t free_from;  // no unit before it is free
    unsigned failures;
  };

  // A node and the entries that begin with its bytes.
  struct Node {
    std::uint32_t unit;
    std::size_t first, last;
  };

  void add_block() {
    open_blocks_.push_back({units_.size() / kBlockUnits, units_.size(), 0});
    units_.resize(units_.size() + kBlockUnits, {0, absent_});
    unit_used_.resize(units_.size(), 0);
    base_used_.resize(units_.size(), 0);
    bases_in_block_.push_back(0);
    free_in_block_.push_back(kBlockUnits);
  }

  void take_unit(std::uint32_t unit) {
    unit_used_[unit] = 1;
    --free_in_block_[unit / kBlockUnits];
  }

  // The children's labels and entries into labels_ and next; values of entries that end here.
  bool place_children(const Node& node, std::size_t depth, std::vector<Node>& next) {
    std::size_t first = node.first;
    if (first < node.last && entries_[first].key.size() == depth) {
      units_[node.unit].value = entries_[first++].value;
    }
    if (first == node.last) return true;
    labels_.clear();
    const std::size_t children_at = next.size();
    for (std::size_t i = first; i < node.last; ++i) {
      const auto label = static_cast<unsigned char>(entries_[i].key[depth]);
      if (labels_.empty() || labels_.back() != label) {
        labels_.push_back(label);
        next.push_back({0, i, i});
      }
      next.back().last = i + 1;
    }
    const std::optional<std::uint32_t> base = find_base();
    if (!base) return false;
    base_used_[*base] = 1;
    ++bases_in_block_[*base / kBlockUnits];
    units_[node.unit].base_and_label |= *base << 8;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const std::uint32_t unit = *base ^ labels_[i];
      take_unit(unit);
      units_[unit].base_and_label = labels_[i];
      next[children_at + i].unit = unit;
    }
    return true;
  }

  std::optional<std::uint32_t> find_base() {
    for (std::size_t k = 0; k < open_blocks_.size(); ++k) {
      OpenBlock& block = open_blocks_[k];
      if (free_in_block_[block.index] < labels_.size()) continue;
      if (bases_in_block_[block.index] < kBasesPerBlockMax) {
        const std::size_t end = (block.index + 1) * kBlockUnits;
        while (block.free_from < end && unit_used_[block.free_from] != 0) ++block.free_from;
        for (std::size_t unit = block.free_from; unit < end; ++unit) {
          const auto base = static_cast<std::uint32_t>(unit ^ labels_[0]);
          if (fits(base)) return base;
        }
      }
      if (++block.failures == kFailuresMax) {
        open_blocks_.erase(open_blocks_.begin() + static_cast<std::ptrdiff_t>(k--));
      }
    }
    if (units_.size() + kBlockUnits > ByteTrie::kUnitsMax) return std::nullopt;
    add_block();
    return static_cast<std::uint32_t>(open_blocks_.back().index * kBlockUnits);
  }

  bool fits(std::uint32_t base) const {
    return base_used_[base] == 0 && std::none_of(labels_.begin(), labels_.end(), [&](auto label) {
             return unit_used_[base ^ label] != 0;
           });
  }

  // A free unit answers to a base that no node has.
  void label_free_units() {
    for (std::size_t block = 0; block < units_.size(); block += kBlockUnits) {
      std::size_t base = block;
      while (base_used_[base] != 0) ++base;
      for (std::size_t unit = block; unit < block + kBlockUnits; ++unit) {
        if (unit_used_[unit] != 0 && unit != ByteTrie::kRoot) continue;
        units_[unit].base_and_label |= static_cast<std::uint32_t>(unit ^ base);
      }
    }
  }

  const std::vector<ByteTrie::Entry>& entries_;
  std::uint32_t absent_;
  std::vector<ByteTrie::Unit> units_;
  std::vector<std::uint8_t> unit_used_, base_used_;  // flags
  std::vector<OpenBlock> open_blocks_;
  std::vector<std::uint16_t> bases_in_block_, free_in_block_;
  std::vector<unsigned char> labels_;
};

std::optional<ByteTrie> ByteTrie::build(std::vector<Entry> entries, std::uint32_t absent) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  ByteTrie trie;
  if (!ByteTrieBuilder(entries, absent).build(trie)) return std::nullopt;
  return trie;
}

}  // namespace corpusmill
