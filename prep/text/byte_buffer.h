// A block of bytes on the heap, uninitialised, with spare readable bytes behind it for SIMD
// readers. Move-only; its address never changes, so views into it survive moves. Buffers that came
// from a BufferPool go back to it when they die, which keeps page faults out of the hot path.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace corpusmill {

class BufferPool;

class ByteBuffer {
 public:
  static constexpr std::size_t kSpareBytes = 64;  // >= simdjson::SIMDJSON_PADDING

  ByteBuffer() = default;
  explicit ByteBuffer(std::size_t capacity)
      : data_(new char[capacity + kSpareBytes]), capacity_(capacity) {
    std::memset(data_.get() + capacity, 0, kSpareBytes);
  }
  static ByteBuffer copy_of(std::string_view bytes) {
    ByteBuffer buffer(bytes.size());
    if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
    return buffer;
  }
  ByteBuffer(ByteBuffer&& other) noexcept = default;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;
  ~ByteBuffer();

  char* data() { return data_.get(); }
  const char* data() const { return data_.get(); }
  std::size_t capacity() const { return data_ ? capacity_ : 0; }
  std::string_view view(std::size_t begin, std::size_t bytes) const {
    return {data_.get() + begin, bytes};
  }

 private:
  friend class BufferPool;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::shared_ptr<BufferPool> pool_;
};

// Thread-safe. Buffers of exactly `capacity` bytes; it keeps at most `kept_max` idle ones.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  static std::shared_ptr<BufferPool> make(std::size_t capacity, std::size_t kept_max) {
    return std::shared_ptr<BufferPool>(new BufferPool(capacity, kept_max));
  }
  ByteBuffer take();

 private:
  friend class ByteBuffer;
  BufferPool(std::size_t capacity, std::size_t kept_max)
      : capacity_(capacity), kept_max_(kept_max) {}
  void put_back(std::unique_ptr<char[]> data);

  const std::size_t capacity_;
  const std::size_t kept_max_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> idle_;
};

}  // namespace corpusmill
