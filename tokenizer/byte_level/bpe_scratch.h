// What a thread has to encode byte-level BPE with.
#pragma once

#include <cstddef>
#include <vector>

#include "tokenizer/bpe/miss_meter.h"
#include "tokenizer/bpe/unit_cache.h"
#include "tokenizer/bpe/unit_words.h"
#include "tokenizer/byte_level/bpe_rows.h"
#include "tokenizer/byte_level/long_unit.h"

namespace corpusmill {

struct BpeScratch {
  UnitCache cache;
  UnitWords words{cache};
  std::vector<std::size_t> texts_units;  // for texts that are encoded joined
  MissMeter misses;
  // For what the cache is left out of.
  BpeRows rows;
  LongUnit long_unit;
};

// The calling thread's.
inline BpeScratch& bpe_scratch() {
  thread_local BpeScratch scratch;
  return scratch;
}

}  // namespace corpusmill
