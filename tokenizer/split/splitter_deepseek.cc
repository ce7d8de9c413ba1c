// The expressions of DeepSeek V3, applied one after another.
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/scalar_matchers.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

// \p{N}{1,3}, isolated.
struct NumberGroups {
  std::size_t match_end(std::string_view text, std::size_t at) const {
    const std::size_t group = class_run_end(text, at, kNumber, false, 3);
    return group > at ? group : class_run_end(text, at, kNumber, true);
  }
};

// [\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+, isolated.
struct CjkRuns {
  static bool is_cjk(std::uint32_t c) {
    return (c >= 0x4E00 && c <= 0x9FA5) || (c >= 0x3040 && c <= 0x30FF);
  }
  std::size_t match_end(std::string_view text, std::size_t at) const {
    const bool cjk = is_cjk(decode_utf8(text, at).code_point);
    while (at < text.size()) {
      const DecodedChar decoded = decode_utf8(text, at);
      if (is_cjk(decoded.code_point) != cjk) break;
      at += decoded.bytes;
    }
    return at;
  }
};

// The last expression, isolated: what it does not match is a piece too, up to the next match.
struct Words {
  std::size_t match_end(std::string_view text, std::size_t at) const {
    const std::size_t end = deepseek_match_end(text, at);
    if (end > at) return end;
    do {
      at += decode_utf8(text, at).bytes;
    } while (at < text.size() && deepseek_match_end(text, at) == at);
    return at;
  }
};

}  // namespace

std::shared_ptr<const TextSplitter> make_deepseek_numbers_splitter() {
  return std::make_shared<MatchSplitter<NumberGroups>>(NumberGroups{});
}

std::shared_ptr<const TextSplitter> make_deepseek_cjk_splitter() {
  return std::make_shared<MatchSplitter<CjkRuns>>(CjkRuns{});
}

std::shared_ptr<const TextSplitter> make_deepseek_words_splitter() {
  return std::make_shared<MatchSplitter<Words>>(Words{});
}

}  // namespace corpusmill
