#include "prep/statistics/vocabulary_sample.h"

#include <algorithm>

#include "tokenizer/text/byte_alphabet.h"

namespace corpusmill {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// "<0xE4>", or one letter of the byte alphabet that stands for no ASCII character.
bool is_byte_token(const Tokenizer& tokenizer, TokenId id) {
  const std::string spelled = tokenizer.token(id);
  const bool in_byte_alphabet =
      tokenizer.kind() == "byte-level-bpe" || tokenizer.kind() == "tiktoken";
  if (!in_byte_alphabet) return spelled.size() == 6 && spelled.starts_with("<0x");
  const auto bytes = spelled_bytes(spelled);
  return bytes && bytes->size() == 1 && (bytes->front() & 0x80) != 0;
}

}  // namespace

VocabularySample::VocabularySample(const Tokenizer& tokenizer)
    : tokenizer_(&tokenizer), counts_(tokenizer.vocabulary_size()) {}

void VocabularySample::add(std::string_view text) {
  ids_.clear();
  specials_ += tokenizer_->encode(text, tokenizer_->default_policy(), ids_).specials;
  ++documents_;
  bytes_ += text.size();
  characters_ += static_cast<std::uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  tokens_ += ids_.size();
  for (const TokenId id : ids_) ++counts_[id];
}

VocabularySample& VocabularySample::operator+=(const VocabularySample& other) {
  documents_ += other.documents_;
  bytes_ += other.bytes_;
  characters_ += other.characters_;
  tokens_ += other.tokens_;
  specials_ += other.specials_;
  for (std::size_t id = 0; id < counts_.size(); ++id) counts_[id] += other.counts_[id];
  return *this;
}

nlohmann::json VocabularySample::to_json() const {
  std::uint64_t used = 0, bytes = 0;
  for (std::size_t id = 0; id < counts_.size(); ++id) {
    if (counts_[id] == 0) continue;
    ++used;
    if (is_byte_token(*tokenizer_, static_cast<TokenId>(id))) bytes += counts_[id];
  }
  const auto unk = tokenizer_->special_ids().unk;
  return {{"documents", documents_},
          {"tokens", tokens_},
          {"bytes_per_token", ratio(bytes_, tokens_)},
          {"characters_per_token", ratio(characters_, tokens_)},
          {"tokens_per_document", ratio(tokens_, documents_)},
          {"used_share", ratio(used, counts_.size())},
          {"byte_share", ratio(bytes, tokens_)},
          {"unknown_share", unk ? ratio(counts_[*unk], tokens_) : 0.0},
          {"specials", specials_}};
}

}  // namespace corpusmill
