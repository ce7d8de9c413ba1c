// Counts byte strings: open addressing, short keys inside the slots, long ones in one buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

// A key as it lies in a slot: up to 15 bytes with their number on top, or a hash and where the
// bytes are.
struct PackedKey {
  static constexpr std::size_t kInlineBytesMax = 15;
  std::uint64_t low = 0, high = 0;
  bool operator==(const PackedKey&) const = default;
};

// Not thread-safe. Keys are shorter than 4 GiB. The order of for_each depends on what was added and
// on the order of that; what is counted does not.
class KeyCounter {
 public:
  // Keys are placed by the bits of their hash below the top `hash_bits_shared`, which all keys
  // that are added have in common. The table starts with 2^slot_bits slots and doubles; keys by
  // rising hash must find it large enough.
  explicit KeyCounter(unsigned slot_bits, unsigned hash_bits_shared = 0);

  static std::uint64_t hash_of(std::string_view key);

  void add(std::string_view key, std::uint64_t count);
  // Adds 1 for every key of keys[ends[i - 1], ends[i]), ends[-1] = 0.
  void add_all(std::string_view keys, std::span<const std::uint32_t> ends);

  // The key's count; 0 if it was never added. Safe from several threads.
  std::uint64_t find(std::string_view key) const;

  std::size_t size() const { return size_; }
  std::uint64_t bytes() const;  // of memory in use
  void clear();                 // keeps the memory

  // visit(hash, key, count), by rising hash but for collisions. A key is valid until it returns.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.count == 0) continue;
      if (is_long(slot.key)) {
        visit(slot.key.low, long_key(slot.key), slot.count);
      } else {
        char bytes[16];
        visit(hash_of_packed(slot.key), unpack(slot.key, bytes), slot.count);
      }
    }
  }

 private:
  struct Slot {
    PackedKey key;
    std::uint64_t count = 0;  // 0: free
  };
  struct LongKey {
    std::uint64_t begin;
    std::uint32_t bytes;
  };

  static bool is_long(const PackedKey& key) { return key.high >> 56 == 0xFF; }
  static std::uint64_t hash_of_packed(const PackedKey& key);
  static std::string_view unpack(const PackedKey& key, char* bytes);
  std::string_view long_key(const PackedKey& key) const {
    const LongKey& at = long_keys_[key.high & 0xFFFFFFFFFFFFFF];
    return std::string_view(long_bytes_).substr(at.begin, at.bytes);
  }
  std::size_t home(std::uint64_t hash) const { return hash << hash_bits_shared_ >> shift_; }
  void add_packed(const PackedKey& key, std::uint64_t hash, std::uint64_t count);
  void add_long(std::string_view key, std::uint64_t hash, std::uint64_t count);
  void took_slot();
  void grow();

  std::vector<Slot> slots_;
  std::vector<LongKey> long_keys_;
  std::string long_bytes_;
  std::size_t size_ = 0;
  unsigned hash_bits_shared_;
  unsigned shift_;  // 64 - log2(slots)
};

}  // namespace corpusmill
