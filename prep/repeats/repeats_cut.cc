#include "prep/repeats/repeats_cut.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "common/stop_signal.h"

namespace corpusmill {
namespace {

// A character has four bytes at most, and so three tokens before one of its own.
constexpr std::uint64_t kCharacterTokens = 4;

std::size_t count_replacements(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::size_t count = 0;
  for (std::size_t at = text.find(kReplacement); at != text.npos;
       at = text.find(kReplacement, at + kReplacement.size())) {
    ++count;
  }
  return count;
}

// The spans of one document, those that touch joined, relative to its first token.
std::vector<TokenRange> cuts_of(std::span<const RepeatedSpan> spans, const TokenRange& document) {
  std::vector<TokenRange> cuts;
  for (const RepeatedSpan& span : spans) {
    const TokenRange cut{span.begin - document.begin, span.end - document.begin};
    if (!cuts.empty() && cuts.back().end == cut.begin) {
      cuts.back().end = cut.end;
    } else {
      cuts.push_back(cut);
    }
  }
  return cuts;
}

}  // namespace

bool splits_character(const TextCodec& codec, std::span<const TokenId> ids, std::uint64_t at) {
  const std::uint64_t begin = at - std::min(at, kCharacterTokens);
  const std::uint64_t end = std::min<std::uint64_t>(ids.size(), at + kCharacterTokens);
  const auto replacements = [&](std::uint64_t from, std::uint64_t to) {
    return count_replacements(codec.decode(ids.subspan(from, to - from)));
  };
  return replacements(begin, at) + replacements(at, end) > replacements(begin, end);
}

TokenRange clean_cut(const TextCodec& codec, std::span<const TokenId> ids, TokenRange cut) {
  while (cut.begin < cut.end && splits_character(codec, ids, cut.begin)) ++cut.begin;
  while (cut.begin < cut.end && splits_character(codec, ids, cut.end)) --cut.end;
  return cut;
}

std::vector<ShardInfo> write_without_repeats(const ShardCorpus& corpus,
                                             std::span<const RepeatedSpan> spans,
                                             const TextCodec& codec, const ShardSetNames& names,
                                             const ShardSetOptions& options) {
  ShardSetWriter writer(names, options, {}, [](const PublishedShard&) {});
  for (const CorpusDocument& document : corpus.documents()) {
    throw_if_stop_requested();
    const auto behind = std::find_if(spans.begin(), spans.end(), [&](const RepeatedSpan& span) {
      return span.begin >= document.tokens.end;
    });
    const auto count = static_cast<std::size_t>(behind - spans.begin());
    const std::vector<TokenId> ids = corpus.ids(document.tokens);
    const TokenRange text = corpus.text_of(document);
    std::uint64_t cut_tokens = 0, copied = 0;
    std::vector<TokenId> kept;
    const auto copy_until = [&](std::uint64_t end) {
      kept.insert(kept.end(), ids.begin() + static_cast<std::ptrdiff_t>(copied),
                  ids.begin() + static_cast<std::ptrdiff_t>(end));
    };
    for (const TokenRange& joined : cuts_of(spans.first(count), document.tokens)) {
      const TokenRange cut = clean_cut(codec, ids, joined);
      copy_until(cut.begin);
      copied = cut.end;
      cut_tokens += cut.end - cut.begin;
    }
    copy_until(ids.size());
    spans = spans.subspan(count);
    if (cut_tokens > 0 && cut_tokens == text.end - text.begin) continue;
    writer.append(document.split, {.ids = kept, .origin = document.origin, .source = {}});
  }
  writer.finish();
  return writer.shards();
}

}  // namespace corpusmill
