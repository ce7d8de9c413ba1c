// A fixed number of elements that are met at random: aligned to a huge page and asked for in huge
// pages before the first touch, so that a look-up costs no page walk. Zeroed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace corpusmill {

template <class T>
class HugeArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  HugeArray() = default;
  // Throws std::bad_alloc.
  explicit HugeArray(std::size_t size) : size_(size) {
    constexpr std::size_t kHugePage = std::size_t{1} << 21;
    const std::size_t bytes = size * sizeof(T);
    const std::size_t alignment = bytes >= kHugePage / 2 ? kHugePage : 64;
    const std::size_t rounded = std::max((bytes + alignment - 1) / alignment, std::size_t{1});
    void* const memory = std::aligned_alloc(alignment, rounded * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    elements_.reset(static_cast<T*>(memory));
    bool is_zero = false;
#if defined(__linux__)
    if (alignment == kHugePage) {
      madvise(memory, rounded * alignment, MADV_HUGEPAGE);
      // What the kernel takes back, or has not given yet, is zero when it is touched: once, not
      // twice.
      is_zero = madvise(memory, rounded * alignment, MADV_DONTNEED) == 0;
    }
#endif
    if (!is_zero) std::memset(memory, 0, bytes);
  }

  std::size_t size() const {
    return size_;
  }
  T* data() const {
    return elements_.get();
  }
  T& operator[](std::size_t i) const {
    return elements_.get()[i];
  }
  T* begin() const {
    return data();
  }
  T* end() const {
    return data() + size_;
  }

 private:
  struct Free {
    void operator()(T* elements) const { std::free(elements); }
  };
  std::unique_ptr<T, Free> elements_;
  std::size_t size_ = 0;
};

}  // namespace corpusmill
