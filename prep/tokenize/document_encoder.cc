#include "prep/tokenize/document_encoder.h"

#include <fmt/format.h>

#include "common/error.h"

namespace corpusmill {
namespace {

std::optional<TokenId> choose(std::optional<bool> asked, std::optional<TokenId> id, bool by_default,
                              std::string_view name, std::string_view flag) {
  if (asked.value_or(false) && !id) {
    throw Error(ExitCode::kMismatch,
                fmt::format("the tokenizer's vocabulary has no {}; leave --{} out or give --no-{}",
                            name, flag, flag));
  }
  return asked.value_or(by_default) ? id : std::nullopt;
}

}  // namespace

DocumentEncoder::DocumentEncoder(const Tokenizer& tokenizer, const EncoderChoices& choices)
    : tokenizer_(&tokenizer),
      policy_(choices.special_in_text.value_or(tokenizer.default_policy())) {
  const SpecialIds ids = tokenizer.special_ids();
  frame_.before = choose(choices.bos, ids.bos, ids.bos != ids.eos, "BOS", "bos");
  frame_.after = choose(choices.eos, ids.eos, true, "EOS", "eos");
}

std::string_view special_in_text_name(SpecialInText policy) {
  switch (policy) {
    case SpecialInText::kParse:
      return "parse";
    case SpecialInText::kText:
      return "text";
    case SpecialInText::kReject:
      return "reject";
  }
  return "";
}

}  // namespace corpusmill
