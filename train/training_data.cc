#include "train/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "common/file.h"
#include "common/shard_verify.h"
#include "train/commands.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kTokenizerBytesMax = 256ULL << 20;
constexpr const char* kTokenizerConfigName = "tokenizer_config.json";

// The file itself, or the one in a tokenizer's folder, or empty.
std::filesystem::path tokenizer_file_at(const std::filesystem::path& path) {
  for (const char* name : {"tokenizer.json", "tokenizer.model"}) {
    if (file_exists(path / name)) return path / name;
  }
  return file_exists(path) ? path : std::filesystem::path();
}

// The tokenizer asked for, else the one beside the manifest or in its folder's parent.
std::filesystem::path find_tokenizer(const TrainOptions& options, const TokenizerInfo& info) {
  if (!options.tokenizer.empty()) {
    const std::filesystem::path file = tokenizer_file_at(options.tokenizer);
    if (!file.empty()) return file;
    throw Error(ExitCode::kInputIo, fmt::format("there is no tokenizer at {}", options.tokenizer));
  }
  if (info.file_name.empty()) return {};
  const std::filesystem::path folder = std::filesystem::path(options.data).parent_path();
  for (const std::filesystem::path& candidate :
       {folder / info.file_name, folder.parent_path() / info.file_name}) {
    const std::filesystem::path file = tokenizer_file_at(candidate);
    if (!file.empty()) return file;
  }
  return {};
}

// A tokenizer of that name may be another one: the digest decides, where it can be computed.
bool is_the_data_s(const std::filesystem::path& file, const TokenizerInfo& info) {
  if (!text_codec_loader() || info.digest.empty()) return true;
  return text_codec_loader()(file)->digest() == info.digest;
}

std::filesystem::path matching_tokenizer(const TrainOptions& options, const TokenizerInfo& info,
                                         const Warn& warn) {
  const std::filesystem::path file = find_tokenizer(options, info);
  const bool asked_for = !options.tokenizer.empty();
  if (!file.empty() && is_the_data_s(file, info)) return file;
  if (asked_for) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} is not the tokenizer that {} was made with ({}, digest {})",
                            file.string(), options.data, info.file_name, info.digest));
  }
  warn(
      fmt::format("the tokenizer {} is not beside {}; give it with --tokenizer, or `corpusmill "
                  "generate` will have to be told",
                  info.file_name, options.data));
  return {};
}

TrainingData open_bare(const TrainOptions& options, const Warn& warn) {
  if (!options.model.vocab_size) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} is no manifest (.json); a bare file of ids needs --vocab-size, and "
                            "--data-dtype uint32 unless it is uint16",
                            options.data));
  }
  warn(
      fmt::format("{} has no manifest: its digests, its tokenizer and its document bounds are "
                  "unknown, and there is no validation split",
                  options.data));
  const TokenWidth width =
      options.data_dtype == "uint32" ? TokenWidth::kUint32 : TokenWidth::kUint16;
  std::filesystem::path tokenizer = find_tokenizer(options, TokenizerInfo{});
  TokenDataset train = TokenDataset::open_bare(options.data, width);
  TokenDataset validation = TokenDataset::open(options.data, Manifest{}, Split::kValidation);
  return {std::move(train), std::move(validation), TokenizerInfo{},
          static_cast<std::uint64_t>(*options.model.vocab_size), std::move(tokenizer)};
}

}  // namespace

TrainingData open_training_data(const TrainOptions& options, const Warn& warn) {
  const std::filesystem::path path = options.data;
  if (path.extension() != ".json") return open_bare(options, warn);
  const Manifest manifest = Manifest::load(path);
  if (options.verify) verify_or_throw(path.parent_path(), manifest, std::max(options.threads, 1));
  // Nothing may throw inside the braces below: GCC 12 then destroys members twice.
  std::filesystem::path tokenizer = matching_tokenizer(options, manifest.tokenizer, warn);
  TokenDataset train = TokenDataset::open(path, manifest, Split::kTrain);
  TokenDataset validation = TokenDataset::open(path, manifest, Split::kValidation);
  return {std::move(train), std::move(validation), manifest.tokenizer,
          manifest.tokenizer.vocabulary_size, std::move(tokenizer)};
}

void require_vocabulary_fits(const TrainingData& data, const ModelConfig& model,
                             const std::string& name) {
  const auto rows = static_cast<std::uint64_t>(model.vocab_size);
  const std::uint64_t ids =
      std::max(std::uint64_t{std::max(data.train.largest_id(), data.validation.largest_id())} + 1,
               data.vocabulary_size);
  if (ids <= rows) return;
  throw Error(ExitCode::kMismatch,
              fmt::format("the vocabulary of {} ({} ids) is larger than the model's (vocab_size "
                          "{}); leave vocab_size out to take the data's",
                          name, ids, rows));
}

std::string copy_tokenizer(const TrainingData& data, const std::filesystem::path& out) {
  if (data.tokenizer_file.empty()) return {};
  const auto copy = [&](const std::filesystem::path& from) {
    const std::string bytes = read_file(from, kTokenizerBytesMax);
    const std::filesystem::path to = out / from.filename();
    if (file_exists(to) && read_file(to, kTokenizerBytesMax) == bytes) return;
    write_file_atomically(to, bytes);
  };
  copy(data.tokenizer_file);
  const std::filesystem::path config = data.tokenizer_file.parent_path() / kTokenizerConfigName;
  if (file_exists(config)) copy(config);
  return data.tokenizer_file.filename().string();
}

}  // namespace corpusmill
