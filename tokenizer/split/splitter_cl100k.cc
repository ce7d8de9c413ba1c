// The expressions of cl100k, Llama 3 and Qwen on 64 bytes at once. What makes them differ from
// GPT-2's: a word takes one character of any sort before it (of other characters only where no
// second one stands beside it), other characters take the line breaks behind them, and white space
// ends behind its last line break.
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/line_planes.h"
#include "tokenizer/split/mask_splitter.h"
#include "tokenizer/split/plane_shifts.h"

namespace corpusmill {
namespace {

template <bool kMarksInWords>
struct Cl100k {
  static constexpr PlaneOptions kPlanes{
      .fold_case = true, .newlines = true, .marks_are_letters = kMarksInWords};

  struct State {
    std::uint64_t letter = 0, blank = 0, other = 0, plain_space = 0;
    std::uint64_t leaders = 0, continuation = 0;
    byte_planes::ContractionCarry contractions;
    byte_planes::NumberGroups numbers;
    byte_planes::LineEnds lines;
  };

  Cl100kOptions options;

  MaskStep step(State& state, const BytePlanes& here, const BytePlanes& next) const {
    using byte_planes::from_before;
    const std::uint64_t other = ~(here.letter | here.number | here.space);
    const std::uint64_t blank = here.space & ~here.newline;
    // Other characters that begin a match, and of those the contractions.
    const std::uint64_t other_starts = other & ~from_before(other, state.other) &
                                       ~from_before(here.plain_space, state.plain_space);
    const std::uint64_t quotes2 = here.contraction2 & other_starts;
    const std::uint64_t quotes3 = here.contraction3 & other_starts;
    const std::uint64_t leaders = other_starts & ~(quotes2 | quotes3);
    const std::uint64_t led =
        from_before(blank, state.blank) |
        byte_planes::after_character(leaders, state.leaders, here, state.continuation);
    const std::uint64_t words = here.letter & ~from_before(here.letter, state.letter) & ~led;

    const byte_planes::LineStep lines = state.lines.step(here, next, other);
    const std::uint64_t numbers = state.numbers.step(here, options.number_chars_max);
    const std::uint64_t starts = byte_planes::with_contractions(
        other_starts | words | numbers | lines.starts, quotes2, quotes3, state.contractions);
    const bool long_s = here.odd != 0;
    state.letter = here.letter;
    state.blank = blank;
    state.other = other;
    state.plain_space = here.plain_space;
    state.leaders = leaders;
    state.continuation = here.continuation;
    return {.starts = starts, .undo = lines.undo, .hard = long_s, .in_doubt = lines.in_doubt};
  }

  std::size_t match_end(std::string_view text, std::size_t at) const {
    return cl100k_match_end(text, at, options);
  }
};

}  // namespace

std::shared_ptr<const TextSplitter> make_cl100k_splitter(const Cl100kOptions& options,
                                                         SplitterLevel level) {
  if (options.marks_in_words) {
    return std::make_shared<MaskSplitter<Cl100k<true>>>(Cl100k<true>{options}, level);
  }
  return std::make_shared<MaskSplitter<Cl100k<false>>>(Cl100k<false>{options}, level);
}

}  // namespace corpusmill
