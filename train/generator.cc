#include "train/generator.h"

#include <fmt/format.h>

#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

void check_prompt(std::span<const TokenId> prompt, const ModelConfig& config) {
  if (prompt.empty()) {
    throw Error(ExitCode::kUsage,
                "the prompt has no tokens, and the tokenizer has no BOS to start from");
  }
  for (const TokenId id : prompt) {
    if (static_cast<std::int64_t>(id) >= config.vocab_size) {
      throw Error(ExitCode::kUsage, fmt::format("prompt id {} is not below the model's vocab_size "
                                                "{}; is this its tokenizer?",
                                                id, config.vocab_size));
    }
  }
}

torch::Tensor ids_tensor(std::span<const TokenId> ids, torch::Device device) {
  const std::vector<std::int64_t> wide(ids.begin(), ids.end());
  return torch::tensor(wide, torch::kInt64).unsqueeze(0).to(device);
}

}  // namespace

std::string_view generate_end_name(GenerateEnd end) {
  switch (end) {
    case GenerateEnd::kEos:
      return "eos";
    case GenerateEnd::kTokensMax:
      return "max_new_tokens";
    case GenerateEnd::kPositionsMax:
      return "max_position_embeddings";
    case GenerateEnd::kStopped:
      return "stopped";
  }
  throw Error(ExitCode::kInternal, "generate_end_name: not a GenerateEnd");
}

GenerateResult generate(Llama& model, std::span<const TokenId> prompt,
                        const GenerateOptions& options,
                        const std::function<bool(TokenId)>& on_token) {
  const torch::NoGradGuard no_grad;
  const ModelConfig& config = model->config();
  check_prompt(prompt, config);
  const torch::Device device = model->parameters().at(0).device();
  TokenSampler sampler(options.sampler);
  KvCache cache;
  GenerateResult result;
  torch::Tensor ids = ids_tensor(prompt, device);
  while (result.new_tokens < options.new_tokens_max) {
    const torch::Tensor logits =
        model->forward(ids, &cache).select(1, -1).flatten().to(torch::kFloat32).to(torch::kCPU);
    const TokenId id =
        sampler.sample({logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel())});
    if (id == options.eos) {
      result.end = GenerateEnd::kEos;
      return result;
    }
    ++result.new_tokens;
    if (!on_token(id)) {
      result.end = GenerateEnd::kStopped;
      return result;
    }
    if (cache.positions() >= config.max_position_embeddings) {
      result.end = GenerateEnd::kPositionsMax;
      return result;
    }
    ids = ids_tensor({&id, 1}, device);
  }
  return result;
}

}  // namespace corpusmill
