#include "tokenizer/pretoken_cache.h"

#include <xxhash.h>

#include <cstring>

namespace corpusmill {
namespace {

constexpr std::size_t kSlots = std::size_t{1} << 18;
constexpr std::size_t kUsedMax = kSlots / 2;

}  // namespace

std::uint64_t PretokenCache::hash(std::string_view pretoken) {
  return XXH3_64bits(pretoken.data(), pretoken.size());
}

void PretokenCache::use_for(std::uint64_t owner) {
  if (owner_ == owner) return;
  clear();
  owner_ = owner;
}

void PretokenCache::clear() {
  slots_.assign(kSlots, Slot{});
  keys_.clear();
  ids_.clear();
  used_ = 0;
}

std::span<const TokenId> PretokenCache::find(std::string_view pretoken, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash & (kSlots - 1);; at = (at + 1) & (kSlots - 1)) {
    const Slot& slot = slots_[at];
    if (slot.key_bytes == 0) return {};
    if (slot.tag == tag && slot.key_bytes == pretoken.size() &&
        std::memcmp(keys_.data() + slot.key_begin, pretoken.data(), pretoken.size()) == 0) {
      return {ids_.data() + slot.ids_begin, slot.id_count};
    }
  }
}

void PretokenCache::insert(std::string_view pretoken, std::uint64_t hash,
                           std::span<const TokenId> ids) {
  if (used_ == kUsedMax) clear();
  std::size_t at = hash & (kSlots - 1);
  while (slots_[at].key_bytes != 0) at = (at + 1) & (kSlots - 1);
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(keys_.size()),
                static_cast<std::uint32_t>(ids_.size()),
                static_cast<std::uint16_t>(pretoken.size()),
                static_cast<std::uint16_t>(ids.size())};
  keys_.append(pretoken);
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  ++used_;
}

}  // namespace corpusmill
