// Learns a sentencepiece model from text, through the sentencepiece library.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace corpusmill {

struct SentencepieceTrainingOptions {
  bool unigram = false;  // else BPE
  std::size_t vocabulary_size = 6400;
  std::vector<std::string> specials = {};  // control pieces beside <unk> 0, <s> 1, </s> 2
  double character_coverage = 0.9995;      // the rest falls back to bytes
};

// The bytes of a .model in the style of Llama 2: no normalization, digits split, byte fallback,
// runs of spaces kept. Texts are read line by line; empty lines are skipped. The same texts in the
// same order give the same bytes on any machine: the library's thread count, on which Unigram's
// sums depend, is fixed. Prints nothing.
//
// Throws Error: kUsage for options that the library refuses (its message says why, e.g. a
// vocabulary that the sample cannot fill), kMismatch if this build has no sentencepiece.
std::string train_sentencepiece(std::span<const std::string> texts,
                                const SentencepieceTrainingOptions& options);

}  // namespace corpusmill
