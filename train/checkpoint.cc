#include "train/checkpoint.h"

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "common/digest.h"
#include "common/error.h"
#include "train/safetensors.h"

namespace corpusmill {
namespace {

std::string generator_state_hex() {
  const torch::Tensor state = at::detail::getDefaultCPUGenerator().get_state();
  const auto* bytes = state.const_data_ptr<std::uint8_t>();
  return fmt::format("{:02x}", fmt::join(bytes, bytes + state.numel(), ""));
}

void set_generator_state(const std::string& hex) {
  torch::Tensor state = torch::empty({static_cast<std::int64_t>(hex.size() / 2)}, torch::kUInt8);
  auto* bytes = state.mutable_data_ptr<std::uint8_t>();
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    std::from_chars(hex.data() + i, hex.data() + i + 2, bytes[i / 2], 16);
  }
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_state(state);
}

}  // namespace

std::filesystem::path save_checkpoint(const std::filesystem::path& out, const Trainer& trainer,
                                      CheckpointState state) {
  state.step = trainer.steps_done();
  state.tokens = trainer.tokens_seen();
  state.rng = generator_state_hex();
  if (const auto scaler = trainer.scaler_state()) {
    state.scaler = {{"scale", scaler->scale}, {"growth_tracker", scaler->growth_tracker}};
  }
  CheckpointDraft draft(out, state.step);
  save_safetensors(draft.folder() / kCheckpointModelName, trainer.parameters());
  save_safetensors(draft.folder() / kCheckpointOptimizerName, trainer.optimizer_state());
  return draft.commit(std::move(state), {kCheckpointModelName, kCheckpointOptimizerName});
}

void restore_checkpoint(const FoundCheckpoint& checkpoint, Trainer& trainer) {
  const CheckpointState& state = checkpoint.state;
  torch::NoGradGuard no_grad;
  load_safetensors_into(checkpoint.folder / kCheckpointModelName, trainer.parameters());
  load_safetensors_into(checkpoint.folder / kCheckpointOptimizerName, trainer.optimizer_state());
  std::optional<LossScalerState> scaler;
  if (!state.scaler.is_null()) {
    scaler = {state.scaler.at("scale").get<double>(),
              state.scaler.at("growth_tracker").get<std::int64_t>()};
  }
  trainer.restore(state.step, scaler);
  set_generator_state(state.rng);
}

std::string parameter_digest(const Trainer& trainer) {
  Digester digester;
  for (const auto& [name, parameter] : trainer.parameters()) {
    const torch::Tensor bytes = parameter.detach().to(torch::kCPU).contiguous();
    digester.update({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
  }
  return digester.digest().hex();
}

}  // namespace corpusmill
