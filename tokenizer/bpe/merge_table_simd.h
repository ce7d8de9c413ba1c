// The merges of MergeTable with AVX-512: short rows live in two registers.
#pragma once

#include <cstddef>
#include <span>

#include "tokenizer/bpe/merge_table.h"

namespace corpusmill {

// What MergeTable::merge does on this processor, by the same rules as merge_portably(); nullptr
// where the processor lacks AVX-512.
using MergeFunction = std::size_t (*)(const MergeTable& table, std::span<TokenId> symbols);
MergeFunction choose_merge_table_simd();

}  // namespace corpusmill
