#include "tokenizer/learn/key_counter.h"

#include <xxhash.h>

#include <array>
#include <cstring>

namespace corpusmill {
namespace {

std::uint64_t load8(const char* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, 8);
  return value;
}
std::uint64_t load4(const char* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, 4);
  return value;
}

// Up to 15 bytes, read with loads that stay inside the key.
PackedKey pack(std::string_view key) {
  const char* const bytes = key.data();
  const std::size_t size = key.size();
  PackedKey packed{0, std::uint64_t{size} << 56};
  if (size > 8) {
    packed.low = load8(bytes);
    packed.high |= load8(bytes + size - 8) >> 8 * (16 - size);
  } else if (size >= 4) {
    packed.low = load4(bytes) | load4(bytes + size - 4) << 8 * (size - 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      packed.low |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << 8 * i;
    }
  }
  return packed;
}

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

KeyCounter::KeyCounter(unsigned slot_bits, unsigned hash_bits_shared)
    : slots_(std::size_t{1} << slot_bits),
      hash_bits_shared_(hash_bits_shared),
      shift_(64 - slot_bits) {}

std::uint64_t KeyCounter::hash_of_packed(const PackedKey& key) {
  const std::uint64_t mixed =
      fold(key.low ^ 0x9E3779B97F4A7C15U, key.high ^ 0xD1B54A32D192ED03U) ^ key.high;
  return fold(mixed ^ 0x8BB84B93962EACC9U, 0x4B33A62ED433D4A3U);
}

std::uint64_t KeyCounter::hash_of(std::string_view key) {
  return key.size() <= PackedKey::kInlineBytesMax ? hash_of_packed(pack(key))
                                                  : XXH3_64bits(key.data(), key.size());
}

std::string_view KeyCounter::unpack(const PackedKey& key, char* bytes) {
  std::memcpy(bytes, &key.low, 8);
  std::memcpy(bytes + 8, &key.high, 8);
  return {bytes, key.high >> 56};
}

void KeyCounter::add(std::string_view key, std::uint64_t count) {
  if (key.size() > PackedKey::kInlineBytesMax) {
    add_long(key, XXH3_64bits(key.data(), key.size()), count);
    return;
  }
  const PackedKey packed = pack(key);
  add_packed(packed, hash_of_packed(packed), count);
}

void KeyCounter::add_all(std::string_view keys, std::span<const std::uint32_t> ends) {
  // Slots are fetched for a batch before the first of it is looked at.
  constexpr std::size_t kBatch = 32;
  std::array<PackedKey, kBatch> packed;
  std::array<std::uint64_t, kBatch> hashes;
  std::size_t begin = 0;
  for (std::size_t first = 0; first < ends.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, ends.size() - first);
    const std::size_t batch_begin = begin;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view key = keys.substr(begin, ends[first + i] - begin);
      begin = ends[first + i];
      if (key.size() > PackedKey::kInlineBytesMax) {
        hashes[i] = XXH3_64bits(key.data(), key.size());
      } else {
        packed[i] = pack(key);
        hashes[i] = hash_of_packed(packed[i]);
      }
      __builtin_prefetch(&slots_[home(hashes[i])], 1);
    }
    begin = batch_begin;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t end = ends[first + i];
      if (end - begin > PackedKey::kInlineBytesMax) {
        add_long(keys.substr(begin, end - begin), hashes[i], 1);
      } else {
        add_packed(packed[i], hashes[i], 1);
      }
      begin = end;
    }
  }
}

void KeyCounter::add_packed(const PackedKey& key, std::uint64_t hash, std::uint64_t count) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = home(hash);; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.count == 0) {
      slot = {key, count};
      took_slot();
      return;
    }
    if (slot.key == key) {
      slot.count += count;
      return;
    }
  }
}

void KeyCounter::add_long(std::string_view key, std::uint64_t hash, std::uint64_t count) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = home(hash);; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.count == 0) {
      slot = {{hash, std::uint64_t{0xFF} << 56 | long_keys_.size()}, count};
      long_keys_.push_back({long_bytes_.size(), static_cast<std::uint32_t>(key.size())});
      long_bytes_ += key;
      took_slot();
      return;
    }
    if (slot.key.low == hash && is_long(slot.key) && long_key(slot.key) == key) {
      slot.count += count;
      return;
    }
  }
}

std::uint64_t KeyCounter::find(std::string_view key) const {
  const bool is_long_key = key.size() > PackedKey::kInlineBytesMax;
  const PackedKey packed = is_long_key ? PackedKey{} : pack(key);
  const std::uint64_t hash = is_long_key ? hash_of(key) : hash_of_packed(packed);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = home(hash); slots_[i].count != 0; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    const bool equal = is_long_key
                           ? slot.key.low == hash && is_long(slot.key) && long_key(slot.key) == key
                           : slot.key == packed;
    if (equal) return slot.count;
  }
  return 0;
}

void KeyCounter::took_slot() {
  if (++size_ * 4 > slots_.size() * 3) grow();
}

void KeyCounter::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  --shift_;
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.count == 0) continue;
    std::size_t i = home(is_long(slot.key) ? slot.key.low : hash_of_packed(slot.key));
    while (slots_[i].count != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

std::uint64_t KeyCounter::bytes() const {
  return slots_.size() * sizeof(Slot) + long_keys_.capacity() * sizeof(LongKey) +
         long_bytes_.capacity();
}

void KeyCounter::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  long_keys_.clear();
  long_bytes_.clear();
  size_ = 0;
}

}  // namespace corpusmill
