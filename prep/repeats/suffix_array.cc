#include "prep/repeats/suffix_array.h"

#ifdef CORPUSMILL_DIVSUFSORT
#include <divsufsort.h>
#include <divsufsort64.h>
#endif

#include <limits>
#include <new>
#include <type_traits>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kNarrowMax = std::numeric_limits<std::int32_t>::max();

#ifdef CORPUSMILL_DIVSUFSORT
static_assert(std::is_same_v<saidx_t, std::int32_t> && sizeof(saidx64_t) == 8);

// The library's only failure is lack of memory.
void require_done(int status) {
  if (status != 0) throw std::bad_alloc();
}

std::vector<std::int32_t> sort_narrow(std::span<const std::uint8_t> bytes) {
  std::vector<std::int32_t> positions(bytes.size());
  require_done(divsufsort(bytes.data(), positions.data(), static_cast<std::int32_t>(bytes.size())));
  return positions;
}

std::vector<std::int64_t> sort_wide(std::span<const std::uint8_t> bytes) {
  std::vector<std::int64_t> positions(bytes.size());
  require_done(divsufsort64(bytes.data(), reinterpret_cast<saidx64_t*>(positions.data()),
                            static_cast<saidx64_t>(bytes.size())));
  return positions;
}
#endif

}  // namespace

bool has_suffix_arrays() {
#ifdef CORPUSMILL_DIVSUFSORT
  return true;
#else
  return false;
#endif
}

SuffixArray::SuffixArray([[maybe_unused]] std::span<const std::uint8_t> bytes) {
#ifdef CORPUSMILL_DIVSUFSORT
  if (bytes.empty()) return;  // which the library refuses
  if (bytes.size() <= kNarrowMax) {
    positions_ = sort_narrow(bytes);
  } else {
    positions_ = sort_wide(bytes);
  }
#else
  throw Error(ExitCode::kUsage,
              "this program was built without libdivsufsort, which repeats needs; install "
              "libdivsufsort-dev and build again");
#endif
}

std::uint64_t SuffixArray::bytes_for(std::uint64_t size) {
  return size * (size <= kNarrowMax ? sizeof(std::int32_t) : sizeof(std::int64_t));
}

std::uint64_t SuffixArray::size() const {
  return std::visit([](const auto& positions) { return positions.size(); }, positions_);
}

std::uint64_t SuffixArray::operator[](std::uint64_t rank) const {
  return std::visit(
      [rank](const auto& positions) { return static_cast<std::uint64_t>(positions[rank]); },
      positions_);
}

}  // namespace corpusmill
