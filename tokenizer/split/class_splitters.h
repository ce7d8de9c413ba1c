// Pre-tokenizers that cut by the class of single characters.
#pragma once

#include <memory>

#include "tokenizer/split/text_splitter.h"

namespace corpusmill {

// Digits: numeric characters apart from others, and from each other if `individual`.
std::shared_ptr<const TextSplitter> make_digits_splitter(bool individual);

}  // namespace corpusmill
