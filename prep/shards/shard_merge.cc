#include "prep/shards/shard_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "common/digest.h"
#include "common/error.h"
#include "common/stop_signal.h"
#include "common/token_shard_writer.h"
#include "common/version.h"
#include "prep/record/books.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr std::uint64_t kChunkTokens = 1 << 18;

// The fields in which two sets must agree, as text.
std::vector<std::pair<std::string, std::string>> joint_fields(const ShardSet& set) {
  const TokenizerInfo& info = set.manifest.tokenizer;
  const auto id = [](const std::optional<TokenId>& value) {
    return value ? std::to_string(*value) : std::string("none");
  };
  return {{"tokenizer digest", info.digest},
          {"tokenizer kind", info.kind},
          {"vocabulary size", std::to_string(info.vocabulary_size)},
          {"bos id", id(info.special_ids.bos)},
          {"eos id", id(info.special_ids.eos)},
          {"documents begin with BOS", set.manifest.bos ? "yes" : "no"},
          {"documents end with EOS", set.manifest.eos ? "yes" : "no"}};
}

const ShardSet& first_with_manifest(const std::vector<ShardSet>& sets) {
  const auto found = std::ranges::find(sets, false, &ShardSet::is_bare);
  return found == sets.end() ? sets.front() : *found;
}

// The identity of a source for the options: everything that its tokens depend on.
json source_json(const ShardSet& set, const std::vector<InputInfo>& bare_inputs) {
  if (set.is_bare) return {{"digest", bare_inputs.front().digest}, {"options", nullptr}};
  return {{"digest", set.manifest.to_json().at("manifest_digest")},
          {"options", set.manifest.options}};
}

void add_counts(json& sum, const json& counts) {
  for (const auto& [key, count] : counts.items()) {
    sum[key] = sum.value(key, std::uint64_t{0}) + count.get<std::uint64_t>();
  }
}

class MergeWriter {
 public:
  MergeWriter(const std::vector<ShardSet>& sets, Manifest manifest, std::uint64_t shard_tokens_max,
              const ShardSetNames& names, const std::function<void(std::uint64_t)>& tokens_done)
      : sets_(sets),
        manifest_(std::move(manifest)),
        shard_tokens_max_(shard_tokens_max),
        names_(names),
        tokens_done_(tokens_done),
        width_(width_for_vocabulary(manifest_.tokenizer.vocabulary_size)),
        index_(all_have_index(sets) ? TokenShardWriter::Index::kDocuments
                                    : TokenShardWriter::Index::kNone) {}

  Manifest run() {
    for (const Split split : {Split::kTrain, Split::kValidation}) {
      std::uint32_t first_input = 0;
      number_ = 0;
      for (const ShardSet& set : sets_) {
        copy_split(set, split, first_input);
        first_input += static_cast<std::uint32_t>(
            std::max<std::size_t>(set.is_bare ? 1 : 0, set.manifest.inputs.size()));
      }
      finish_shard();
    }
    return std::move(manifest_);
  }

 private:
  void copy_split(const ShardSet& set, Split split, std::uint32_t first_input) {
    const ShardSetReader reader(set, split);
    if (index_ == TokenShardWriter::Index::kDocuments) {
      for (std::uint64_t number = 0; number < reader.documents(); ++number) {
        const ShardSetReader::Document document = reader.document(number);
        const std::vector<TokenId> ids = reader.read(document.begin, document.end - document.begin);
        begin_shard_for(split, ids.size());
        writer_->append(checked(set, ids),
                        {document.origin.input + first_input, document.origin.line});
        tell(ids.size());
      }
      return;
    }
    for (std::uint64_t first = 0; first < reader.tokens();) {
      begin_shard_for(split, 1);
      const std::uint64_t room = shard_tokens_max_ - writer_->tokens();
      const std::vector<TokenId> ids = reader.read(first, std::min(kChunkTokens, room));
      writer_->append_unbounded(checked(set, ids));
      first += ids.size();
      tell(ids.size());
    }
  }

  const std::vector<TokenId>& checked(const ShardSet& set, const std::vector<TokenId>& ids) const {
    const auto bad = std::ranges::find_if(
        ids, [&](TokenId id) { return id >= manifest_.tokenizer.vocabulary_size; });
    if (bad == ids.end()) return ids;
    throw Error(ExitCode::kMismatch,
                fmt::format("{} holds id {}, which is not below the vocabulary size {}; is the "
                            "--dtype right?",
                            set.path.string(), *bad, manifest_.tokenizer.vocabulary_size));
  }

  void tell(std::uint64_t tokens) const {
    throw_if_stop_requested();
    tokens_done_(tokens);
  }

  void begin_shard_for(Split split, std::uint64_t document_tokens) {
    if (writer_ && shard_is_full(writer_->tokens(), document_tokens, shard_tokens_max_)) {
      finish_shard();
    }
    if (!writer_) {
      writer_ = std::make_unique<TokenShardWriter>(
          names_.folder() / names_.shard_name(split, number_++), split, width_, index_);
    }
  }

  void finish_shard() {
    if (writer_) manifest_.shards.push_back(writer_->finish());
    writer_.reset();
  }

  const std::vector<ShardSet>& sets_;
  Manifest manifest_;
  std::uint64_t shard_tokens_max_;
  const ShardSetNames& names_;
  const std::function<void(std::uint64_t)>& tokens_done_;
  TokenWidth width_;
  TokenShardWriter::Index index_;
  std::unique_ptr<TokenShardWriter> writer_;
  std::uint64_t number_ = 0;
};

}  // namespace

void require_compatible(const std::vector<ShardSet>& sets) {
  const ShardSet& model = first_with_manifest(sets);
  std::string differing;
  for (const ShardSet& set : sets) {
    if (set.is_bare || model.is_bare) {
      if (set.manifest.tokenizer.vocabulary_size != model.manifest.tokenizer.vocabulary_size) {
        differing += fmt::format("\n  vocabulary size: {} in {}, {} in {}",
                                 model.manifest.tokenizer.vocabulary_size, model.path.string(),
                                 set.manifest.tokenizer.vocabulary_size, set.path.string());
      }
      continue;
    }
    const auto there = joint_fields(model), here = joint_fields(set);
    for (std::size_t i = 0; i < here.size(); ++i) {
      if (here[i].second == there[i].second) continue;
      differing += fmt::format("\n  {}: {} in {}, {} in {}", here[i].first, there[i].second,
                               model.path.string(), here[i].second, set.path.string());
    }
  }
  if (differing.empty()) return;
  throw Error(ExitCode::kMismatch,
              fmt::format("these sets cannot be joined; they differ in:{}", differing));
}

bool all_have_index(const std::vector<ShardSet>& sets) {
  return std::ranges::all_of(sets, [](const ShardSet& set) {
    return std::ranges::none_of(set.manifest.shards, &std::string::empty,
                                &ShardInfo::index_file_name);
  });
}

Manifest merged_manifest(const std::vector<ShardSet>& sets, std::uint64_t shard_tokens) {
  const Manifest& model = first_with_manifest(sets).manifest;
  Manifest merged;
  merged.tool_version = tool_version();
  merged.tokenizer = model.tokenizer;
  merged.bos = model.bos;
  merged.eos = model.eos;
  merged.options = {{"shard_tokens", shard_tokens}, {"merged", json::array()}};
  merged.tokens_by_source = json::object();
  Books books;
  bool has_books = true, has_sources = true;
  for (const ShardSet& set : sets) {
    std::vector<InputInfo> inputs = set.manifest.inputs;
    if (set.is_bare) {
      const ShardInfo& shard = set.manifest.shards.front();
      inputs = {{set.path.string(), shard.tokens * static_cast<std::uint64_t>(shard.width),
                 digest_of_file(set.path).hex()}};
    }
    merged.options["merged"].push_back(source_json(set, inputs));
    merged.inputs.insert(merged.inputs.end(), inputs.begin(), inputs.end());
    has_books = has_books && !set.manifest.books.empty();
    if (has_books) books += Books::from_json(set.manifest.books);
    has_sources = has_sources && !set.manifest.tokens_by_source.empty();
    add_counts(merged.tokens_by_source, set.manifest.tokens_by_source);
  }
  merged.books = has_books ? books.to_json() : json::object();
  if (!has_sources) merged.tokens_by_source = json::object();
  return merged;
}

Manifest write_merged(const std::vector<ShardSet>& sets, Manifest manifest,
                      std::uint64_t shard_tokens, const ShardSetNames& names,
                      const std::function<void(std::uint64_t)>& tokens_done) {
  return MergeWriter(sets, std::move(manifest), shard_tokens, names, tokens_done).run();
}

}  // namespace corpusmill
