#include "prep/exact/fingerprint_set.h"

#include <bit>
#include <cmath>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace corpusmill {
namespace {

static_assert(std::endian::native == std::endian::little);

// How many buckets a table gets when it grows: one more up to 8, then 8 * 1.2^(k + table / 256) for
// k = 0, 1, ..., so that the tables do not all grow at the same time.
std::uint64_t grown(std::uint64_t buckets, std::size_t table) {
  if (buckets < 8) return buckets + 1;
  constexpr double kGrowth = 1.2;
  double size = 8 * std::pow(kGrowth, static_cast<double>(table) / 256);
  while (static_cast<std::uint64_t>(size) <= buckets) size *= kGrowth;
  return static_cast<std::uint64_t>(size);
}

// x * n / 2^64: maps a hash onto [0, n) for any n, in the order of the hashes.
std::uint64_t scale_to(std::uint64_t hash, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(hash) * n) >> 64);
}

template <class Word>
Word load(const std::uint8_t* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
template <class Word>
void store(std::uint8_t* at, Word word) {
  std::memcpy(at, &word, sizeof word);
}

// Which of the 64 bytes are `wanted`; bit i is byte i.
std::uint64_t bytes_equal(const std::uint8_t* bytes, std::uint8_t wanted) {
  std::uint64_t equal = 0;
#if defined(__SSE2__)
  const __m128i pattern = _mm_set1_epi8(static_cast<char>(wanted));
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i piece = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes) + i);
    const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(piece, pattern));
    equal |= static_cast<std::uint64_t>(static_cast<unsigned>(mask)) << (16 * i);
  }
#else
  for (unsigned i = 0; i < 64; ++i) equal |= std::uint64_t{bytes[i] == wanted} << i;
#endif
  return equal;
}

}  // namespace

// An entry's bytes: 8 of low_and_value, 7 of the high half without the tag, 4 of the value.
std::uint64_t FingerprintSet::Bucket::low_and_value(unsigned i) const {
  return load<std::uint64_t>(&entries[i * kEntryBytes]);
}
std::uint64_t FingerprintSet::Bucket::high(unsigned i) const {
  return load<std::uint64_t>(&entries[i * kEntryBytes + 8]) << 8 | tags[i];
}
std::uint64_t FingerprintSet::Bucket::value(unsigned i) const {
  return (low_and_value(i) & 0xFF) << 32 | load<std::uint32_t>(&entries[i * kEntryBytes + 15]);
}
void FingerprintSet::Bucket::set_value(unsigned i, std::uint64_t value) {
  entries[i * kEntryBytes] = static_cast<std::uint8_t>(value >> 32);
  store(&entries[i * kEntryBytes + 15], static_cast<std::uint32_t>(value));
}

void FingerprintSet::Bucket::append(const Digest& fingerprint, std::uint64_t value) {
  std::uint8_t* const entry = &entries[used * kEntryBytes];
  store(entry, fingerprint.low << 8 | value >> 32);
  store(entry + 8, fingerprint.high >> 8);
  store(entry + 15, static_cast<std::uint32_t>(value));
  tags[used++] = static_cast<std::uint8_t>(fingerprint.high);
}

void FingerprintSet::Bucket::append_from(const Bucket& other, unsigned i) {
  std::memcpy(&entries[used * kEntryBytes], &other.entries[i * kEntryBytes], kEntryBytes);
  tags[used++] = other.tags[i];
}

unsigned FingerprintSet::Bucket::find(const Digest& fingerprint) const {
  std::uint64_t alike = bytes_equal(tags.data(), static_cast<std::uint8_t>(fingerprint.high)) &
                        ((std::uint64_t{1} << used) - 1);
  for (; alike != 0; alike &= alike - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(alike));
    if (low(i) == fingerprint.low << 8 && high(i) == fingerprint.high) return i;
  }
  return kBucketEntries;
}

std::uint64_t FingerprintSet::Table::home_of(std::uint64_t low) const {
  return scale_to(low, buckets.size());
}

FingerprintSet::Place FingerprintSet::find(const Table& table, const Digest& fingerprint) {
  if (table.buckets.empty()) return {nullptr, kBucketEntries};
  // It ends: no table is full.
  for (std::uint64_t at = table.home_of(fingerprint.low << 8);; at = table.next(at)) {
    Bucket* const bucket = table.buckets[at];
    const unsigned entry = bucket->find(fingerprint);
    if (entry < kBucketEntries || bucket->used < kBucketEntries) return {bucket, entry};
  }
}

FingerprintSet::Place FingerprintSet::find_or_put(const Digest& fingerprint, std::uint64_t value,
                                                  bool& is_new) {
  Table& table = tables_[fingerprint.low >> 56];
  if (table.used * 16 >= table.buckets.size() * kBucketEntries * 15) grow(table);
  Place place = find(table, fingerprint);
  is_new = place.entry == kBucketEntries;
  if (!is_new) return place;
  place.entry = place.bucket->used;
  place.bucket->append(fingerprint, value);
  ++table.used;
  ++size_;
  return place;
}

std::optional<std::uint64_t> FingerprintSet::find_or_insert(const Digest& fingerprint,
                                                            std::uint64_t value) {
  bool is_new = false;
  const Place place = find_or_put(fingerprint, value, is_new);
  if (is_new) return std::nullopt;
  return place.bucket->value(place.entry);
}

void FingerprintSet::add(const Digest& fingerprint, std::uint64_t amount) {
  bool is_new = false;
  const auto [bucket, entry] = find_or_put(fingerprint, amount, is_new);
  if (!is_new) bucket->set_value(entry, std::min(bucket->value(entry) + amount, kValueMax));
}

std::uint64_t FingerprintSet::value_of(const Digest& fingerprint) const {
  const auto [bucket, entry] = find(table_of(fingerprint), fingerprint);
  return entry == kBucketEntries ? 0 : bucket->value(entry);
}

void FingerprintSet::prefetch(const Digest& fingerprint) const {
  const Table& table = table_of(fingerprint);
  if (!table.buckets.empty()) {
    __builtin_prefetch(table.buckets[table.home_of(fingerprint.low << 8)]);
  }
}

void FingerprintSet::grow(Table& table) {
  const std::uint64_t wanted =
      grown(table.buckets.size(), static_cast<std::size_t>(&table - tables_.data()));
  const std::vector<Bucket*> old = std::exchange(table.buckets, {});
  table.buckets.reserve(wanted);
  while (table.buckets.size() < wanted) table.buckets.push_back(new_bucket());
  for (const Bucket* const bucket : old) {
    for (unsigned i = 0; i < bucket->used; ++i) {
      std::uint64_t at = table.home_of(bucket->low(i));
      while (table.buckets[at]->used == kBucketEntries) at = table.next(at);
      table.buckets[at]->append_from(*bucket, i);
    }
  }
  free_.insert(free_.end(), old.rbegin(), old.rend());
  bytes_ += (wanted - old.size()) * sizeof(Bucket*);
}

std::uint64_t FingerprintSet::slab_buckets() const {
  constexpr std::uint64_t kHugePageBytes = std::uint64_t{2} << 20;
  return std::clamp<std::uint64_t>(bytes_max_ / 64, sizeof(Bucket), kHugePageBytes) /
         sizeof(Bucket);
}

FingerprintSet::Bucket* FingerprintSet::new_bucket() {
  if (free_.empty()) {
    const HugeArray<Bucket>& slab = slabs_.emplace_back(slab_buckets());
    bytes_ += slab.size() * sizeof(Bucket);
    for (std::size_t i = slab.size(); i > 0; --i) free_.push_back(&slab[i - 1]);
  }
  Bucket* const bucket = free_.back();
  free_.pop_back();
  bucket->used = 0;
  return bucket;
}

// A table that grows takes a fifth of its size, from a slab as a rule; what it was lies beside it
// meanwhile.
bool FingerprintSet::full() const {
  const std::uint64_t table_bytes = bytes_ / tables_.size();
  return bytes_ + table_bytes + slab_buckets() * sizeof(Bucket) > bytes_max_;
}

std::vector<FingerprintSet::Entry> FingerprintSet::sorted_entries(std::size_t number) const {
  const Table& table = tables_[number];
  std::vector<Entry> entries;
  entries.reserve(table.used);
  for (const Bucket* const bucket : table.buckets) {
    for (unsigned i = 0; i < bucket->used; ++i) {
      const std::uint64_t low = static_cast<std::uint64_t>(number) << 56 | bucket->low(i) >> 8;
      entries.push_back({{bucket->high(i), low}, bucket->value(i)});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.fingerprint.low, a.fingerprint.high) <
           std::pair(b.fingerprint.low, b.fingerprint.high);
  });
  return entries;
}

}  // namespace corpusmill
