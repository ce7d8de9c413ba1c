#include "common/xxh3.h"

#if defined(__x86_64__)

// These come before the #pragma: what the standard library inlines must not be compiled for this
// target, since the linker may take it for everybody.
#include <immintrin.h>

#include <climits>
#include <cstdlib>
#include <cstring>

#pragma GCC target("avx512f")
#include "common/xxh3_functions.h"

namespace corpusmill::xxh3 {

const Functions kAvx512 = kFunctions;

}  // namespace corpusmill::xxh3

#endif
