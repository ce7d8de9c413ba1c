#include "tokenizer/learn/sentencepiece_trainer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "common/error.h"

#ifdef CORPUSMILL_SENTENCEPIECE
#include <sentencepiece_trainer.h>
#endif

namespace corpusmill {

#ifdef CORPUSMILL_SENTENCEPIECE
namespace {

// The library drops sentences that are longer than its limit; ours are cut below it.
constexpr std::size_t kSentenceBytesMax = 16384;

// The lines of the texts, long ones in pieces.
class LineIterator final : public sentencepiece::SentenceIterator {
 public:
  explicit LineIterator(std::span<const std::string> texts) : texts_(texts) { find_line(); }

  bool done() const override { return text_ == texts_.size(); }
  void Next() override { find_line(); }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void find_line() {
    for (; text_ < texts_.size(); ++text_, at_ = 0) {
      const std::string& text = texts_[text_];
      while (at_ < text.size()) {
        const std::size_t newline = std::min(text.find('\n', at_), text.size());
        const std::size_t end = cut(text, newline);
        line_.assign(text, at_, end - at_);
        at_ = end == newline ? end + 1 : end;
        if (!line_.empty()) return;
      }
    }
  }

  // `newline`, or the last start of a character within the limit.
  std::size_t cut(const std::string& text, std::size_t newline) const {
    if (newline - at_ <= kSentenceBytesMax) return newline;
    std::size_t end = at_ + kSentenceBytesMax;
    while (end > at_ + 1 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return end;
  }

  std::span<const std::string> texts_;
  std::size_t text_ = 0;
  std::size_t at_ = 0;
  std::string line_;
};

// A field of the library's comma-separated lists.
std::string list_field(const std::string& special) {
  if (special.find_first_of(",\"\n") != std::string::npos) {
    throw Error(ExitCode::kUsage,
                fmt::format("the special token {} holds a comma or a quote", special));
  }
  return special;
}

}  // namespace

std::string train_sentencepiece(std::span<const std::string> texts,
                                const SentencepieceTrainingOptions& options) {
  std::vector<std::string> specials;
  for (const std::string& special : options.specials) specials.push_back(list_field(special));
  std::unordered_map<std::string, std::string> arguments = {
      {"model_type", options.unigram ? "unigram" : "bpe"},
      {"vocab_size", std::to_string(options.vocabulary_size)},
      {"character_coverage", fmt::format("{}", options.character_coverage)},
      {"byte_fallback", "true"},
      {"split_digits", "true"},
      {"normalization_rule_name", "identity"},
      {"remove_extra_whitespaces", "false"},
      {"allow_whitespace_only_pieces", "true"},
      {"max_sentence_length", std::to_string(kSentenceBytesMax + 1)},
      {"shuffle_input_sentence", "false"},
      {"input_sentence_size", "0"},
      {"num_threads", "16"},
      {"minloglevel", "3"}};
  if (!specials.empty()) arguments["control_symbols"] = fmt::format("{}", fmt::join(specials, ","));
  LineIterator lines(texts);
  if (lines.done()) throw Error(ExitCode::kUsage, "the sample holds no text");
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &lines, &model);
  if (!status.ok()) {
    throw Error(ExitCode::kUsage, fmt::format("sentencepiece cannot train: {}", status.ToString()));
  }
  return model;
}

#else

std::string train_sentencepiece(std::span<const std::string>, const SentencepieceTrainingOptions&) {
  throw Error(ExitCode::kMismatch, "this build has no sentencepiece");
}

#endif

}  // namespace corpusmill
