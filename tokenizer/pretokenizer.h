// Cuts text into pretokens, inside which the merges of BPE stay: the pre_tokenizer of
// tokenizer.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace corpusmill {

struct PretokenStage {
  enum class Kind : std::uint8_t {
    kPrefixSpace,  // puts a space before a piece that does not start with one
    kGpt2,         // the regular expression of GPT-2, kGpt2Regex
    kCl100k,       // that of cl100k, Llama 3 and Qwen 2: number_chars_max tells them apart
    kDigits,       // numeric characters apart from others, and from each other if individual
  };
  Kind kind = Kind::kGpt2;
  std::size_t number_chars_max = 0;  // kCl100k: \p{N}{1,number_chars_max}
  bool individual = false;           // kDigits
};

inline constexpr std::string_view kGpt2Regex =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kLlama3Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kQwen2Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

class Pretokenizer {
 public:
  // Stages apply in order, each to every piece of the one before. No stage: text is one piece.
  explicit Pretokenizer(std::vector<PretokenStage> stages);

  // Calls `sink` with every pretoken of `text` (valid UTF-8), in order. A pretoken points into the
  // text, or into scratch that lives until the sink returns. Const, thread-safe.
  using Sink = std::function<void(std::string_view)>;
  void split(std::string_view text, const Sink& sink) const { split_from(0, text, sink); }

 private:
  void split_from(std::size_t stage, std::string_view text, const Sink& sink) const;
  std::size_t piece_end(const PretokenStage& stage, std::string_view text, std::size_t at) const;
  std::size_t gpt2_end(std::string_view text, std::size_t at) const;
  std::size_t cl100k_end(std::string_view text, std::size_t at, std::size_t number_chars_max) const;
  std::size_t digits_end(std::string_view text, std::size_t at, bool individual) const;
  std::size_t spaces_end(std::string_view text, std::size_t at) const;
  // The end of the run of characters from `at` that have one of `classes` (or none of them).
  std::size_t run_end(std::string_view text, std::size_t at, std::uint8_t classes, bool none) const;
  // The classes of the character at `at`; its length goes to `bytes` (0 and no class at the end).
  std::uint8_t classes_at(std::string_view text, std::size_t at, std::size_t* bytes) const;

  std::vector<PretokenStage> stages_;
  const std::uint8_t* classes_;  // char_class_table()
};

}  // namespace corpusmill
