// Fuzz target: a text, whose ids are compared with the textbook's.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz_cases.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  corpusmill::fuzz::try_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
