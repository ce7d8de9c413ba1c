// Loss of a model over a dataset: every window once, in order, so that the result is a pure
// function of weights, data, window length and number type.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "common/text_codec.h"
#include "train/llama.h"
#include "train/token_dataset.h"

namespace corpusmill {

struct EvaluateOptions {
  std::uint64_t seq_len = 512;
  std::uint64_t batch_size = 8;   // windows per forward pass
  std::uint64_t windows_max = 0;  // the first so many; 0: all
};

struct Evaluation {
  double loss_sum = 0;        // nats over all targets, summed in order in double
  std::uint64_t targets = 0;  // tokens predicted
  double loss() const;        // mean
  double perplexity() const;  // exp(loss)
};

// `on_window` hears how many windows are done. Throws Error(kUsage) if the data has no window.
Evaluation evaluate(Llama& model, const TokenDataset& dataset, const EvaluateOptions& options,
                    const std::function<void(std::uint64_t)>& on_windows = {});

// Bytes of text that the same targets stand for, BOS and EOS left out; for bits per byte. Texts are
// decoded between BOS and EOS, so that no character is cut but at the ends.
std::uint64_t target_text_bytes(const TokenDataset& dataset, const EvaluateOptions& options,
                                const TextCodec& codec);

}  // namespace corpusmill
