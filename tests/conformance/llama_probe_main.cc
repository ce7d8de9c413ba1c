// For tests/conformance/test_model.py: loss, logits and gradients of given weights on given ids.
//
//   llama_probe FOLDER [compute type]
//
// reads config.json (ModelConfig), model.safetensors and batch.safetensors (ids, targets) in FOLDER
// and writes result.safetensors: loss, logits and grad.<parameter>.
#include <fmt/format.h>
#include <torch/torch.h>

#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/file.h"
#include "train/llama.h"
#include "train/precision.h"
#include "train/safetensors.h"

namespace corpusmill {
namespace {

void probe(const std::filesystem::path& folder, std::string_view precision) {
  Llama model(
      ModelConfig::from_json(nlohmann::json::parse(read_file(folder / "config.json", 1 << 20))));
  NamedTensors parameters;
  for (const auto& item : model->named_parameters()) {
    parameters.emplace_back(item.key(), item.value());
  }
  load_safetensors_into(folder / "model.safetensors", parameters);
  model->set_compute_type(scalar_type(parse_precision(precision)));
  torch::Tensor ids, targets;
  for (const auto& [name, tensor] : load_safetensors(folder / "batch.safetensors")) {
    (name == "ids" ? ids : targets) = tensor;
  }
  const torch::Tensor loss = model->loss(ids, targets);
  loss.backward();
  NamedTensors result{{"loss", loss.detach()}};
  for (const auto& [name, parameter] : parameters) {
    result.emplace_back("grad." + name, parameter.grad());
  }
  const torch::NoGradGuard no_grad;
  result.emplace_back("logits", model->forward(ids).to(torch::kFloat32));
  save_safetensors(folder / "result.safetensors", result);
}

}  // namespace
}  // namespace corpusmill

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fmt::print(stderr, "llama_probe FOLDER [fp32|bf16]\n");
    return 2;
  }
  try {
    corpusmill::probe(argv[1], argc == 3 ? argv[2] : "fp32");
  } catch (const std::exception& error) {
    fmt::print(stderr, "llama_probe: {}\n", error.what());
    return 1;
  }
  return 0;
}
