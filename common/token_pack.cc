#include "common/token_pack.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace corpusmill {
namespace {

static_assert(std::endian::native == std::endian::little);

// The compiler's own vectors do well here, given AVX2; wider ones are no faster.
template <typename Stored>
[[gnu::always_inline]] inline TokenId pack(std::span<const TokenId> ids, char* out) {
  TokenId largest = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto stored = static_cast<Stored>(ids[i]);
    largest = std::max(largest, ids[i]);
    std::memcpy(out + i * sizeof stored, &stored, sizeof stored);
  }
  return largest;
}

[[gnu::always_inline]] inline TokenId pack(std::span<const TokenId> ids, TokenWidth width,
                                           char* out) {
  return width == TokenWidth::kUint16 ? pack<std::uint16_t>(ids, out)
                                      : pack<std::uint32_t>(ids, out);
}

TokenId pack_portable(std::span<const TokenId> ids, TokenWidth width, char* out) {
  return pack(ids, width, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) TokenId pack_avx2(std::span<const TokenId> ids, TokenWidth width,
                                                  char* out) {
  return pack(ids, width, out);
}
#endif

}  // namespace

std::vector<PackIds*> pack_ids_variants() {
  std::vector<PackIds*> variants;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) variants.push_back(pack_avx2);
#endif
  variants.push_back(pack_portable);
  return variants;
}

TokenId pack_ids(std::span<const TokenId> ids, TokenWidth width, char* out) {
  static PackIds* const fastest = pack_ids_variants().front();
  return fastest(ids, width, out);
}

}  // namespace corpusmill
