// Sequences of token ids as bytes.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

// Token ids as bytes, to be counted: two of them for each where that is enough.
class TokenKeys {
 public:
  explicit TokenKeys(std::size_t tokens_max) : width_(tokens_max <= 65'536 ? 2 : 4) {}
  std::size_t width() const { return width_; }
  std::string_view pack(std::span<const TokenId> ids, std::string& key) const {
    key.resize(ids.size() * width_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::memcpy(key.data() + i * width_, &ids[i], width_);  // little endian
    }
    return key;
  }
  void unpack(std::string_view key, std::vector<TokenId>& ids) const {
    ids.assign(key.size() / width_, 0);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::memcpy(&ids[i], key.data() + i * width_, width_);
    }
  }

 private:
  std::size_t width_;
};

}  // namespace corpusmill
