// What longer units became: their bytes and ids, side by side, behind a table of hashes. Bounded:
// full, it starts over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/huge_array.h"
#include "common/token_id.h"

namespace corpusmill {

class LongUnitTable {
 public:
  static constexpr std::size_t kBytesMax = 256;  // of a unit

  // Forgets all.
  void clear();
  // What the others want to know of a unit.
  static std::uint64_t hash_of(std::string_view unit);
  // Bring into the processor's cache what find() looks at first, and what behind that: worth while
  // if some time passes between them.
  void ask_for_slot(std::uint64_t hash) const;
  void ask_for_unit(std::uint64_t hash) const;
  // The ids of a unit of 1 to kBytesMax bytes, null data if it is unknown. Valid until the next
  // insert(). `part`: tells two units of the same bytes apart.
  std::span<const TokenId> find(std::string_view unit, bool part, std::uint64_t hash) const;
  // For a unit that is unknown, and at least one id.
  void insert(std::string_view unit, bool part, std::uint64_t hash, std::span<const TokenId> ids);

 private:
  struct alignas(16) Slot {
    std::uint32_t hash, begin;  // the upper half of it; in units_
    std::uint32_t id_count;
    std::uint16_t key_bytes;  // 0: empty
    bool part;
  };
  static constexpr std::size_t kSlots = std::size_t{1} << 16, kUsedMax = kSlots / 2;
  static constexpr std::size_t kWordsMax = std::size_t{2} << 20;

  HugeArray<Slot> slots_;             // none before the first unit
  std::vector<std::uint32_t> units_;  // of each its bytes, as words, then its ids
  std::size_t used_ = 0;
};

}  // namespace corpusmill
