// The data of a training run: both splits, the tokenizer they were made with, and the check that
// they fit a model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "common/manifest.h"
#include "train/model_config.h"
#include "train/token_dataset.h"
#include "train/train_options.h"

namespace corpusmill {

// Told of what is odd but no reason to stop.
using Warn = std::function<void(const std::string&)>;

struct TrainingData {
  TokenDataset train;
  TokenDataset validation;               // no tokens if there is none
  TokenizerInfo tokenizer;               // empty names for a bare .bin
  std::uint64_t vocabulary_size;         // of the tokenizer, or as given for a bare .bin
  std::filesystem::path tokenizer_file;  // to copy; empty if there is none
};

// Throws Error: kUsage for a bare .bin without vocab_size, kMismatch for a tokenizer that is not
// the data's, and what reading throws.
TrainingData open_training_data(const TrainOptions& options, const Warn& warn);

// Throws Error(kMismatch) if an id of the data has no row in the model's embedding.
void require_vocabulary_fits(const TrainingData& data, const ModelConfig& model,
                             const std::string& name);

// Copies the tokenizer, and tokenizer_config.json beside it, into `out`; returns the copy's name,
// empty if there is no tokenizer. A copy with the same bytes is left alone.
std::string copy_tokenizer(const TrainingData& data, const std::filesystem::path& out);

}  // namespace corpusmill
