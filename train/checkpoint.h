// A trainer's state to and from a checkpoint folder (common/checkpoint_store.h).
#pragma once

#include <filesystem>

#include "common/checkpoint_store.h"
#include "train/trainer.h"

namespace corpusmill {

// Publishes OUT/step-N. `state` carries what the trainer does not know: config, run, data and
// tokenizer. Waits for the device.
std::filesystem::path save_checkpoint(const std::filesystem::path& out, const Trainer& trainer,
                                      CheckpointState state);

// Copies weights, moments, scaler and the generator's state. The caller has compared the config.
// Throws Error(kMismatch) naming the tensor that the trainer does not have so.
void restore_checkpoint(const FoundCheckpoint& checkpoint, Trainer& trainer);

// Of the weights' bytes, to compare ranks.
std::string parameter_digest(const Trainer& trainer);

}  // namespace corpusmill
