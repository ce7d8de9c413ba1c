#include "train/text_stream.h"

#include <string_view>
#include <utility>

namespace corpusmill {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
// More ids than any one character is spelled with: then the text really holds U+FFFD.
constexpr std::size_t kPendingMax = 8;
constexpr std::size_t kContextIds = 16;

}  // namespace

TextStream::TextStream(const TextCodec& codec, std::vector<TokenId> prompt)
    : codec_(codec), context_(std::move(prompt)) {
  if (context_.size() > kContextIds) context_.erase(context_.begin(), context_.end() - kContextIds);
}

std::string TextStream::pending_text() const {
  std::vector<TokenId> ids = context_;
  ids.insert(ids.end(), pending_.begin(), pending_.end());
  const std::string before = codec_.decode(context_), all = codec_.decode(ids);
  // A character that the context leaves open is completed by the pending ids: give it out whole.
  std::size_t common = before.size();
  while (common > 0 &&
         !std::string_view(all).starts_with(std::string_view(before).substr(0, common))) {
    --common;
  }
  while (common > 0 && common < all.size() && (all[common] & 0xC0) == 0x80) --common;
  return all.substr(common);
}

std::string TextStream::push(TokenId id) {
  pending_.push_back(id);
  const std::string text = pending_text();
  if (text.empty() || (text.ends_with(kReplacement) && pending_.size() < kPendingMax)) return "";
  context_ = std::exchange(pending_, {});
  return text;
}

std::string TextStream::finish() {
  if (pending_.empty()) return "";
  const std::string text = pending_text();
  context_ = std::exchange(pending_, {});
  return text;
}

}  // namespace corpusmill
