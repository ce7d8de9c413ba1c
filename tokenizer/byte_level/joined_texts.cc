#include "tokenizer/byte_level/joined_texts.h"

#include <algorithm>

#include "tokenizer/split/text_splitter.h"

namespace corpusmill {

void JoinedTexts::clear() {
  pretokens.clear();
  pretokens.push_back(0);
  text_ends.clear();
}

void JoinedTexts::append(std::string_view added, const Pretokenizer& pretokenizer,
                         PretokenScratch& scratch) {
  const std::size_t begin = size(), end = begin + added.size();
  const std::size_t needed = end + TextSplitter::kPaddingBytes;
  if (needed > bytes_.size()) bytes_.resize(std::max(needed, 2 * bytes_.size()));
  std::copy(added.begin(), added.end(), bytes_.data() + begin);
  std::fill_n(bytes_.data() + end, TextSplitter::kPaddingBytes, ' ');
  pretokenizer.mark_ends({bytes_.data() + begin, added.size()}, begin, scratch, pretokens);
  text_ends.push_back(static_cast<std::uint32_t>(end));
}

}  // namespace corpusmill
