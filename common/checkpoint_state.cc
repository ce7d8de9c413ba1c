#include "common/checkpoint_state.h"

#include <fmt/format.h>

#include <set>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kStateBytesMax = 16ULL << 20;

nlohmann::json id_to_json(const std::optional<TokenId>& id) {
  return id ? nlohmann::json(*id) : nlohmann::json(nullptr);
}

std::optional<TokenId> id_from_json(const nlohmann::json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<TokenId>();
}

nlohmann::json tokenizer_to_json(const TokenizerInfo& tokenizer) {
  return {{"file_name", tokenizer.file_name},
          {"kind", tokenizer.kind},
          {"digest", tokenizer.digest},
          {"vocabulary_size", tokenizer.vocabulary_size},
          {"bos", id_to_json(tokenizer.special_ids.bos)},
          {"eos", id_to_json(tokenizer.special_ids.eos)},
          {"pad", id_to_json(tokenizer.special_ids.pad)},
          {"unk", id_to_json(tokenizer.special_ids.unk)}};
}

TokenizerInfo tokenizer_from_json(const nlohmann::json& json) {
  TokenizerInfo tokenizer;
  json.at("file_name").get_to(tokenizer.file_name);
  json.at("kind").get_to(tokenizer.kind);
  json.at("digest").get_to(tokenizer.digest);
  json.at("vocabulary_size").get_to(tokenizer.vocabulary_size);
  tokenizer.special_ids = {id_from_json(json.at("bos")), id_from_json(json.at("eos")),
                           id_from_json(json.at("pad")), id_from_json(json.at("unk"))};
  return tokenizer;
}

std::string digest_without_itself(nlohmann::json json) {
  json.erase("digest");
  return digest_of(json.dump()).hex();
}

}  // namespace

nlohmann::json CheckpointState::to_json() const {
  nlohmann::json file_list = nlohmann::json::object();
  for (const auto& [name, file] : files) {
    file_list[name] = {{"bytes", file.bytes}, {"digest", file.digest}};
  }
  return {{"format_version", kCheckpointFormatVersion},
          {"step", step},
          {"tokens", tokens},
          {"data_position", {{"epoch", epoch}, {"batch", batch_in_epoch}}},
          {"rng", rng},
          {"scaler", scaler},
          {"schedule", schedule},
          {"model", model},
          {"config", config},
          {"run", run},
          {"data_digest", data_digest},
          {"tokenizer", tokenizer_to_json(tokenizer)},
          {"files", file_list}};
}

CheckpointState CheckpointState::from_json(const nlohmann::json& json) {
  CheckpointState state;
  json.at("step").get_to(state.step);
  json.at("tokens").get_to(state.tokens);
  json.at("data_position").at("epoch").get_to(state.epoch);
  json.at("data_position").at("batch").get_to(state.batch_in_epoch);
  json.at("rng").get_to(state.rng);
  state.scaler = json.at("scaler");
  state.schedule = json.at("schedule");
  state.model = json.at("model");
  state.config = json.at("config");
  state.run = json.at("run");
  json.at("data_digest").get_to(state.data_digest);
  state.tokenizer = tokenizer_from_json(json.at("tokenizer"));
  for (const auto& [name, file] : json.at("files").items()) {
    state.files[name] = {file.at("bytes").get<std::uint64_t>(),
                         file.at("digest").get<std::string>()};
  }
  return state;
}

std::string checkpoint_state_bytes(const CheckpointState& state) {
  nlohmann::json json = state.to_json();
  json["digest"] = digest_without_itself(json);
  return json.dump(2) + "\n";
}

CheckpointState load_checkpoint_state(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kCheckpointStateName;
  const std::string bytes = read_file(path, kStateBytesMax);
  try {
    const nlohmann::json json = nlohmann::json::parse(bytes);
    const int version = json.at("format_version").get<int>();
    if (version != kCheckpointFormatVersion) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("{} has checkpoint format version {}; this program reads version {}",
                              path.string(), version, kCheckpointFormatVersion));
    }
    if (json.at("digest").get<std::string>() != digest_without_itself(json)) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("{} is damaged: its digest differs", path.string()));
    }
    return CheckpointState::from_json(json);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::kCorrupt, fmt::format("{} is damaged: {}", path.string(), error.what()));
  }
}

void verify_checkpoint_files(const std::filesystem::path& folder, const CheckpointState& state) {
  for (const auto& [name, expected] : state.files) {
    const std::filesystem::path path = folder / name;
    if (!file_exists(path)) {
      throw Error(ExitCode::kCorrupt, fmt::format("{} is missing", path.string()));
    }
    const std::uint64_t bytes = File::open_read(path).size();
    if (bytes != expected.bytes) {
      throw Error(ExitCode::kCorrupt, fmt::format("{} is damaged: {} bytes instead of {}",
                                                  path.string(), bytes, expected.bytes));
    }
    if (digest_of_file(path).hex() != expected.digest) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("{} is damaged: its digest differs", path.string()));
    }
  }
}

std::vector<std::string> differing_fields(const nlohmann::json& here, const nlohmann::json& there) {
  std::set<std::string> keys;
  for (const auto& [key, value] : here.items()) keys.insert(key);
  for (const auto& [key, value] : there.items()) keys.insert(key);
  const auto shown = [](const nlohmann::json& object, const std::string& key) {
    return object.contains(key) ? object.at(key).dump() : std::string("absent");
  };
  std::vector<std::string> fields;
  for (const std::string& key : keys) {
    const std::string ours = shown(here, key);
    const std::string theirs = shown(there, key);
    if (ours != theirs) {
      fields.push_back(fmt::format("{}: {} here, {} in the checkpoint", key, ours, theirs));
    }
  }
  return fields;
}

}  // namespace corpusmill
