// Learns merges from counted words.
//
// Again and again the pair of adjacent ids with the highest count (over all words, times the words'
// counts) becomes a new id; of equal counts the smaller pair (left id, then right id) goes first.
// These are the ties of Hugging Face tokenizers' BpeTrainer. Counts are updated around each merge
// only; a heap with lazy updates finds the next pair.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/token_id.h"

namespace corpusmill {

struct CountedWord {
  std::vector<TokenId> ids;
  std::uint64_t count = 0;
};

struct LearnedMerges {
  std::vector<std::pair<TokenId, TokenId>> merges;  // by rank
  std::vector<std::string> tokens;                  // by id: those given, then the new ones
};

// `tokens` spells the ids that words use; a pair whose joined spelling is a token already becomes
// that token. Stops at `tokens_max` tokens or when no pair is left.
LearnedMerges learn_merges(std::vector<CountedWord> words, std::vector<std::string> tokens,
                           std::size_t tokens_max);

}  // namespace corpusmill
