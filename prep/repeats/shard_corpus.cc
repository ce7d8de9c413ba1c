#include "prep/repeats/shard_corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "common/error.h"
#include "common/stop_signal.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kChunkTokens = 1 << 18;

std::uint64_t tokens_of(const ShardSet& set) {
  return set.manifest.tokens(Split::kTrain) + set.manifest.tokens(Split::kValidation);
}

std::uint64_t width_of(const ShardSet& set) {
  return static_cast<std::uint64_t>(width_for_vocabulary(set.manifest.tokenizer.vocabulary_size));
}

}  // namespace

std::uint64_t ShardCorpus::bytes_for(const ShardSet& set) {
  const std::uint64_t documents =
      set.manifest.documents(Split::kTrain) + set.manifest.documents(Split::kValidation);
  return repeated_spans_bytes(tokens_of(set), width_of(set)) +
         documents * (sizeof(CorpusDocument) + sizeof(TokenRange));
}

ShardCorpus::ShardCorpus(const ShardSet& set)
    : bos_(set.manifest.bos), eos_(set.manifest.eos), width_(width_of(set)) {
  bytes_.reserve(tokens_of(set) * width_);
  add(set, Split::kTrain);
  add(set, Split::kValidation);
}

void ShardCorpus::add(const ShardSet& set, Split split) {
  const ShardSetReader reader(set, split);
  if (reader.tokens() == 0) return;
  if (!reader.has_index()) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} has no document index, which says where documents begin; write it "
                            "anew with an index",
                            set.path.string()));
  }
  const std::uint64_t base = bytes_.size() / width_;
  for (std::uint64_t number = 0; number < reader.documents(); ++number) {
    const ShardSetReader::Document document = reader.document(number);
    documents_.push_back(
        {split, number, document.origin, {base + document.begin, base + document.end}});
  }
  for (std::uint64_t first = 0; first < reader.tokens(); first += kChunkTokens) {
    throw_if_stop_requested();
    for (const TokenId id : reader.read(first, kChunkTokens)) {
      for (std::uint64_t byte = 0; byte < width_; ++byte) {
        bytes_.push_back(static_cast<std::uint8_t>(id >> (8 * byte)));
      }
    }
  }
}

std::vector<TokenId> ShardCorpus::ids(const TokenRange& range) const {
  std::vector<TokenId> ids(range.end - range.begin);
  for (std::uint64_t i = 0; i < ids.size(); ++i) {
    std::memcpy(&ids[i], bytes_.data() + (range.begin + i) * width_, width_);
  }
  return ids;
}

const CorpusDocument& ShardCorpus::document_at(std::uint64_t position) const {
  const auto after = std::upper_bound(
      documents_.begin(), documents_.end(), position,
      [](std::uint64_t at, const CorpusDocument& document) { return at < document.tokens.begin; });
  // Empty documents begin where the next one does.
  return *std::prev(after);
}

TokenRange ShardCorpus::text_of(const CorpusDocument& document) const {
  TokenRange text = document.tokens;
  if (bos_ && text.begin < text.end) ++text.begin;
  if (eos_ && text.begin < text.end) --text.end;
  return text;
}

}  // namespace corpusmill
