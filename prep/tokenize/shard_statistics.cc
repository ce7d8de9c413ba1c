#include "prep/tokenize/shard_statistics.h"

#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <vector>

#include "common/document_index.h"
#include "common/error.h"
#include "common/file.h"
#include "common/manifest.h"
#include "common/stop_signal.h"
#include "common/token_shard_reader.h"
#include "prep/statistics/corpus_statistics.h"
#include "prep/statistics/length_histogram.h"

namespace corpusmill {
namespace {

namespace tbb = oneapi::tbb;

constexpr std::uint64_t kChunkTokens = 1 << 20;

// Sums are the same whatever the order in which the chunks are counted.
TokenCounts count_ids(const TokenShardReader& shard, std::uint64_t vocabulary_size, int threads,
                      Progress& progress) {
  tbb::enumerable_thread_specific<TokenCounts> counts([&] { return TokenCounts(vocabulary_size); });
  const std::uint64_t chunks = (shard.tokens() + kChunkTokens - 1) / kChunkTokens;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_for(std::uint64_t{0}, chunks, [&](std::uint64_t chunk) {
      throw_if_stop_requested();
      const std::uint64_t first = chunk * kChunkTokens;
      std::vector<TokenId> ids(std::min(kChunkTokens, shard.tokens() - first));
      shard.copy(first, std::span<TokenId>(ids));
      TokenCounts& local = counts.local();
      for (const TokenId id : ids) local.add(id);
      progress.add_bytes(ids.size() * static_cast<std::uint64_t>(shard.width()));
    });
  });
  TokenCounts sum(vocabulary_size);
  for (const TokenCounts& local : counts) sum += local;
  return sum;
}

struct SplitSums {
  std::uint64_t shards = 0, documents = 0, tokens = 0;
  LengthHistogram lengths;
  bool all_indexed = true;

  nlohmann::json to_json() const {
    return {{"shards", shards},
            {"documents", documents},
            {"tokens", tokens},
            {"lengths", all_indexed ? lengths.to_json() : nlohmann::json(nullptr)}};
  }
};

LengthHistogram document_lengths(const std::filesystem::path& folder, const ShardInfo& shard) {
  const DocumentIndex index = DocumentIndex::open(folder, shard);
  LengthHistogram lengths;
  std::uint64_t begin = 0;
  for (std::uint64_t document = 0; document < index.documents(); ++document) {
    const DocumentIndex::Bounds bounds = index.bounds(document);
    lengths.add(bounds.end - begin);
    begin = bounds.end;
  }
  return lengths;
}

void check_tokenizer(const std::filesystem::path& path, const Manifest& manifest,
                     const Tokenizer* tokenizer) {
  if (tokenizer == nullptr || tokenizer->digest() == manifest.tokenizer.digest) return;
  throw Error(ExitCode::kMismatch,
              fmt::format("{} was made with the tokenizer {} (digest {}), not with the one given "
                          "(digest {})",
                          path.string(), manifest.tokenizer.file_name, manifest.tokenizer.digest,
                          tokenizer->digest()));
}

}  // namespace

nlohmann::json shard_statistics(const std::filesystem::path& manifest_path,
                                const ShardStatisticsOptions& options, Progress& progress) {
  const Manifest manifest = Manifest::load(manifest_path);
  check_tokenizer(manifest_path, manifest, options.tokenizer);
  const std::filesystem::path folder = manifest_path.parent_path();
  TokenCounts counts(manifest.tokenizer.vocabulary_size);
  SplitSums train, validation;
  nlohmann::json shards = nlohmann::json::array();
  for (const ShardInfo& shard : manifest.shards) {
    counts += count_ids(TokenShardReader::open(folder, shard), manifest.tokenizer.vocabulary_size,
                        options.threads, progress);
    progress.add_documents(shard.documents);
    SplitSums& split = shard.split == Split::kTrain ? train : validation;
    ++split.shards;
    split.documents += shard.documents;
    split.tokens += shard.tokens;
    nlohmann::json lengths = nullptr;
    if (shard.index_file_name.empty()) {
      split.all_indexed = false;
    } else {
      const LengthHistogram histogram = document_lengths(folder, shard);
      split.lengths += histogram;
      lengths = histogram.to_json();
    }
    shards.push_back({{"file", shard.file_name},
                      {"split", split_name(shard.split)},
                      {"dtype", width_name(shard.width)},
                      {"documents", shard.documents},
                      {"tokens", shard.tokens},
                      {"largest_id", shard.largest_id},
                      {"lengths", std::move(lengths)}});
  }
  return {{"manifest", manifest_path.filename().string()},
          {"tokenizer",
           {{"file", manifest.tokenizer.file_name},
            {"kind", manifest.tokenizer.kind},
            {"digest", manifest.tokenizer.digest},
            {"vocabulary_size", manifest.tokenizer.vocabulary_size}}},
          {"inputs", manifest.inputs.size()},
          {"books", manifest.books},
          {"tokens_by_source", manifest.tokens_by_source},
          {"splits", {{"train", train.to_json()}, {"validation", validation.to_json()}}},
          {"shards", std::move(shards)},
          {"vocabulary", counts.to_json(options.tokenizer)}};
}

nlohmann::json bare_shard_statistics(const std::filesystem::path& path, TokenWidth width,
                                     std::uint64_t vocabulary_size,
                                     const ShardStatisticsOptions& options, Progress& progress) {
  const TokenShardReader shard = TokenShardReader::open_bare(path, width);
  nlohmann::json vocabulary =
      count_ids(shard, vocabulary_size, options.threads, progress).to_json(options.tokenizer);
  if (vocabulary_size == 0) {
    vocabulary.erase("vocabulary_size");
    vocabulary.erase("unused_share");
  }
  return {{"file", path.filename().string()},
          {"dtype", width_name(width)},
          {"tokens", shard.tokens()},
          {"vocabulary", std::move(vocabulary)}};
}

bool looks_like_manifest(const std::filesystem::path& path) {
  if (path.extension() != ".json" || !file_exists(path)) return false;
  File file = File::open_read(path);
  std::string head(1 << 16, '\0');
  std::size_t filled = 0;
  while (filled < head.size()) {
    const std::size_t count = file.read_some(head.data() + filled, head.size() - filled);
    if (count == 0) break;
    filled += count;
  }
  head.resize(filled);
  return head.find("\"corpusmill-manifest\"") != std::string::npos;
}

}  // namespace corpusmill
