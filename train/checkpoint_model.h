// The model of a checkpoint, ready to run, and the tokenizer that belongs to it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/checkpoint_store.h"
#include "common/text_codec.h"
#include "train/llama.h"

namespace corpusmill {

struct CheckpointModel {
  FoundCheckpoint checkpoint;
  Llama model{nullptr};
};

// `path` is a checkpoint's folder or a run's. `dtype` is a precision_name or "auto" (bfloat16 on
// CUDA, else float32). Throws what open_checkpoint, parse_device and the tensor reader throw.
CheckpointModel load_checkpoint_model(const std::filesystem::path& path, const std::string& device,
                                      const std::string& dtype);

// The tokenizer named, else the checkpoint's copy; null if there is none or no tokenizer library.
// One whose digest is not the checkpoint's throws Error(kMismatch).
std::unique_ptr<TextCodec> load_checkpoint_codec(const FoundCheckpoint& checkpoint,
                                                 const std::filesystem::path& asked_for);

}  // namespace corpusmill
