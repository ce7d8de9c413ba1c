#include "prep/tokenize/tokenize_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

using Json = nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr std::size_t kDigestDigits = 32;

std::string line_of(const Json& json) {
  // A file name can hold invalid UTF-8, which JSON cannot.
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format("{} {}\n", digest_of(text).hex(), text);
}

// The JSON of the first line of `rest`, which moves behind it; nothing if that line is not whole.
std::optional<Json> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end < kDigestDigits + 1) return std::nullopt;
  if (rest[kDigestDigits] != ' ') return std::nullopt;
  const std::string_view digest = rest.substr(0, kDigestDigits);
  const std::string_view text = rest.substr(kDigestDigits + 1, end - kDigestDigits - 1);
  if (digest_of(text).hex() != digest) return std::nullopt;
  rest.remove_prefix(end + 1);
  return Json::parse(text);
}

Json shard_to_json(const ShardInfo& shard) {
  return {{"file_name", shard.file_name},
          {"split", static_cast<int>(shard.split)},
          {"tokens", shard.tokens},
          {"documents", shard.documents},
          {"width", static_cast<int>(shard.width)},
          {"largest_id", shard.largest_id},
          {"digest", shard.digest},
          {"block_digests", shard.block_digests},
          {"index_file_name", shard.index_file_name},
          {"index_digest", shard.index_digest}};
}

ShardInfo shard_from_json(const Json& json) {
  ShardInfo shard;
  json.at("file_name").get_to(shard.file_name);
  shard.split = static_cast<Split>(json.at("split").get<int>());
  json.at("tokens").get_to(shard.tokens);
  json.at("documents").get_to(shard.documents);
  shard.width = static_cast<TokenWidth>(json.at("width").get<int>());
  json.at("largest_id").get_to(shard.largest_id);
  json.at("digest").get_to(shard.digest);
  json.at("block_digests").get_to(shard.block_digests);
  json.at("index_file_name").get_to(shard.index_file_name);
  json.at("index_digest").get_to(shard.index_digest);
  return shard;
}

Json to_json(const JournalHeader& header) {
  Json inputs = Json::array();
  for (const InputInfo& input : header.inputs) inputs.push_back({input.name, input.bytes});
  return {{"format", kFormatVersion},
          {"options", header.options},
          {"tokenizer_digest", header.tokenizer_digest},
          {"inputs", std::move(inputs)}};
}

JournalHeader header_from_json(const Json& json) {
  JournalHeader header;
  header.options = json.at("options");
  header.tokenizer_digest = json.at("tokenizer_digest").get<std::string>();
  for (const Json& input : json.at("inputs")) {
    header.inputs.push_back({input.at(0).get<std::string>(), input.at(1).get<std::uint64_t>(), ""});
  }
  return header;
}

// Reason -> steps from one refused candidate to the next, the first from `begin`: small numbers,
// because a rule may refuse every other document.
Json refusals_to_json(const std::vector<Refusal>& refusals, std::uint64_t begin) {
  Json json = Json::object();
  std::map<DropReason, std::uint64_t> last;
  for (const Refusal& refusal : refusals) {
    const std::uint64_t from = last.try_emplace(refusal.reason, begin).first->second;
    json[std::string(drop_reason_name(refusal.reason))].push_back(refusal.candidate - from);
    last[refusal.reason] = refusal.candidate;
  }
  return json;
}

DropReason reason_named(std::string_view name) {
  const auto at = std::find(kDropReasonNames.begin(), kDropReasonNames.end(), name);
  if (at == kDropReasonNames.end()) {
    throw Error(ExitCode::kCorrupt, fmt::format("a journal names the unknown reason '{}'", name));
  }
  return static_cast<DropReason>(at - kDropReasonNames.begin());
}

std::vector<Refusal> refusals_from_json(const Json& json, std::uint64_t begin) {
  std::vector<Refusal> refusals;
  for (const auto& [name, steps] : json.items()) {
    std::uint64_t candidate = begin;
    for (const Json& step : steps) {
      candidate += step.get<std::uint64_t>();
      refusals.push_back({candidate, reason_named(name)});
    }
  }
  std::sort(refusals.begin(), refusals.end(),
            [](const Refusal& a, const Refusal& b) { return a.candidate < b.candidate; });
  return refusals;
}

Json to_json(const JournalRecord& record, std::uint64_t candidates_before) {
  return {{"shard", shard_to_json(record.shard.info)},
          {"tokens_by_source", record.shard.tokens_by_source},
          {"specials", record.shard.specials},
          {"candidates", record.candidates},
          {"chain", {record.chain.high, record.chain.low}},
          {"refusals", refusals_to_json(record.refusals, candidates_before)}};
}

JournalRecord record_from_json(const Json& json, std::uint64_t candidates_before) {
  JournalRecord record;
  record.shard.info = shard_from_json(json.at("shard"));
  record.shard.tokens_by_source = json.at("tokens_by_source").get<TokensBySource>();
  record.shard.specials = json.at("specials").get<std::uint64_t>();
  record.candidates = json.at("candidates").get<std::uint64_t>();
  record.chain = {json.at("chain").at(0).get<std::uint64_t>(),
                  json.at("chain").at(1).get<std::uint64_t>()};
  record.refusals = refusals_from_json(json.at("refusals"), candidates_before);
  return record;
}

}  // namespace

std::filesystem::path TokenizeJournal::path_for(const std::filesystem::path& prefix) {
  return prefix.parent_path() / fmt::format(".{}.journal", prefix.filename().string());
}

std::optional<TokenizeJournal::Contents> TokenizeJournal::read(const std::filesystem::path& path) {
  if (!file_exists(path)) return std::nullopt;
  const std::string bytes = read_file(path, std::numeric_limits<std::uint64_t>::max());
  std::string_view rest = bytes;
  const std::optional<Json> header = take_line(rest);
  if (!header || header->value("format", 0) != kFormatVersion) return std::nullopt;
  Contents contents;
  contents.header = header_from_json(*header);
  std::uint64_t candidates = 0;
  while (const std::optional<Json> line = take_line(rest)) {
    contents.records.push_back(record_from_json(*line, candidates));
    candidates = contents.records.back().candidates;
  }
  return contents;
}

TokenizeJournal::TokenizeJournal(const std::filesystem::path& path, const Contents& contents)
    : path_(path), file_([&] {
        std::string bytes = line_of(to_json(contents.header));
        for (const JournalRecord& record : contents.records) {
          bytes += line_of(to_json(record, candidates_));
          candidates_ = record.candidates;
        }
        write_file_atomically(path, bytes);
        return File::open_append(path);
      }()) {}

void TokenizeJournal::append(const JournalRecord& record) {
  file_.write_all(line_of(to_json(record, candidates_)));
  file_.sync();
  candidates_ = record.candidates;
}

void TokenizeJournal::close_and_remove() {
  file_.close();
  remove_file(path_);
}

}  // namespace corpusmill
