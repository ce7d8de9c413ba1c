#include "prep/text/byte_buffer.h"

#include <utility>

namespace corpusmill {

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  ByteBuffer old(std::move(*this));
  data_ = std::move(other.data_);
  capacity_ = other.capacity_;
  pool_ = std::move(other.pool_);
  return *this;
}

ByteBuffer::~ByteBuffer() {
  if (data_ && pool_) pool_->put_back(std::move(data_));
}

ByteBuffer BufferPool::take() {
  std::unique_ptr<char[]> data;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      data = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  ByteBuffer buffer;
  if (data) {
    buffer.data_ = std::move(data);
    buffer.capacity_ = capacity_;
  } else {
    buffer = ByteBuffer(capacity_);
  }
  buffer.pool_ = shared_from_this();
  return buffer;
}

void BufferPool::put_back(std::unique_ptr<char[]> data) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kept_max_) idle_.push_back(std::move(data));
}

}  // namespace corpusmill
