// xxHash as Functions, compiled for the target in force: included once by each xxh3_*.cc, behind
// its #pragma. XXH_INLINE_ALL makes every function of the library the including file's own.
#pragma once

#include <xxhash.h>

#include "common/xxh3.h"

namespace corpusmill::xxh3 {
namespace {

static_assert(sizeof(XXH3_state_t) == kStateBytes && alignof(XXH3_state_t) == kStateAlignment);

inline Hash from_xxh(XXH128_hash_t hash) {
  return {hash.high64, hash.low64};
}

inline Hash hash_bytes(const void* bytes, std::size_t count) {
  return from_xxh(XXH3_128bits(bytes, count));
}
inline void reset_state(void* state) {
  XXH3_128bits_reset(static_cast<XXH3_state_t*>(state));
}
inline void update_state(void* state, const void* bytes, std::size_t count) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state), bytes, count);
}
inline Hash digest_of_state(const void* state) {
  return from_xxh(XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state)));
}

constexpr Functions kFunctions = {hash_bytes, reset_state, update_state, digest_of_state};

}  // namespace
}  // namespace corpusmill::xxh3
