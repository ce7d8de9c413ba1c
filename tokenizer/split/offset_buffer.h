// A growing list of offsets whose room can be written before it counts: SIMD code stores whole
// vectors and then says how many of the lanes were meant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace corpusmill {

class OffsetBuffer {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::uint32_t back() const { return data_[size_ - 1]; }
  std::uint32_t operator[](std::size_t i) const { return data_[i]; }
  std::span<const std::uint32_t> view() const { return {data_.get(), size_}; }

  void clear() { size_ = 0; }
  void pop_back() { --size_; }
  void push_back(std::uint32_t offset) {
    *room(1) = offset;
    ++size_;
  }

  // Where the next `count` offsets go. Valid until the next call; add() makes them count.
  std::uint32_t* room(std::size_t count) {
    if (size_ + count > capacity_) grow(count);
    return data_.get() + size_;
  }
  void add(std::size_t count) { size_ += count; }

 private:
  void grow(std::size_t count) {
    const std::size_t capacity = std::max(size_ + count, capacity_ * 2 + 1024);
    std::unique_ptr<std::uint32_t[]> data(new std::uint32_t[capacity]);
    std::copy_n(data_.get(), size_, data.get());
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint32_t[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace corpusmill
