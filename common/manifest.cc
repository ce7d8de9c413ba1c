#include "common/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"
#include "common/json_fields.h"
#include "common/token_shard_format.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr const char* kFormatName = "corpusmill-manifest";
constexpr const char* kDigestKey = "manifest_digest";
constexpr std::uint64_t kManifestBytesMax = 1ULL << 30;
constexpr std::size_t kDigestDigits = 32;

// Invalid UTF-8 (a file name can hold it) is written as U+FFFD.
std::string canonical_text(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

// What a file holds. Any other bytes are not what commit() wrote.
std::string file_text(const json& value) {
  return canonical_text(value, 1) + "\n";
}

json id_json(const std::optional<TokenId>& id) {
  return id ? json(*id) : json(nullptr);
}

json tokenizer_json(const TokenizerInfo& info) {
  return {{"file_name", info.file_name},
          {"kind", info.kind},
          {"digest", info.digest},
          {"vocabulary_size", info.vocabulary_size},
          {"special_ids",
           {{"bos", id_json(info.special_ids.bos)},
            {"eos", id_json(info.special_ids.eos)},
            {"pad", id_json(info.special_ids.pad)},
            {"unk", id_json(info.special_ids.unk)}}}};
}

std::uint64_t shard_bytes(const ShardInfo& shard) {
  return shard.tokens * static_cast<std::uint64_t>(shard.width);
}

json shard_json(const ShardInfo& shard) {
  json index = nullptr;
  if (!shard.index_file_name.empty()) {
    index = {{"file_name", shard.index_file_name}, {"digest", shard.index_digest}};
  }
  return {{"file_name", shard.file_name},
          {"split", split_name(shard.split)},
          {"tokens", shard.tokens},
          {"documents", shard.documents},
          {"dtype", width_name(shard.width)},
          {"bytes", shard_bytes(shard)},
          {"largest_id", shard.largest_id},
          {"digest", shard.digest},
          {"block_digests", shard.block_digests},
          {"index", index}};
}

json totals_json(const Manifest& manifest, Split split) {
  return {{"tokens", manifest.tokens(split)}, {"documents", manifest.documents(split)}};
}

std::string digest_text(const JsonFields& fields, std::string_view key) {
  std::string text = fields.text(key);
  if (text.size() != kDigestDigits ||
      text.find_first_not_of("0123456789abcdef") != std::string::npos) {
    fields.fail(key, "not a digest of 32 hexadecimal digits");
  }
  return text;
}

// A manifest must not lead a reader out of its own folder.
std::string plain_name(const JsonFields& fields, std::string_view key) {
  std::string name = fields.text(key);
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    fields.fail(key, "not a plain file name");
  }
  return name;
}

std::optional<TokenId> parse_id(const JsonFields& ids, std::string_view key, std::uint64_t limit) {
  if (ids.is_null(key)) return std::nullopt;
  return static_cast<TokenId>(ids.number_below(key, limit));
}

TokenizerInfo parse_tokenizer(const JsonFields& fields) {
  TokenizerInfo info;
  info.file_name = fields.text("file_name");
  info.kind = fields.text("kind");
  info.digest = fields.text("digest");
  info.vocabulary_size =
      fields.number_below("vocabulary_size", 1ULL + std::numeric_limits<TokenId>::max());
  const JsonFields ids = fields.fields("special_ids");
  info.special_ids = {
      parse_id(ids, "bos", info.vocabulary_size), parse_id(ids, "eos", info.vocabulary_size),
      parse_id(ids, "pad", info.vocabulary_size), parse_id(ids, "unk", info.vocabulary_size)};
  return info;
}

InputInfo parse_input(const JsonFields& fields) {
  return {fields.text("name"), fields.number("bytes"), digest_text(fields, "digest")};
}

Split parse_split(const JsonFields& fields) {
  const std::string name = fields.text("split");
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    if (name == split_name(split)) return split;
  }
  fields.fail("split", "neither train nor validation");
}

TokenWidth parse_width(const JsonFields& fields) {
  const std::string name = fields.text("dtype");
  for (const TokenWidth width : {TokenWidth::kUint16, TokenWidth::kUint32}) {
    if (name == width_name(width)) return width;
  }
  fields.fail("dtype", "neither uint16 nor uint32");
}

ShardInfo parse_shard(const JsonFields& fields, std::uint64_t vocabulary_size) {
  ShardInfo shard;
  shard.file_name = plain_name(fields, "file_name");
  shard.split = parse_split(fields);
  shard.width = parse_width(fields);
  shard.tokens = fields.number_below("tokens", 1ULL << 60);
  shard.documents = fields.number("documents");
  const std::uint64_t largest_limit = std::max<std::uint64_t>(
      1,
      std::min<std::uint64_t>(vocabulary_size, 1ULL << (8 * static_cast<unsigned>(shard.width))));
  shard.largest_id = static_cast<TokenId>(fields.number_below("largest_id", largest_limit));
  shard.digest = digest_text(fields, "digest");
  if (fields.number("bytes") != shard_bytes(shard)) {
    fields.fail("bytes", fmt::format("not {}, which its tokens take", shard_bytes(shard)));
  }
  shard.block_digests = fields.texts("block_digests");
  if (shard.block_digests.size() !=
      (shard_bytes(shard) + kDigestBlockBytes - 1) / kDigestBlockBytes) {
    fields.fail("block_digests", "not one for every MiB");
  }
  if (!fields.is_null("index")) {
    const JsonFields index = fields.fields("index");
    shard.index_file_name = plain_name(index, "file_name");
    shard.index_digest = digest_text(index, "digest");
  }
  return shard;
}

void check_shard_order(const JsonFields& fields, const std::vector<ShardInfo>& shards) {
  std::set<std::string> names;
  for (const ShardInfo& shard : shards) {
    if (!names.insert(shard.file_name).second ||
        (!shard.index_file_name.empty() && !names.insert(shard.index_file_name).second)) {
      fields.fail("shards", fmt::format("name {} twice", shard.file_name));
    }
    if (shard.width != shards.front().width) fields.fail("shards", "differ in dtype");
  }
  if (!std::ranges::is_sorted(shards, {}, &ShardInfo::split)) {
    fields.fail("shards", "have a train shard after a validation shard");
  }
}

std::uint64_t sum_of(const json& counts) {
  std::uint64_t sum = 0;
  for (const json& count : counts) sum += count.get<std::uint64_t>();
  return sum;
}

void check_counts(const JsonFields& fields, std::string_view key) {
  for (const json& count : fields.object(key)) {
    if (!count.is_number_unsigned()) fields.fail(key, "holds something other than counts");
  }
}

// lines in = kept + empty + rejected + filtered + exact duplicates + near duplicates.
void check_books(const JsonFields& fields) {
  if (fields.object("books").empty()) return;
  const JsonFields books = fields.fields("books");
  check_counts(books, "rejected");
  check_counts(books, "filtered");
  const std::uint64_t out = books.number("kept") + books.number("empty_lines") +
                            sum_of(books.object("rejected")) + sum_of(books.object("filtered")) +
                            books.number("exact_duplicates") + books.number("near_duplicates");
  if (books.number("lines_in") != out) {
    fields.fail("books", fmt::format("do not close: {} lines in, {} accounted for",
                                     books.number("lines_in"), out));
  }
}

void check_totals(const JsonFields& fields, const Manifest& manifest) {
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    const JsonFields totals = fields.fields("totals").fields(split_name(split));
    if (totals.number("tokens") != manifest.tokens(split)) {
      totals.fail("tokens", "not the sum of the shards");
    }
    if (totals.number("documents") != manifest.documents(split)) {
      totals.fail("documents", "not the sum of the shards");
    }
  }
  check_counts(fields, "tokens_by_source");
  const std::uint64_t tokens = manifest.tokens(Split::kTrain) + manifest.tokens(Split::kValidation);
  if (!manifest.tokens_by_source.empty() && sum_of(manifest.tokens_by_source) != tokens) {
    fields.fail("tokens_by_source", fmt::format("do not add up to {} tokens", tokens));
  }
}

Manifest parse_manifest(const json& value, const std::string& where) {
  const JsonFields fields(value, where);
  Manifest manifest;
  manifest.tool_version = fields.text("tool_version");
  manifest.options = fields.object("options");
  if (fields.text("options_digest") != manifest.options_digest()) {
    fields.fail("options_digest", "not the digest of the options");
  }
  manifest.tokenizer = parse_tokenizer(fields.fields("tokenizer"));
  manifest.bos = fields.flag("bos");
  manifest.eos = fields.flag("eos");
  for (const JsonFields& input : fields.list("inputs")) {
    manifest.inputs.push_back(parse_input(input));
  }
  for (const JsonFields& shard : fields.list("shards")) {
    manifest.shards.push_back(parse_shard(shard, manifest.tokenizer.vocabulary_size));
  }
  manifest.books = fields.object("books");
  manifest.tokens_by_source = fields.object("tokens_by_source");
  check_shard_order(fields, manifest.shards);
  check_books(fields);
  check_totals(fields, manifest);
  return manifest;
}

void check_version(const json& value, const std::string& where) {
  const auto format = value.find("format");
  if (format == value.end() || *format != kFormatName) {
    throw Error(ExitCode::kMismatch, fmt::format("{} is not a corpusmill manifest", where));
  }
  const std::uint64_t version = JsonFields(value, where).number("format_version");
  if (version != kManifestFormatVersion) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{} has format version {}; this program reads version {}", where,
                            version, kManifestFormatVersion));
  }
}

}  // namespace

std::string digest_of_json(const json& value) {
  return digest_of(canonical_text(value, -1)).hex();
}

std::string_view split_name(Split split) {
  return split == Split::kTrain ? "train" : "validation";
}

std::string_view width_name(TokenWidth width) {
  return width == TokenWidth::kUint16 ? "uint16" : "uint32";
}

std::uint64_t Manifest::tokens(Split split) const {
  std::uint64_t sum = 0;
  for (const ShardInfo& shard : shards) sum += shard.split == split ? shard.tokens : 0;
  return sum;
}

std::uint64_t Manifest::documents(Split split) const {
  std::uint64_t sum = 0;
  for (const ShardInfo& shard : shards) sum += shard.split == split ? shard.documents : 0;
  return sum;
}

std::string Manifest::options_digest() const {
  return digest_of_json(options);
}

json Manifest::to_json() const {
  json input_list = json::array(), shard_list = json::array();
  for (const InputInfo& input : inputs) {
    input_list.push_back({{"name", input.name}, {"bytes", input.bytes}, {"digest", input.digest}});
  }
  for (const ShardInfo& shard : shards) shard_list.push_back(shard_json(shard));
  json value = {{"format", kFormatName},
                {"format_version", kManifestFormatVersion},
                {"tool_version", tool_version},
                {"options", options},
                {"options_digest", options_digest()},
                {"tokenizer", tokenizer_json(tokenizer)},
                {"bos", bos},
                {"eos", eos},
                {"inputs", std::move(input_list)},
                {"shards", std::move(shard_list)},
                {"totals",
                 {{"train", totals_json(*this, Split::kTrain)},
                  {"validation", totals_json(*this, Split::kValidation)}}},
                {"books", books},
                {"tokens_by_source", tokens_by_source}};
  // Replacing invalid UTF-8 can change the order of keys.
  value = json::parse(canonical_text(value, -1));
  value[kDigestKey] = digest_of_json(value);
  return value;
}

Manifest Manifest::load(const std::filesystem::path& path) {
  return parse(read_file(path, kManifestBytesMax), path.string());
}

Manifest Manifest::parse(const std::string& text, const std::string& where) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: not a JSON object; damaged, or no manifest", where));
  }
  check_version(value, where);
  const std::string stored_digest = JsonFields(value, where).text(kDigestKey);
  const bool is_as_written = file_text(value) == text;
  value.erase(kDigestKey);
  if (!is_as_written || digest_of_json(value) != stored_digest) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: changed since it was written: its digest differs", where));
  }
  return parse_manifest(value, where);
}

void Manifest::commit(const std::filesystem::path& path) const {
  const std::string text = file_text(to_json());
  try {
    parse_manifest(json::parse(text), path.string());
  } catch (const Error& error) {
    throw Error(ExitCode::kInternal, fmt::format("refusing to write {}", error.what()));
  }
  write_file_atomically(path, text);
}

}  // namespace corpusmill
