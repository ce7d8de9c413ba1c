// The commands of `corpusmill-train`, and the one thing its main binds for them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/command_table.h"
#include "common/text_codec.h"

namespace corpusmill {

// Set by main before any command runs; without it (no tokenizer library) prompts are ids.
using TextCodecLoader = std::function<std::unique_ptr<TextCodec>(const std::filesystem::path&)>;
void set_text_codec_loader(TextCodecLoader loader);
const TextCodecLoader& text_codec_loader();

ExitCode pretrain_command(const std::vector<std::string>& arguments);
ExitCode evaluate_command(const std::vector<std::string>& arguments);
ExitCode generate_command(const std::vector<std::string>& arguments);

inline constexpr Command kTrainCommands[] = {
    {"pretrain", "train a model on shards", pretrain_command},
    {"evaluate", "loss and perplexity of a checkpoint on shards", evaluate_command},
    {"generate", "continue a text with a checkpoint", generate_command},
};

}  // namespace corpusmill
