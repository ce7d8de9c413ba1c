#include "common/xxh3.h"

#include "common/xxh3_functions.h"

namespace corpusmill::xxh3 {

const Functions kPortable = kFunctions;

std::vector<const Functions*> variants() {
  std::vector<const Functions*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0) found.push_back(&kAvx512);
  if (__builtin_cpu_supports("avx2") != 0) found.push_back(&kAvx2);
#endif
  found.push_back(&kPortable);
  return found;
}

}  // namespace corpusmill::xxh3
