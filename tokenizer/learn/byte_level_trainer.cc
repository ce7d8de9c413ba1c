#include "tokenizer/learn/byte_level_trainer.h"

#include <fmt/format.h>

#include <unordered_set>

#include "common/error.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/learn/byte_level_writer.h"
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/pretokenizer.h"

namespace corpusmill {
namespace {

struct Splitter {
  std::string_view name;
  std::string_view regex;  // empty: that of GPT-2, which the format has built in
};

constexpr std::string_view kLlama3Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kO200kRegex =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+)"
    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr Splitter kSplitters[] = {
    {"gpt2", ""},
    {"cl100k", kLlama3Regex},  // written otherwise there; it cuts alike
    {"llama3", kLlama3Regex},
    {"qwen2", R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
              R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {"o200k", kO200kRegex},
};

const Splitter& find_splitter(std::string_view name) {
  for (const Splitter& splitter : kSplitters) {
    if (splitter.name == name) return splitter;
  }
  throw Error(ExitCode::kUsage, fmt::format("there is no splitter {}", name));
}

PretokenStage stage_of(const Splitter& splitter) {
  if (splitter.regex.empty()) return PretokenStage::gpt2();
  PretokenStage stage{.splitter = find_known_splitter(splitter.regex).splitter};
  if (stage.splitter != nullptr) return stage;
  throw Error(ExitCode::kInternal, fmt::format("no splitter for {}", splitter.regex));
}

std::vector<AddedToken> special_tokens(const std::vector<std::string>& specials) {
  std::vector<AddedToken> tokens;
  std::unordered_set<std::string> seen;
  for (const std::string& special : specials) {
    if (special.empty()) throw Error(ExitCode::kUsage, "a special token is empty");
    if (!seen.insert(special).second) {
      throw Error(ExitCode::kUsage, fmt::format("the special token {} is given twice", special));
    }
    tokens.push_back(
        {.id = static_cast<TokenId>(tokens.size()), .content = special, .special = true});
  }
  return tokens;
}

}  // namespace

std::vector<std::string> splitter_names() {
  std::vector<std::string> names;
  for (const Splitter& splitter : kSplitters) names.emplace_back(splitter.name);
  return names;
}

struct ByteLevelTrainer::State {
  explicit State(const ByteLevelTrainingOptions& training)
      : options(training),
        splitter(find_splitter(training.splitter)),
        specials(special_tokens(training.specials)),
        matcher(specials),
        pretokenizer({stage_of(splitter)}),
        tokens(training.specials),
        counter(training.merges.memory_bytes / 2, training.merges.tmp_dir) {}

  ByteLevelTrainingOptions options;
  const Splitter& splitter;
  std::vector<AddedToken> specials;
  AddedTokenMatcher matcher;
  Pretokenizer pretokenizer;
  TokenTable tokens;
  PartitionedCounter counter;
};

ByteLevelTrainer::ByteLevelTrainer(const ByteLevelTrainingOptions& options)
    : state_(std::make_unique<State>(options)) {
  if (options.merges.vocabulary_size < state_->tokens.size()) {
    throw Error(ExitCode::kUsage,
                fmt::format("a vocabulary of {} cannot hold {} special tokens and 256 bytes",
                            options.merges.vocabulary_size, options.specials.size()));
  }
}

ByteLevelTrainer::~ByteLevelTrainer() = default;

struct ByteLevelTrainer::Adder::State {
  explicit State(ByteLevelTrainer::State& its) : trainer(&its), table(its.counter) {}
  ByteLevelTrainer::State* trainer;
  PartitionedCounter::Table table;
  std::vector<TextSection> sections;
  PretokenScratch scratch;
};

ByteLevelTrainer::Adder::Adder(ByteLevelTrainer& trainer)
    : state_(std::make_unique<State>(*trainer.state_)) {}

ByteLevelTrainer::Adder::~Adder() = default;

void ByteLevelTrainer::Adder::add(std::string_view text) {
  state_->trainer->matcher.split(text, false, state_->sections);
  for (const TextSection& section : state_->sections) {
    if (section.token != nullptr) continue;
    state_->trainer->pretokenizer.split(
        section.text, state_->scratch,
        [&](std::string_view window, std::span<const std::uint32_t> ends) {
          state_->table.add_all(window, ends);
        });
  }
}

TrainedByteLevel ByteLevelTrainer::finish() {
  const CountedKeys pretokens = state_->counter.finish(state_->options.merges.threads);
  learn_pretoken_merges(pretokens, state_->options.merges, state_->tokens);
  return {.vocabulary_size = state_->tokens.size(),
          .tokenizer_json =
              write_tokenizer_json(state_->specials, state_->splitter.regex, state_->tokens),
          .tokenizer_config_json = write_tokenizer_config_json(state_->specials),
          .distinct_pretokens = pretokens.keys(),
          .spilled_bytes = pretokens.spilled_bytes()};
}

}  // namespace corpusmill
