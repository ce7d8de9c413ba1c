#include "tokenizer/split/class_splitters.h"

#include "tokenizer/split/scalar_matchers.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

struct Digits {
  bool individual;

  std::size_t match_end(std::string_view text, std::size_t at) const {
    const std::size_t one = class_run_end(text, at, kNumeric, false, 1);
    if (one == at) return class_run_end(text, at, kNumeric, true);
    return individual ? one : class_run_end(text, at, kNumeric, false);
  }
};

}  // namespace

std::shared_ptr<const TextSplitter> make_digits_splitter(bool individual) {
  return std::make_shared<MatchSplitter<Digits>>(Digits{individual});
}

}  // namespace corpusmill
