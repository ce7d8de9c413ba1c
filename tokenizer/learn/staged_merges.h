// From counted pretokens to merges, without ever holding all pretokens as tokens.
//
// Stage 1 learns from runs of ASCII and from single characters, which are few: as long as no merge
// crosses from one of these into the next, what the merges do to a pretoken follows from what they
// do to them. The highest count of a pair that crosses never rises meanwhile, so a scan of the
// pretokens now and then tells how far stage 1 may go.
//
// Each further stage learns all merges down to some count, from the pretokens in the form that the
// stages before gave them, cut where two tokens meet whose pair is rarer: a pair's count only
// falls, and so does that of any pair of later tokens around the same border. The pieces are short
// and most are repeated, so there are few to learn from. Then the pretokens are written anew with
// what was learned, and cut for good where a pair is too rare ever to be merged.
//
// How rare that is, is a guess. The merges are right if the last of them was no rarer; if the
// vocabulary is not full by then, it all begins again with a lower one. So the result is the exact
// one (tokenizer/learn/merge_learner.h), whatever the guess and the stages.
#pragma once

#include <cstdint>
#include <filesystem>

#include "tokenizer/learn/merge_learner.h"
#include "tokenizer/learn/partitioned_counter.h"

namespace corpusmill {

struct MergeTraining {
  std::size_t vocabulary_size = 6400;
  std::uint64_t min_frequency = 1;                    // of a pair that is merged
  std::uint32_t token_bytes_max = ~std::uint32_t{0};  // of a merged token; 2 or more
  // Characters that make up this share of the sample become tokens first, the most frequent first,
  // equals by code point, each with the merges of its bytes from the left. 0: none.
  double seed_coverage = 0.0;
  int threads = 1;
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
  std::filesystem::path tmp_dir = ".";
  std::uint64_t count_guess = 0;  // the first guess; 0: from the sample's size
  bool always_staged = false;     // even where memory is plenty; for tests
};

// Adds merges to `tokens` until it has vocabulary_size entries or no pair is left. Throws
// Error(kUsage) where the seed characters do not fit the vocabulary, or the sample the memory.
void learn_pretoken_merges(const CountedKeys& pretokens, const MergeTraining& training,
                           TokenTable& tokens);

}  // namespace corpusmill
