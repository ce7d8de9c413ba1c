// `state.json` of a checkpoint: all of a training run that is not a tensor, and the digests of the
// tensor files beside it. docs/formats.md, "Checkpoint", is the specification. Needs no LibTorch,
// so that a checkpoint is checked in milliseconds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/manifest.h"

namespace corpusmill {

inline constexpr int kCheckpointFormatVersion = 1;
inline constexpr const char* kCheckpointStateName = "state.json";
inline constexpr const char* kCheckpointModelName = "model.safetensors";
inline constexpr const char* kCheckpointOptimizerName = "optimizer.safetensors";

struct CheckpointFile {
  std::uint64_t bytes = 0;
  std::string digest;  // XXH3-128 of the whole file
  bool operator==(const CheckpointFile&) const = default;
};

struct CheckpointState {
  std::uint64_t step = 0;            // optimizer steps done
  std::uint64_t tokens = 0;          // target tokens seen
  std::uint64_t epoch = 0;           // of the next step, from 0
  std::uint64_t batch_in_epoch = 0;  // of the next step, from 0
  std::string rng;                   // generator state, hexadecimal
  nlohmann::json scaler;             // {"scale", "growth_tracker"}; null without a loss scaler
  nlohmann::json schedule;           // learning rate plan and the total it is laid out for
  nlohmann::json model;              // ModelConfig::to_json()
  nlohmann::json config;             // what shapes the training; compared when resuming
  nlohmann::json run;                // what does not: ranks, threads, versions
  std::string data_digest;           // of the training tokens
  TokenizerInfo tokenizer;           // file_name: its copy beside the checkpoint folders, or empty
  std::map<std::string, CheckpointFile> files;

  nlohmann::json to_json() const;
  // Throws nlohmann::json::exception for a missing or wrongly typed field.
  static CheckpointState from_json(const nlohmann::json& json);
};

// The bytes of state.json: the object with a "digest" over all the rest. Same state, same bytes.
std::string checkpoint_state_bytes(const CheckpointState& state);

// Reads FOLDER/state.json. Throws Error: kInputIo if it cannot be read, kCorrupt if it is damaged,
// kMismatch if another format version wrote it.
CheckpointState load_checkpoint_state(const std::filesystem::path& folder);

// Sizes and digests of every file that the state names; throws Error(kCorrupt) naming the first
// that differs or is missing.
void verify_checkpoint_files(const std::filesystem::path& folder, const CheckpointState& state);

// "lr: 0.001 here, 0.0005 in the checkpoint" for every key at which two objects differ.
std::vector<std::string> differing_fields(const nlohmann::json& here, const nlohmann::json& there);

}  // namespace corpusmill
