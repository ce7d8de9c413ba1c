// Cuts text into pretokens, inside which the merges of BPE stay: the pre_tokenizer of
// tokenizer.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
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

// What one thread reuses between calls of Pretokenizer::split.
struct PretokenScratch {
  std::vector<std::uint32_t> ends;
  std::string text;
};

class Pretokenizer {
 public:
  // Enough text to work on at once, little enough to stay in a core's cache.
  static constexpr std::size_t kWindowBytes = std::size_t{32} << 10;

  // Stages apply in order, each to every piece of the one before. No stage: text is one piece.
  explicit Pretokenizer(std::vector<PretokenStage> stages);

  // Cuts `text` (valid UTF-8) into its pretokens, in windows: calls sink(window, ends) with
  // successive stretches of whole pretokens, about kWindowBytes each, longer where a pretoken is.
  // Pretoken i of a window is window[ends[i - 1], ends[i]) with ends[-1] = 0; none is empty, and
  // ends.back() is the size of the window. Both are valid until the sink returns; the window is
  // part of `text`, or of the scratch where stages write text anew. Const; thread-safe with a
  // scratch for each thread, which the sink must not use. Throws Error(kMismatch) for a pretoken
  // that is not below 4 GiB.
  template <class Sink>
  void split(std::string_view text, PretokenScratch& scratch, Sink&& sink) const {
    if (rewrites_) {
      rewrite(text, scratch);
      if (!scratch.ends.empty()) sink(std::string_view(scratch.text), ends_of(scratch));
      return;
    }
    text = prefixed(text, scratch.text);
    for (std::size_t from = 0; from < text.size();) {
      scratch.ends.clear();
      const std::size_t end = split_window(text, from, scratch.ends);
      sink(text.substr(from, end - from), ends_of(scratch));
      from = end;
    }
  }

 private:
  static std::span<const std::uint32_t> ends_of(const PretokenScratch& scratch) {
    return scratch.ends;
  }
  // `text` with the space of a first kPrefixSpace, then in `copy`.
  std::string_view prefixed(std::string_view text, std::string& copy) const;
  // Appends the ends of the pretokens in the pieces of the first splitting stage that start in
  // [from, from + kWindowBytes), as offsets from `from`. Returns where the last one ends.
  std::size_t split_window(std::string_view text, std::size_t from,
                           std::vector<std::uint32_t>& ends) const;
  // Appends the pretokens' ends in one piece of the stage before `stage`, plus `offset`.
  void split_piece(std::size_t stage, std::string_view piece, std::size_t offset,
                   std::vector<std::uint32_t>& ends) const;
  // All of the text at once, stage by stage, into the scratch.
  void rewrite(std::string_view text, PretokenScratch& scratch) const;

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
  std::size_t first_split_ = 0;  // stages_[first_split_] is the first but a leading kPrefixSpace
  bool rewrites_ = false;        // a later stage is kPrefixSpace
  const std::uint8_t* classes_;  // char_class_table()
};

}  // namespace corpusmill
