// The expressions of o200k and Tekken on 64 bytes at once. Beside what they share with cl100k:
// words end before a capital letter that follows small ones, contractions belong to the word before
// them, and slashes go with line breaks.
//
// Marks, capitals behind letters without case at the end of a block, contractions
// that stand side by side and slashes behind line breaks are left to the scalar matcher.
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/line_planes.h"
#include "tokenizer/split/mask_splitter.h"
#include "tokenizer/split/plane_shifts.h"

namespace corpusmill {
namespace {

struct O200k {
  static constexpr PlaneOptions kPlanes{.fold_case = true, .newlines = true, .cases = true};

  struct State {
    std::uint64_t letter = 0, blank = 0, other = 0, plain_space = 0, newline = 0;
    std::uint64_t lower = 0, upper = 0, after_lower = 0;
    std::uint64_t leaders = 0, continuation = 0, contractions_end = 0;
    byte_planes::ContractionCarry contractions;
    byte_planes::NumberGroups numbers;
    byte_planes::LineEnds lines;
  };

  O200kOptions options;

  MaskStep step(State& state, const BytePlanes& here, const BytePlanes& next) const {
    using byte_planes::from_before;
    const std::uint64_t letter = here.letter;
    const std::uint64_t other = ~(letter | here.number | here.space);
    const std::uint64_t blank = here.space & ~here.newline;
    const std::uint64_t before_letter = from_before(letter, state.letter);

    std::uint64_t quotes2 = 0, quotes3 = 0;
    if (options.contractions) {
      quotes2 = here.contraction2 & before_letter;
      quotes3 = here.contraction3 & before_letter;
    }
    const std::uint64_t quotes = quotes2 | quotes3;
    // Of a contraction's end nothing is certain: another contraction, or a word of its own.
    const std::uint64_t behind = quotes2 << 2 | quotes3 << 3 | state.contractions_end;
    bool hard = (behind & (letter | here.contraction2 | here.contraction3)) != 0;
    hard |= (here.slash & from_before(here.newline, state.newline)) != 0;
    // A long s in the next block makes a contraction with a quote at the end of this one.
    hard |= here.mark != 0 || here.odd != 0 || (next.odd & 1) != 0;

    const std::uint64_t other_starts = other & ~from_before(other, state.other) &
                                       ~from_before(here.plain_space, state.plain_space);
    const std::uint64_t leaders = other_starts & ~quotes;
    const std::uint64_t led =
        from_before(blank, state.blank) |
        byte_planes::after_character(leaders, state.leaders, here, state.continuation);
    const std::uint64_t words = letter & ~before_letter & ~led;
    const std::uint64_t capitals = capitals_that_start(state, here, hard);
    const byte_planes::LineStep lines = state.lines.step(here, next, other);
    const std::uint64_t numbers = state.numbers.step(here, options.number_chars_max);
    const std::uint64_t starts = byte_planes::with_contractions(
        (other_starts & ~quotes) | words | capitals | numbers | lines.starts, quotes2, quotes3,
        state.contractions);
    state.letter = letter;
    state.blank = blank;
    state.other = other;
    state.plain_space = here.plain_space;
    state.newline = here.newline;
    state.leaders = leaders;
    state.continuation = here.continuation;
    state.contractions_end = quotes2 >> 62 | quotes3 >> 61;
    return {.starts = starts, .undo = lines.undo, .hard = hard, .in_doubt = lines.in_doubt};
  }

  std::size_t match_end(std::string_view text, std::size_t at) const {
    return o200k_match_end(text, at, options);
  }

 private:
  // Capital letters before which a word ends: behind a small letter, or behind letters without case
  // that a small one stands before, or behind such letters alone where no small letter follows.
  static std::uint64_t capitals_that_start(State& state, const BytePlanes& here, bool& hard) {
    using byte_planes::from_before;
    const std::uint64_t caseless = here.letter & ~(here.upper | here.lower);
    const std::uint64_t marks =
        caseless & (from_before(here.lower, state.lower) | (state.after_lower >> 63));
    const std::uint64_t after_lower = caseless & ~(caseless + marks);
    const std::uint64_t firsts = here.upper & ~from_before(here.upper, state.upper);
    std::uint64_t starts =
        firsts & (from_before(here.lower | after_lower, state.lower | state.after_lower));
    for (std::uint64_t rest = firsts & ~starts & from_before(here.letter, state.letter); rest != 0;
         rest &= rest - 1) {
      const auto at = static_cast<unsigned>(std::countr_zero(rest));
      const unsigned end = at + static_cast<unsigned>(std::countr_one(here.upper >> at));
      if (end >= 64) {
        hard = true;
      } else if ((here.letter >> end & 1) == 0) {
        starts |= std::uint64_t{1} << at;
      }
    }
    state.lower = here.lower;
    state.upper = here.upper;
    state.after_lower = after_lower;
    return starts;
  }
};

}  // namespace

std::shared_ptr<const TextSplitter> make_o200k_splitter(const O200kOptions& options,
                                                        SplitterLevel level) {
  return std::make_shared<MaskSplitter<O200k>>(O200k{options}, level);
}

}  // namespace corpusmill
