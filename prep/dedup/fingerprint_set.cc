#include "prep/dedup/fingerprint_set.h"

#include <algorithm>
#include <cstring>

namespace corpusmill {
namespace {

constexpr std::uint64_t kHomesMin = 16;

// The most that tables are filled, and how they grow.
bool is_filled(std::uint64_t used, std::uint64_t homes) {
  return used * 16 >= homes * 15;
}
std::uint64_t grown(std::uint64_t homes) {
  return std::max(kHomesMin, homes + homes / 8);
}
std::uint64_t room_behind(std::uint64_t homes) {
  return 4 + homes / 128;
}

// x * n / 2^64: maps a hash onto [0, n) for any n, in the order of the hashes.
std::uint64_t scale_to(std::uint64_t hash, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(hash) * n) >> 64);
}

std::uint64_t load64(const std::uint32_t* words) {
  std::uint64_t value;
  std::memcpy(&value, words, sizeof value);
  return value;
}

void store64(std::uint32_t* words, std::uint64_t value) {
  std::memcpy(words, &value, sizeof value);
}

}  // namespace

std::uint64_t FingerprintSet::Entry::high() const {
  return load64(words);
}
std::uint64_t FingerprintSet::Entry::low_and_value() const {
  return load64(words + 2);
}
void FingerprintSet::Entry::set_value(std::uint64_t value) {
  store64(words + 2, low() | value >> 32);
  words[4] = static_cast<std::uint32_t>(value);
}
FingerprintSet::Entry FingerprintSet::Entry::of(const Digest& fingerprint, std::uint64_t value) {
  Entry entry;
  store64(entry.words, fingerprint.high);
  store64(entry.words + 2, fingerprint.low << 8);
  entry.set_value(value);
  return entry;
}

std::uint64_t FingerprintSet::Table::home_of(std::uint64_t low) const {
  return scale_to(low, homes);
}

std::uint64_t FingerprintSet::Table::find(std::uint64_t high, std::uint64_t low) const {
  std::uint64_t at = home_of(low);
  for (; at < entries.size(); ++at) {
    const Entry& entry = entries[at];
    if (entry.is_free() || entry.low() > low) break;
    if (entry.low() == low && entry.high() >= high) break;
  }
  return at;
}

bool FingerprintSet::Table::insert_at(std::uint64_t at, const Entry& entry) {
  std::uint64_t hole = at;
  while (hole < entries.size() && !entries[hole].is_free()) ++hole;
  if (hole == entries.size()) return false;
  std::memmove(&entries[at + 1], &entries[at], (hole - at) * sizeof(Entry));
  entries[at] = entry;
  ++used;
  return true;
}

// Of entries that come in order; `end` is behind the last one.
bool FingerprintSet::Table::append(const Entry& entry, std::uint64_t& end) {
  const std::uint64_t at = std::max(home_of(entry.low()), end);
  if (at == entries.size()) return false;
  entries[at] = entry;
  end = at + 1;
  ++used;
  return true;
}

FingerprintSet::FingerprintSet(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

FingerprintSet::Entry& FingerprintSet::entry_of(const Digest& fingerprint, std::uint64_t value,
                                                bool& is_new) {
  Table& table = table_of(fingerprint);
  if (is_filled(table.used, table.homes)) grow(table);
  const std::uint64_t low = fingerprint.low << 8;
  while (true) {
    const std::uint64_t at = table.find(fingerprint.high, low);
    if (at < table.entries.size()) {
      Entry& entry = table.entries[at];
      is_new = entry.is_free() || entry.low() != low || entry.high() != fingerprint.high;
      if (!is_new) return entry;
      if (table.insert_at(at, Entry::of(fingerprint, value))) {
        ++size_;
        return entry;
      }
    }
    grow(table);
  }
}

std::optional<std::uint64_t> FingerprintSet::find_or_insert(const Digest& fingerprint,
                                                            std::uint64_t value) {
  bool is_new = false;
  const Entry& entry = entry_of(fingerprint, value, is_new);
  if (is_new) return std::nullopt;
  return entry.value();
}

void FingerprintSet::add(const Digest& fingerprint, std::uint64_t amount) {
  bool is_new = false;
  Entry& entry = entry_of(fingerprint, amount, is_new);
  if (!is_new) entry.set_value(std::min(entry.value() + amount, kValueMax));
}

std::uint64_t FingerprintSet::value_of(const Digest& fingerprint) const {
  const Table& table = tables_[fingerprint.low >> 56];
  const std::uint64_t low = fingerprint.low << 8;
  const std::uint64_t at = table.find(fingerprint.high, low);
  if (at == table.entries.size()) return 0;
  const Entry& entry = table.entries[at];
  return entry.low() == low && entry.high() == fingerprint.high ? entry.value() : 0;
}

void FingerprintSet::prefetch(const Digest& fingerprint) const {
  const Table& table = tables_[fingerprint.low >> 56];
  if (table.homes == 0) return;
  const Entry* const home = &table.entries[table.home_of(fingerprint.low << 8)];
  __builtin_prefetch(home);
  __builtin_prefetch(home + 4);
}

void FingerprintSet::grow(Table& table) {
  Table larger;
  larger.homes = table.homes;
  while (true) {
    larger.homes = grown(larger.homes);
    larger.entries.assign(larger.homes + room_behind(larger.homes), {});
    larger.used = 0;
    std::uint64_t end = 0;
    const bool has_room = std::all_of(
        table.entries.begin(), table.entries.end(),
        [&](const Entry& entry) { return entry.is_free() || larger.append(entry, end); });
    if (has_room) break;
  }
  bytes_ += (larger.entries.size() - table.entries.size()) * sizeof(Entry);
  // While entries move, the old table is still there.
  growth_bytes_ = std::max<std::uint64_t>(growth_bytes_, 2 * larger.entries.size() * sizeof(Entry));
  table = std::move(larger);
}

}  // namespace corpusmill
