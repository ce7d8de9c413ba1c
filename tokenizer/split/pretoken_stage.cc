#include "tokenizer/split/pretoken_stage.h"

#include "tokenizer/split/known_splitters.h"

namespace corpusmill {
namespace {

class PrefixSpace final : public TextRewriter {
 public:
  void rewrite(std::string_view piece, std::string& out, OffsetBuffer& ends) const override {
    if (piece.front() != ' ') out += ' ';
    out += piece;
    ends.push_back(checked_offset(out.size()));
  }
};

}  // namespace

PretokenStage PretokenStage::prefix_space() {
  return {.rewriter = std::make_shared<PrefixSpace>(), .is_prefix_space = true};
}

PretokenStage PretokenStage::gpt2() {
  return {.splitter = make_gpt2_splitter(best_splitter_level())};
}

}  // namespace corpusmill
