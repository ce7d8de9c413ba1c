// corpusmill filter: rows within limits of length stay, byte for byte.
#include <memory>
#include <optional>

#include "prep/commands/commands.h"
#include "prep/stage/text_run.h"
#include "prep/tokenize/encode_stage.h"
#include "prep/tokenize/shard_options.h"

namespace corpusmill {
namespace {

struct FilterOptions {
  InputOptions input;
  CommonOptions common;
  TokenizerOptions tokenizer;
  LengthLimits limits;
  std::string output;

  void check() const {
    limits.check();
    if (!limits.any()) {
      throw Error(ExitCode::kUsage,
                  "no limit is given; --min-chars 20, for one, drops short texts");
    }
    if (limits.limits_tokens() && tokenizer.tokenizer.empty()) {
      throw Error(ExitCode::kUsage,
                  "--min-tokens and --max-tokens need a --tokenizer to count with");
    }
  }
};

FilterOptions parse_options(const std::vector<std::string>& arguments) {
  FilterOptions options;
  OptionSet set("filter", "Keep the rows whose text is within limits of length");
  options.input.add_to(set.app());
  set.app()
      .add_option("-o,--output", options.output,
                  "Kept rows; OUTPUT.rejected.jsonl.zst gets the dropped ones")
      ->required();
  add_length_options(set.app(), options.limits);
  options.tokenizer.add_to(set.app());
  options.common.add_to(set.app());
  set.example("corpusmill filter unique.jsonl.zst --min-chars 20 -o long.jsonl.zst");
  set.example(
      "corpusmill filter unique.jsonl.zst --max-tokens 512 --tokenizer tokenizer.json "
      "-o fits.jsonl.zst");
  set.parse(arguments);
  options.check();
  return options;
}

// Drops what the limits refuse: by the text first, and only then by its tokens.
class LengthStage {
 public:
  explicit LengthStage(const FilterOptions& options) : limits_(options.limits) {
    if (!limits_.limits_tokens()) return;
    tokenizer_ = load_tokenizer(options.tokenizer.tokenizer);
    EncoderChoices choices;
    choices.bos = false;
    choices.eos = false;
    choices.special_in_text = options.tokenizer.policy();
    encoder_.emplace(*tokenizer_, choices);
  }

  void apply(DocumentBatch& batch) const {
    std::vector<TokenId> ids;
    for (Document& document : batch.documents) {
      if (document.dropped) continue;
      if (const auto reason = limits_.refuses_text(document.text)) {
        document.drop(*reason);
        document.detail = describe_text_refusal(limits_, document.text);
      } else if (encoder_) {
        ids.clear();
        const EncodeReport report = encoder_->encode(document.text, ids);
        if (report.refused) {
          refuse_candidate(document, DropReason::kSpecialInText);
        } else if (const auto token_reason = limits_.refuses_tokens(ids.size())) {
          refuse_candidate(document, *token_reason);
        }
      }
    }
  }

 private:
  LengthLimits limits_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::optional<DocumentEncoder> encoder_;
};

}  // namespace

ExitCode filter_command(const std::vector<std::string>& arguments) {
  const FilterOptions options = parse_options(arguments);
  const LengthStage stage(options);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  run_to_text({.command = "filter",
               .input = options.input,
               .common = options.common,
               .inputs = inputs,
               .output = options.output,
               .in_parallel = [&](DocumentBatch& batch) { stage.apply(batch); },
               .in_order = nullptr});
  return ExitCode::kDone;
}

}  // namespace corpusmill
