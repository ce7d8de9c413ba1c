#include "prep/shards/shard_set_writer.h"

#include <algorithm>
#include <utility>

namespace corpusmill {

ShardSetWriter::ShardSetWriter(ShardSetNames names, const ShardSetOptions& options,
                               std::vector<PublishedShard> already, OnPublished on_published)
    : names_(std::move(names)),
      options_(options),
      on_published_(std::move(on_published)),
      published_(std::move(already)) {}

void ShardSetWriter::append(Split split, const ShardDocument& document) {
  Open& open = open_[static_cast<std::size_t>(split)];
  if (open.writer &&
      shard_is_full(open.writer->tokens(), document.ids.size(), options_.shard_tokens)) {
    publish(split);
  }
  if (!open.writer) {
    const auto path = names_.folder() / names_.shard_name(split, next_number(split));
    open.writer = std::make_unique<TokenShardWriter>(
        path, split, options_.width,
        options_.index ? TokenShardWriter::Index::kDocuments : TokenShardWriter::Index::kNone);
  }
  open.writer->append(document.ids, document.origin);
  tokens_of(open, document.source) += document.ids.size();
  open.specials += document.specials;
}

// Documents of one source come in long rows.
std::uint64_t& ShardSetWriter::tokens_of(Open& open, std::string_view source) {
  if (open.last_source == nullptr || open.last_source->first != source) {
    auto at = open.tokens_by_source.find(source);
    if (at == open.tokens_by_source.end()) at = open.tokens_by_source.emplace(source, 0).first;
    open.last_source = &*at;
  }
  return open.last_source->second;
}

void ShardSetWriter::finish() {
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    if (open_[static_cast<std::size_t>(split)].writer) publish(split);
  }
}

void ShardSetWriter::publish(Split split) {
  Open& open = open_[static_cast<std::size_t>(split)];
  PublishedShard shard{open.writer->finish(), std::move(open.tokens_by_source), open.specials};
  open = {};
  published_.push_back(std::move(shard));
  on_published_(published_.back());
}

std::uint64_t ShardSetWriter::next_number(Split split) const {
  return static_cast<std::uint64_t>(
      std::count_if(published_.begin(), published_.end(),
                    [split](const PublishedShard& shard) { return shard.info.split == split; }));
}

std::vector<ShardInfo> ShardSetWriter::shards() const {
  std::vector<ShardInfo> shards;
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    for (const PublishedShard& shard : published_) {
      if (shard.info.split == split) shards.push_back(shard.info);
    }
  }
  return shards;
}

TokensBySource ShardSetWriter::tokens_by_source() const {
  TokensBySource sum;
  for (const PublishedShard& shard : published_) {
    for (const auto& [source, tokens] : shard.tokens_by_source) sum[source] += tokens;
  }
  return sum;
}

std::uint64_t ShardSetWriter::specials() const {
  std::uint64_t sum = 0;
  for (const PublishedShard& shard : published_) sum += shard.specials;
  return sum;
}

}  // namespace corpusmill
