#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "tokenizer/unicode_class.h"

namespace corpusmill {
namespace {

std::uint8_t first_byte(const AddedToken& token) {
  return static_cast<std::uint8_t>(token.content.front());
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const std::uint16_t* classes = char_class_table();
  const bool word_before =
      begin > 0 && (classes[decode_utf8_before(text, begin).code_point] & kWord) != 0;
  const bool word_after =
      end < text.size() && (classes[decode_utf8(text, end).code_point] & kWord) != 0;
  return !word_before && !word_after;
}

std::size_t without_space_before(std::string_view text, std::size_t begin) {
  while (begin > 0) {
    const DecodedChar decoded = decode_utf8_before(text, begin);
    if ((char_class_table()[decoded.code_point] & kSpace) == 0) break;
    begin -= decoded.bytes;
  }
  return begin;
}

std::size_t without_space_after(std::string_view text, std::size_t end) {
  while (end < text.size()) {
    const DecodedChar decoded = decode_utf8(text, end);
    if ((char_class_table()[decoded.code_point] & kSpace) == 0) break;
    end += decoded.bytes;
  }
  return end;
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::sort(tokens_.begin(), tokens_.end(), [](const AddedToken& a, const AddedToken& b) {
    return std::tuple(first_byte(a), b.content.size(), a.content) <
           std::tuple(first_byte(b), a.content.size(), b.content);
  });
  for (const AddedToken& token : tokens_) ++first_[first_byte(token) + 1U];
  for (std::size_t byte = 1; byte < first_.size(); ++byte) first_[byte] += first_[byte - 1];
}

const AddedToken* AddedTokenMatcher::match_at(std::string_view text, std::size_t at) const {
  const auto byte = static_cast<std::uint8_t>(text[at]);
  for (std::uint32_t i = first_[byte]; i < first_[byte + 1U]; ++i) {
    if (text.substr(at).starts_with(tokens_[i].content)) return &tokens_[i];
  }
  return nullptr;
}

std::size_t AddedTokenMatcher::split(std::string_view text, bool special_as_text,
                                     std::vector<TextSection>& sections) const {
  sections.clear();
  std::size_t specials = 0;
  std::size_t pending = 0;  // where the text not yet in a section starts
  for (std::size_t at = 0; !tokens_.empty() && at < text.size();) {
    const AddedToken* token = match_at(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at + token->content.size();
    at = end;
    if (token->single_word && !stands_alone(text, begin, end)) continue;
    if (token->special) ++specials;
    if (token->special && special_as_text) continue;
    if (token->lstrip) begin = std::max(without_space_before(text, begin), pending);
    if (token->rstrip) end = without_space_after(text, end);
    if (pending < begin) sections.push_back({nullptr, text.substr(pending, begin - pending)});
    sections.push_back({token, text.substr(begin, end - begin)});
    pending = end;
  }
  if (pending < text.size()) sections.push_back({nullptr, text.substr(pending)});
  return specials;
}

}  // namespace corpusmill
