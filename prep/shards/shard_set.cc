#include "prep/shards/shard_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error.h"
#include "common/file.h"
#include "common/shard_verify.h"

namespace corpusmill {
namespace {

TokenWidth parse_dtype(const std::string& dtype) {
  return dtype == width_name(TokenWidth::kUint16) ? TokenWidth::kUint16 : TokenWidth::kUint32;
}

// `data-00003.bin` and `data.val-00000.bin` belong to `data.json`, if that names them.
std::optional<ShardSet> find_set_of_shard(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  std::string prefix = name.substr(0, dash);
  if (prefix.ends_with(".val")) prefix.resize(prefix.size() - 4);
  if (prefix.empty()) return std::nullopt;
  const ShardSetNames names(path.parent_path() / prefix);
  if (!file_exists(names.manifest_path())) return std::nullopt;
  ShardSet set{path, names.folder(), Manifest::load(names.manifest_path()), std::nullopt, false};
  const auto found = std::ranges::find(set.manifest.shards, name, &ShardInfo::file_name);
  if (found == set.manifest.shards.end()) return std::nullopt;
  set.shard = static_cast<std::size_t>(found - set.manifest.shards.begin());
  return set;
}

ShardSet describe_bare(const std::filesystem::path& path, const BareShardOptions& bare) {
  if (bare.dtype.empty() || bare.vocabulary_size == 0) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} has no manifest; say what it holds with --dtype uint16|uint32 and "
                            "--vocab-size N",
                            path.string()));
  }
  const TokenWidth width = parse_dtype(bare.dtype);
  ShardSet set{path, path.parent_path(), {}, 0, true};
  if (set.folder.empty()) set.folder = ".";
  set.manifest.options = set.manifest.books = set.manifest.tokens_by_source =
      nlohmann::json::object();
  set.manifest.tokenizer.kind = kUnknownTokenizer;
  set.manifest.tokenizer.vocabulary_size = bare.vocabulary_size;
  ShardInfo shard;
  shard.file_name = path.filename().string();
  shard.width = width;
  shard.tokens = TokenShardReader::open_bare(path, width).tokens();
  set.manifest.shards.push_back(std::move(shard));
  return set;
}

}  // namespace

void BareShardOptions::add_to(CLI::App& app) {
  app.add_option("--dtype", dtype, "Of a .bin without manifest: uint16 or uint32")
      ->check(CLI::IsMember({"uint16", "uint32"}));
  app.add_option("--vocab-size", vocabulary_size,
                 "Of a .bin without manifest: 1 + the largest id, added tokens included")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32));
}

ShardSet open_shard_set(const std::filesystem::path& path, const BareShardOptions& bare) {
  if (path.extension() == ".json") {
    const ShardSetNames names(path);
    return {path, names.folder(), Manifest::load(path), std::nullopt, false};
  }
  if (!file_exists(path)) {
    const ShardSetNames names(path);
    if (file_exists(names.manifest_path())) return open_shard_set(names.manifest_path(), bare);
  }
  if (std::optional<ShardSet> set = find_set_of_shard(path)) return std::move(*set);
  return describe_bare(path, bare);
}

Manifest verify_earlier(const ShardSetNames& names, const Manifest& wanted,
                        std::string_view options_text, int threads) {
  Manifest found = Manifest::load(names.manifest_path());
  if (found.options != wanted.options) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} holds another set: its options ({}) differ; remove it or choose "
                            "another output",
                            names.manifest_path().string(), options_text));
  }
  verify_or_throw(names.folder(), found, threads);
  return found;
}

std::string bare_warning(const ShardSet& set) {
  return fmt::format(
      "warning: {} has no manifest: its tokenizer, digests and documents are unknown; "
      "--dtype and --vocab-size are taken on trust\n",
      set.path.string());
}

ShardSetReader::ShardSetReader(const ShardSet& set, Split split) {
  for (std::size_t shard = 0; shard < set.manifest.shards.size(); ++shard) {
    if (set.manifest.shards[shard].split == split) add(set, shard);
  }
}

ShardSetReader ShardSetReader::of_one_shard(const ShardSet& set, std::size_t shard) {
  ShardSetReader reader;
  reader.add(set, shard);
  return reader;
}

void ShardSetReader::add(const ShardSet& set, std::size_t shard) {
  const ShardInfo& info = set.manifest.shards[shard];
  Part part{shard, tokens_, documents_, TokenShardReader::open(set.folder, info), std::nullopt};
  if (info.index_file_name.empty()) {
    has_index_ = false;
  } else {
    part.index = DocumentIndex::open(set.folder, info);
  }
  tokens_ += info.tokens;
  documents_ += info.documents;
  if (info.tokens > 0 || info.documents > 0) parts_.push_back(std::move(part));
}

const ShardSetReader::Part& ShardSetReader::part_of_token(std::uint64_t position) const {
  if (position >= tokens_) {
    throw Error(ExitCode::kUsage,
                fmt::format("there is no token {}: the tokens are 0 to {}", position,
                            tokens_ == 0 ? "nothing" : std::to_string(tokens_ - 1)));
  }
  // The last part that begins at or before it: parts without tokens stand before one with them.
  const auto after = std::ranges::upper_bound(parts_, position, {}, &Part::first_token);
  return *(after - 1);
}

std::vector<TokenId> ShardSetReader::read(std::uint64_t first, std::uint64_t count) const {
  std::vector<TokenId> ids(std::min(count, tokens_ - std::min(first, tokens_)));
  std::span<TokenId> rest(ids);
  while (!rest.empty()) {
    const Part& part = part_of_token(first);
    const std::uint64_t offset = first - part.first_token;
    const std::uint64_t here = std::min<std::uint64_t>(rest.size(), part.tokens.tokens() - offset);
    part.tokens.copy(offset, rest.first(here));
    rest = rest.subspan(here);
    first += here;
  }
  return ids;
}

ShardSetReader::Place ShardSetReader::place_of(std::uint64_t position) const {
  const Part& part = part_of_token(position);
  return {part.shard, position - part.first_token};
}

void ShardSetReader::require_index() const {
  if (!has_index_) {
    throw Error(ExitCode::kUsage,
                "these shards have no document index (.docs): their documents "
                "cannot be told apart");
  }
}

ShardSetReader::Document ShardSetReader::document_of(const Part& part,
                                                     std::uint64_t number_in_part) const {
  const DocumentIndex::Bounds bounds = part.index->bounds(number_in_part);
  return {part.first_document + number_in_part, part.first_token + bounds.begin,
          part.first_token + bounds.end, part.index->origin(number_in_part)};
}

ShardSetReader::Document ShardSetReader::document(std::uint64_t number) const {
  require_index();
  if (number >= documents_) {
    throw Error(ExitCode::kUsage,
                fmt::format("there is no document {}: there are {}, from 0", number, documents_));
  }
  const auto after = std::ranges::upper_bound(parts_, number, {}, &Part::first_document);
  const Part& part = *(after - 1);
  return document_of(part, number - part.first_document);
}

ShardSetReader::Document ShardSetReader::document_at(std::uint64_t position) const {
  require_index();
  const Part& part = part_of_token(position);
  return document_of(part, part.index->document_at(position - part.first_token));
}

}  // namespace corpusmill
