#include "train/checkpoint_model.h"

#include <fmt/format.h>

#include "common/error.h"
#include "train/commands.h"
#include "train/precision.h"
#include "train/safetensors.h"

namespace corpusmill {

CheckpointModel load_checkpoint_model(const std::filesystem::path& path, const std::string& device,
                                      const std::string& dtype) {
  CheckpointModel result{open_checkpoint(path)};
  const torch::Device target = parse_device(device);
  const Precision precision = dtype != "auto"    ? parse_precision(dtype)
                              : target.is_cuda() ? Precision::kBfloat16
                                                 : Precision::kFloat32;
  result.model = Llama(ModelConfig::from_json(result.checkpoint.state.model));
  NamedTensors parameters;
  for (const auto& item : result.model->named_parameters()) {
    parameters.emplace_back(item.key(), item.value());
  }
  load_safetensors_into(result.checkpoint.folder / kCheckpointModelName, parameters);
  result.model->to(target);
  result.model->set_compute_type(scalar_type(precision));
  return result;
}

std::unique_ptr<TextCodec> load_checkpoint_codec(const FoundCheckpoint& checkpoint,
                                                 const std::filesystem::path& asked_for) {
  const std::filesystem::path file =
      asked_for.empty() ? checkpoint_tokenizer(checkpoint) : asked_for;
  if (file.empty() || !text_codec_loader()) return nullptr;
  std::unique_ptr<TextCodec> codec = text_codec_loader()(file);
  const std::string& expected = checkpoint.state.tokenizer.digest;
  if (!expected.empty() && codec->digest() != expected) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} is not the tokenizer that {} was trained with (digest {}, not {})",
                            file.string(), checkpoint.folder.string(), codec->digest(), expected));
  }
  return codec;
}

}  // namespace corpusmill
