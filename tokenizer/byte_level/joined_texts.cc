#include "tokenizer/byte_level/joined_texts.h"

namespace corpusmill {

void JoinedTexts::clear() {
  text.clear();
  pretoken_ends.clear();
  text_ends.clear();
}

void JoinedTexts::append(std::string_view added, const Pretokenizer& pretokenizer,
                         PretokenScratch& scratch) {
  pretokenizer.append_ends(added, text.size(), scratch, pretoken_ends);
  text.append(added);
  text_ends.push_back(static_cast<std::uint32_t>(text.size()));
}

}  // namespace corpusmill
