// Our side of bench/train_step.py: seconds of each optimizer step on random ids, one JSON line.
//
//   train_step_bench PRESET DTYPE BATCH SEQ_LEN THREADS STEPS MICRO_STEPS
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include "train/llama.h"
#include "train/model_presets.h"
#include "train/optimizer.h"
#include "train/precision.h"

namespace corpusmill {
namespace {

void time_steps(char** arguments) {
  const std::int64_t batch = std::stoll(arguments[3]), seq_len = std::stoll(arguments[4]);
  const int steps = std::stoi(arguments[6]), micro_steps = std::stoi(arguments[7]);
  set_compute_threads(std::stoi(arguments[5]));
  torch::manual_seed(1);
  Llama model(model_preset(arguments[1]));
  model->set_compute_type(scalar_type(parse_precision(arguments[2])));
  NamedTensors parameters;
  for (const auto& item : model->named_parameters()) {
    parameters.emplace_back(item.key(), item.value());
  }
  AdamW optimizer(parameters, {});
  const torch::Tensor ids =
      torch::randint(model->config().vocab_size, {batch, seq_len + 1}, torch::kInt64);
  std::vector<double> seconds;
  double last_loss = 0;
  for (int step = 0; step < steps; ++step) {
    const auto start = std::chrono::steady_clock::now();
    optimizer.zero_gradients();
    for (int micro = 0; micro < micro_steps; ++micro) {
      const torch::Tensor loss =
          model->loss(ids.narrow(1, 0, seq_len), ids.narrow(1, 1, seq_len).contiguous());
      (loss / micro_steps).backward();
      last_loss = loss.item<double>();
    }
    optimizer.clip_gradients(1.0);
    optimizer.step(5e-4);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    seconds.push_back(elapsed.count());
  }
  fmt::print("{{\"seconds\": [{:.4f}], \"loss\": {:.6f}}}\n", fmt::join(seconds, ", "), last_loss);
}

}  // namespace
}  // namespace corpusmill

int main(int argc, char** argv) {
  if (argc != 8) {
    fmt::print(stderr, "train_step_bench PRESET DTYPE BATCH SEQ_LEN THREADS STEPS MICRO_STEPS\n");
    return 2;
  }
  try {
    corpusmill::time_steps(argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "train_step_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
