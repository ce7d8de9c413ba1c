// Fuzz target: a tokenizer file of any kind.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz_cases.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  corpusmill::fuzz::try_tokenizer_file({reinterpret_cast<const char*>(data), size});
  return 0;
}
