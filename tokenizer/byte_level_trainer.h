// Learns a byte-level BPE from text, as files that Hugging Face tokenizers loads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/bpe_merges.h"

namespace corpusmill {

struct ByteLevelTrainingOptions {
  std::size_t vocabulary_size = 6400;  // with specials and the 256 bytes
  std::vector<std::string> specials = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  int threads = 1;  // for counting pretokens; the result does not depend on it
};

struct TrainedByteLevel {
  std::size_t vocabulary_size = 0;  // below what was asked where the sample has no more pairs
  std::string tokenizer_json;
  std::string tokenizer_config_json;
};

// Ids: the specials in their order, the 256 bytes in the order of their spelling's code point, the
// merge results. Merges: LearnedMerges over the pretokens of GPT-2's regular expression; specials
// spelled in `texts` are cut out first, since encoding never merges over them. BOS, EOS and PAD of
// the config are the specials with the usual names (tokenizer/special_ids.h).
//
// The result depends on the multiset of pretokens alone: not on the order of texts or on threads.
// Throws Error(kUsage) for a vocabulary that cannot hold specials and bytes, for repeated or empty
// specials.
TrainedByteLevel train_byte_level(std::span<const std::string> texts,
                                  const ByteLevelTrainingOptions& options);

}  // namespace corpusmill
