#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/error.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::uint32_t kNoToken = ~std::uint32_t{0};

std::vector<std::string_view> contents_of(const std::vector<AddedToken>& tokens) {
  std::vector<std::string_view> contents;
  for (const AddedToken& token : tokens) contents.push_back(token.content);
  return contents;
}

ByteTrie make_trie(const std::vector<AddedToken>& tokens) {
  std::vector<ByteTrie::Entry> entries;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    entries.push_back({tokens[i].content, static_cast<std::uint32_t>(i)});
  }
  std::optional<ByteTrie> trie = ByteTrie::build(std::move(entries), kNoToken);
  if (!trie) throw Error(ExitCode::kMismatch, "so long a list of added tokens is not supported");
  return *std::move(trie);
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

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens)
    : tokens_(std::move(tokens)), trie_(make_trie(tokens_)), scanner_(contents_of(tokens_)) {}

const AddedToken* AddedTokenMatcher::match_at(std::string_view text, std::size_t at) const {
  std::uint32_t found = kNoToken;
  std::uint32_t node = ByteTrie::kRoot;
  for (; at < text.size(); ++at) {
    node = trie_.child(node, static_cast<unsigned char>(text[at]));
    if (node == ByteTrie::kNone) break;
    if (trie_.value(node) != kNoToken) found = trie_.value(node);
  }
  return found == kNoToken ? nullptr : &tokens_[found];
}

std::size_t AddedTokenMatcher::split(std::string_view text, bool special_as_text,
                                     std::vector<TextSection>& sections) const {
  sections.clear();
  std::size_t specials = 0;
  std::size_t stripped_end = 0;
  std::size_t pending = 0;  // where the text not yet in a section starts
  for (std::size_t at = 0; !tokens_.empty() && at < text.size();) {
    at = scanner_.next(text, at);
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
    if (token->rstrip) {
      // Within the white space that the token before took in, the end is known.
      stripped_end = end < stripped_end ? stripped_end : without_space_after(text, end);
      end = stripped_end;
    }
    if (pending < begin) sections.push_back({nullptr, text.substr(pending, begin - pending)});
    sections.push_back({token, text.substr(begin, end - begin)});
    pending = end;
  }
  if (pending < text.size()) sections.push_back({nullptr, text.substr(pending)});
  return specials;
}

}  // namespace corpusmill
