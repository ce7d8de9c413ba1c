// Writes sentencepiece .model files for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tokenizer/sentencepiece/sentencepiece_model.h"

namespace corpusmill {

// A protocol buffer message, field by field.
class ProtoMessage {
 public:
  ProtoMessage& bytes(std::uint32_t field, std::string_view value);
  ProtoMessage& number(std::uint32_t field, std::uint64_t value);
  ProtoMessage& fixed32(std::uint32_t field, float value);
  const std::string& serialized() const { return serialized_; }

 private:
  void varint(std::uint64_t value);

  std::string serialized_;
};

// The .model of `model`, in which everything is written out.
std::string sentencepiece_file(const SentencepieceModel& model);

}  // namespace corpusmill
