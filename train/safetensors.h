// Tensors to and from safetensors files (common/safetensors_format.h).
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/safetensors_format.h"

namespace corpusmill {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

// Publishes atomically, tensors in the order given, from whatever device. Same tensors, same bytes.
// "format": "pt" is added to the metadata, without which transformers refuses a file.
void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      SafetensorsMetadata metadata = {});

// Every tensor, on the CPU, in the order of its bytes. Throws Error(kInputIo), Error(kCorrupt), or
// Error(kMismatch) for a dtype that LibTorch does not have.
NamedTensors load_safetensors(const std::filesystem::path& path);

// Copies the file's tensors into `targets`, on whatever device, without a second copy of the whole
// file in memory. Names, shapes and dtypes must be exactly those of the targets: Error(kMismatch)
// names the first that differs, and nothing has been copied then. With `cast`, floating-point
// dtypes may differ (weights from elsewhere).
void load_safetensors_into(const std::filesystem::path& path, const NamedTensors& targets,
                           bool cast = false);

}  // namespace corpusmill
