// GPT-2's expression on 64 bytes at once. Letters, numbers and other characters (neither those nor
// white space) make pretokens as runs, each with the plain space before it; white space makes one
// without its last character.
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/mask_splitter.h"
#include "tokenizer/split/plane_shifts.h"

namespace corpusmill {
namespace {

struct Gpt2 {
  static constexpr PlaneOptions kPlanes{};

  struct State {
    std::uint64_t letter = 0, number = 0, space = 0, other = 0, plain_space = 0;
    byte_planes::ContractionCarry contractions;
  };

  MaskStep step(State& state, const BytePlanes& here, const BytePlanes& next) const {
    using byte_planes::from_before;
    const std::uint64_t other = ~(here.letter | here.number | here.space);
    const std::uint64_t goes_on = (here.letter & from_before(here.letter, state.letter)) |
                                  (here.number & from_before(here.number, state.number)) |
                                  (here.space & from_before(here.space, state.space)) |
                                  (other & from_before(other, state.other));
    const std::uint64_t spaced = from_before(here.plain_space, state.plain_space) & ~here.space;
    const std::uint64_t starts = (~goes_on & ~spaced) | byte_planes::last_spaces(here, next);
    // A quote is a contraction's where a match begins with it.
    const std::uint64_t all = byte_planes::with_contractions(
        starts, here.contraction2 & starts, here.contraction3 & starts, state.contractions);
    state.letter = here.letter;
    state.number = here.number;
    state.space = here.space;
    state.other = other;
    state.plain_space = here.plain_space;
    return {.starts = all};
  }

  std::size_t match_end(std::string_view text, std::size_t at) const {
    return gpt2_match_end(text, at);
  }
};

}  // namespace

std::shared_ptr<const TextSplitter> make_gpt2_splitter(SplitterLevel level) {
  return std::make_shared<MaskSplitter<Gpt2>>(Gpt2{}, level);
}

}  // namespace corpusmill
