// What one thread remembers of the pretokens it has merged. Bounded: a full cache starts over.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

class PretokenCache {
 public:
  static constexpr std::size_t kPretokenBytesMax = 128;

  // Forgets everything unless `owner` is the model that it was filled for.
  void use_for(std::uint64_t owner);
  // The ids of a pretoken that was inserted; valid until the next insert. Null data: unknown.
  // `hash` must be the same at find and insert; keys are compared whole.
  std::span<const TokenId> find(std::string_view pretoken, std::uint64_t hash) const;
  void insert(std::string_view pretoken, std::uint64_t hash, std::span<const TokenId> ids);

  static std::uint64_t hash(std::string_view pretoken);

 private:
  struct Slot {
    std::uint32_t tag = 0;  // high half of the hash
    std::uint32_t key_begin = 0;
    std::uint32_t ids_begin = 0;
    std::uint16_t key_bytes = 0;  // 0: empty
    std::uint16_t id_count = 0;
  };

  void clear();

  std::uint64_t owner_ = 0;
  std::vector<Slot> slots_;
  std::string keys_;
  std::vector<TokenId> ids_;
  std::size_t used_ = 0;
};

}  // namespace corpusmill
