// Learns a byte-level BPE from text, as files that Hugging Face tokenizers loads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/learn/staged_merges.h"

namespace corpusmill {

// The regular expressions that cut text for training, by the names that people know them by.
std::vector<std::string> splitter_names();

struct ByteLevelTrainingOptions {
  std::vector<std::string> specials = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  std::string splitter = "gpt2";  // one of splitter_names()
  // With specials and the 256 bytes; and how much memory, half of it for counting.
  MergeTraining merges = {};
};

struct TrainedByteLevel {
  std::size_t vocabulary_size = 0;  // below what was asked where the sample has no more pairs
  std::string tokenizer_json;
  std::string tokenizer_config_json;
  std::uint64_t distinct_pretokens = 0;
  std::uint64_t spilled_bytes = 0;  // of them, in a temporary file
};

// Counts the pretokens of what is added, then learns merges from them.
//
// Ids: the specials in their order, the 256 bytes in the order of their spelling's code point, the
// merge results. Specials spelled in a text are cut out first, since encoding never merges over
// them. BOS, EOS and PAD of the config are the specials with the usual names
// (tokenizer/special_ids.h).
//
// The result depends on the multiset of pretokens alone: not on the order of texts, on threads or
// on memory.
class ByteLevelTrainer {
 public:
  // Throws Error(kUsage) for a vocabulary that cannot hold specials and bytes, for repeated or
  // empty specials, for an unknown splitter.
  explicit ByteLevelTrainer(const ByteLevelTrainingOptions& options);
  ~ByteLevelTrainer();

  // What one thread adds texts (UTF-8) with; many may live at once.
  class Adder {
   public:
    explicit Adder(ByteLevelTrainer& trainer);
    ~Adder();
    void add(std::string_view text);

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  // Once, when no Adder lives. Throws as learn_pretoken_merges does.
  TrainedByteLevel finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace corpusmill
