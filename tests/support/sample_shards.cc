#include "tests/support/sample_shards.h"

#include <random>

#include "common/digest.h"
#include "common/file.h"
#include "common/token_shard_format.h"
#include "common/token_shard_writer.h"

namespace corpusmill {

std::vector<SampleDocument> sample_documents(std::uint64_t seed, std::size_t documents,
                                             std::size_t tokens_max,
                                             std::uint64_t vocabulary_size) {
  std::mt19937_64 random(seed);
  std::vector<SampleDocument> sample(documents);
  for (std::size_t i = 0; i < documents; ++i) {
    sample[i].ids.resize(random() % (tokens_max + 1));
    for (TokenId& id : sample[i].ids) id = static_cast<TokenId>(random() % vocabulary_size);
    sample[i].origin = {i < documents / 2 ? 0U : 1U, i + 1};
  }
  return sample;
}

Manifest sample_manifest(std::uint64_t vocabulary_size) {
  Manifest manifest;
  manifest.tool_version = "0.0.0";
  manifest.options = {{"text_field", "text"}, {"shard_tokens", 100}};
  manifest.tokenizer = {"tokenizer.json", "bpe", digest_of("tokenizer").hex(), vocabulary_size,
                        SpecialIds{.bos = 1, .eos = 2, .pad = std::nullopt, .unk = 0}};
  manifest.bos = manifest.eos = true;
  manifest.inputs = {{"a.jsonl", 10, digest_of("a").hex()}, {"b.jsonl", 20, digest_of("b").hex()}};
  manifest.books = nlohmann::json::object();
  manifest.tokens_by_source = nlohmann::json::object();
  return manifest;
}

Manifest write_sample_set(const std::filesystem::path& prefix,
                          const std::vector<SampleDocument>& documents,
                          std::size_t documents_per_shard, std::uint64_t vocabulary_size) {
  const ShardSetNames names(prefix);
  make_directories(names.folder());
  Manifest manifest = sample_manifest(vocabulary_size);
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < documents.size(); begin += documents_per_shard) {
    const std::size_t end = std::min(documents.size(), begin + documents_per_shard);
    const Split split = end == documents.size() ? Split::kValidation : Split::kTrain;
    if (split == Split::kValidation) number = 0;
    TokenShardWriter writer(names.folder() / names.shard_name(split, number++), split,
                            width_for_vocabulary(vocabulary_size));
    for (std::size_t i = begin; i < end; ++i) writer.append(documents[i].ids, documents[i].origin);
    manifest.shards.push_back(writer.finish());
  }
  manifest.commit(names.manifest_path());
  return manifest;
}

}  // namespace corpusmill
