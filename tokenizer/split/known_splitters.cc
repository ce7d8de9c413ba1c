#include "tokenizer/split/known_splitters.h"

namespace corpusmill {
namespace {

using Made = std::shared_ptr<const TextSplitter>;

struct KnownRegex {
  std::string_view regex;
  Made (*make)(SplitterLevel level);
};

template <std::size_t kNumberCharsMax, bool kMarksInWords = false>
Made make_cl100k(SplitterLevel level) {
  return make_cl100k_splitter(
      {.number_chars_max = kNumberCharsMax, .marks_in_words = kMarksInWords}, level);
}

template <std::size_t kNumberCharsMax, bool kContractions>
Made make_o200k(SplitterLevel level) {
  return make_o200k_splitter({.number_chars_max = kNumberCharsMax, .contractions = kContractions},
                             level);
}

constexpr KnownRegex kKnown[] = {
    // GPT-2 and its kin; ByteLevel's own.
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
     make_gpt2_splitter},
    {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
     make_gpt2_splitter},
    // Llama 3, cl100k.
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
     R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     make_cl100k<3>},
    // Qwen2, Qwen2.5, Qwen3.
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
     R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     make_cl100k<1>},
    // o200k: GPT-4o, Llama 4.
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+)"
     R"([\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3})"
     R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     make_o200k<3, true>},
    // Tekken: Mistral Nemo and its kin, Nemotron 3.
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
     R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N})"
     R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     make_o200k<1, false>},
    // Qwen3.5.
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N})"
     R"(| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     make_cl100k<1, true>},
};

constexpr std::string_view kDeepseekNumbers = R"(\p{N}{1,3})";
constexpr std::string_view kDeepseekCjk = "[一-龥぀-ゟ゠-ヿ]+";
// The file spells \r and \n as the characters themselves.
constexpr std::string_view kDeepseekWords = R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^)"
                                            "\r\n"
                                            R"(\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[)"
                                            "\r\n"
                                            R"(]*|\s*[)"
                                            "\r\n"
                                            R"(]+|\s+(?!\S)|\s+)";

}  // namespace

SplitterLevel best_splitter_level() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("avx2") != 0) {
    if (__builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
        __builtin_cpu_supports("avx512bw") != 0) {
      return SplitterLevel::kAvx512;
    }
    return SplitterLevel::kAvx2;
  }
#endif
  return SplitterLevel::kScalar;
}

KnownSplitter find_known_splitter(std::string_view regex, SplitterLevel level) {
  for (const KnownRegex& known : kKnown) {
    if (known.regex == regex) return {known.make(level), true};
  }
  if (regex == kDeepseekNumbers) return {make_deepseek_numbers_splitter()};
  if (regex == kDeepseekCjk) return {make_deepseek_cjk_splitter()};
  if (regex == kDeepseekWords) return {make_deepseek_words_splitter()};
  return {};
}

}  // namespace corpusmill
