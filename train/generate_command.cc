#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/options.h"
#include "common/stop_signal.h"
#include "train/checkpoint_model.h"
#include "train/commands.h"
#include "train/generator.h"
#include "train/precision.h"
#include "train/text_stream.h"

namespace corpusmill {
namespace {

struct GenerateCommandOptions {
  std::string checkpoint, tokenizer, prompt, device = "auto", dtype = "auto";
  std::vector<TokenId> prompt_ids;
  GenerateOptions generate;
  bool bos = true, stop_at_eos = true;
  CommonOptions common;
};

void parse(const std::vector<std::string>& arguments, GenerateCommandOptions& options) {
  OptionSet set("generate", "Continue a text with a checkpoint");
  CLI::App& app = set.app();
  app.add_option("--checkpoint", options.checkpoint,
                 "A run's folder (its newest checkpoint) or one step-N folder")
      ->required();
  CLI::Option* prompt = app.add_option("--prompt", options.prompt, "Text to continue");
  app.add_option("--prompt-ids", options.prompt_ids, "Ids to continue; ids are printed")
      ->delimiter(',')
      ->excludes(prompt);
  app.add_option("--tokenizer", options.tokenizer, "Tokenizer (default: the checkpoint's)");
  app.add_option("--max-new-tokens", options.generate.new_tokens_max, "Tokens at most")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  SamplerOptions& sampler = options.generate.sampler;
  app.add_option("--temperature", sampler.temperature, "0: always the likeliest token")
      ->capture_default_str();
  app.add_option("--top-k", sampler.top_k, "Only the k likeliest tokens; 0: all")
      ->capture_default_str();
  app.add_option("--top-p", sampler.top_p, "Only the likeliest that have this probability together")
      ->capture_default_str();
  add_switch(app, "--bos,!--no-bos", options.bos, "Start with the tokenizer's BOS, if it has one");
  add_switch(app, "--stop-at-eos,!--no-stop-at-eos", options.stop_at_eos, "End when EOS comes up");
  app.add_option("--device", options.device, "auto, cpu, cuda, cuda:N")->capture_default_str();
  app.add_option("--dtype", options.dtype, "auto, float32, bfloat16, float16")
      ->capture_default_str();
  options.common.add_to(app);
  set.example("corpusmill generate --checkpoint out --prompt 'The shell is'");
  set.parse(arguments);
  sampler.seed = options.common.seed;
  sampler.validate();
}

// The ids to continue: those given, or BOS and the text's.
std::vector<TokenId> prompt_ids(const GenerateCommandOptions& options, const TextCodec* codec) {
  if (!options.prompt_ids.empty()) return options.prompt_ids;
  if (codec == nullptr) {
    throw Error(ExitCode::kUsage,
                "no tokenizer beside the checkpoint: give --tokenizer, or ids with --prompt-ids");
  }
  std::vector<TokenId> ids;
  const SpecialIds specials = codec->special_ids();
  if (options.bos && specials.bos) ids.push_back(*specials.bos);
  const std::vector<TokenId> text = codec->encode_text(options.prompt);
  ids.insert(ids.end(), text.begin(), text.end());
  return ids;
}

void write_out(std::string_view text, bool quiet_text) {
  if (quiet_text) return;
  fmt::print("{}", text);
  std::fflush(stdout);
}

}  // namespace

ExitCode generate_command(const std::vector<std::string>& arguments) {
  GenerateCommandOptions options;
  parse(arguments, options);
  set_compute_threads(options.common.thread_count());
  CheckpointModel loaded = load_checkpoint_model(options.checkpoint, options.device, options.dtype);
  const std::unique_ptr<TextCodec> codec =
      load_checkpoint_codec(loaded.checkpoint, options.tokenizer);
  const std::vector<TokenId> prompt = prompt_ids(options, codec.get());
  const bool as_text = codec != nullptr && options.prompt_ids.empty();
  const SpecialIds specials =
      codec != nullptr ? codec->special_ids() : loaded.checkpoint.state.tokenizer.special_ids;
  if (options.stop_at_eos) options.generate.eos = specials.eos;

  std::vector<TokenId> ids;
  std::string text = options.prompt;
  std::optional<TextStream> stream;
  if (as_text) stream.emplace(*codec, prompt);
  const bool json = options.common.json;
  write_out(options.prompt, json);
  const auto start = std::chrono::steady_clock::now();
  const auto on_token = [&](TokenId id) {
    const std::string piece =
        as_text ? stream->push(id) : fmt::format("{}{}", ids.empty() ? "" : " ", id);
    ids.push_back(id);
    text += piece;
    write_out(piece, json);
    return !stop_requested();
  };
  const GenerateResult result = generate(loaded.model, prompt, options.generate, on_token);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const std::string rest = as_text ? stream->finish() : "";
  text += rest;
  write_out(rest + "\n", json);
  if (json) {
    nlohmann::json object = {{"command", "generate"},    {"seconds", seconds.count()},
                             {"prompt_ids", prompt},     {"ids", ids},
                             {"new_tokens", ids.size()}, {"end", generate_end_name(result.end)}};
    if (as_text) object["text"] = text;
    fmt::print("{}\n", object.dump());
  } else if (!options.common.quiet) {
    fmt::print(stderr, "{} tokens in {:.2f} s ({:.1f} tokens/s), ended by {}\n", ids.size(),
               seconds.count(), static_cast<double>(ids.size()) / seconds.count(),
               generate_end_name(result.end));
  }
  return result.end == GenerateEnd::kStopped ? ExitCode::kStopped : ExitCode::kDone;
}

}  // namespace corpusmill
