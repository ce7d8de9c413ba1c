#include "prep/statistics/tokenizer_sample.h"

#include <xxhash.h>

#include <algorithm>

namespace corpusmill {

TokenizerSample::Key TokenizerSample::key_of(std::uint64_t ordinal) const {
  return {XXH3_64bits_withSeed(&ordinal, sizeof ordinal, seed_), ordinal};
}

void TokenizerSample::add(std::string_view text) {
  const Key key = key_of(ordinal_++);
  if (key >= limit_) return;
  kept_.push_back({key, text.size(), std::string(texts_ == Texts::kKeep ? text : "")});
  std::push_heap(kept_.begin(), kept_.end());
  bytes_ += text.size();
  while (bytes_ > bytes_max_ && kept_.size() > 1) {
    std::pop_heap(kept_.begin(), kept_.end());
    limit_ = kept_.back().key;
    bytes_ -= kept_.back().bytes;
    kept_.pop_back();
  }
}

std::vector<std::string> TokenizerSample::take() {
  std::sort(kept_.begin(), kept_.end(),
            [](const Kept& a, const Kept& b) { return a.key.second < b.key.second; });
  std::vector<std::string> texts;
  texts.reserve(kept_.size());
  for (Kept& kept : kept_) texts.push_back(std::move(kept.text));
  kept_.clear();
  bytes_ = 0;
  return texts;
}

}  // namespace corpusmill
