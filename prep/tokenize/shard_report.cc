#include "prep/tokenize/shard_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error.h"
#include "common/progress_line.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr std::uint64_t kDocumentsListedMax = 1000;

std::string special_text(const char* name, const std::optional<TokenId>& id) {
  return id ? fmt::format(" {} {}", name, *id) : "";
}

std::string tokenizer_text(const Manifest& manifest) {
  const TokenizerInfo& info = manifest.tokenizer;
  const SpecialIds& ids = info.special_ids;
  return fmt::format(
      "tokenizer   {} ({}), {} ids,{}{}{}{}; documents begin with {} and end with {}\n",
      info.file_name.empty() ? "-" : info.file_name, info.kind,
      with_separators(info.vocabulary_size), special_text("bos", ids.bos),
      special_text("eos", ids.eos), special_text("pad", ids.pad), special_text("unk", ids.unk),
      manifest.bos ? "BOS" : "no BOS", manifest.eos ? "EOS" : "no EOS");
}

json documents_json(const ShardSet& set, const ShardSetReader& reader, std::uint64_t first,
                    std::uint64_t end) {
  json documents = json::array();
  while (first < end && documents.size() < kDocumentsListedMax) {
    const ShardSetReader::Document document = reader.document_at(first);
    const std::uint32_t input = document.origin.input;
    if (input >= set.manifest.inputs.size()) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("document {} names input {}, but the manifest has {}",
                              document.number, input, set.manifest.inputs.size()));
    }
    documents.push_back({{"document", document.number},
                         {"begin", document.begin},
                         {"end", document.end},
                         {"input", set.manifest.inputs[input].name},
                         {"line", document.origin.line}});
    first = document.end;
  }
  return documents;
}

}  // namespace

std::string set_summary_text(const ShardSet& set) {
  const Manifest& manifest = set.manifest;
  std::string text = fmt::format("{}\n", set.path.string());
  if (!set.is_bare) {
    text += fmt::format("written by  corpusmill {}\n", manifest.tool_version);
    text += tokenizer_text(manifest);
  }
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    text += fmt::format("{:<12}{} tokens, {} documents\n", split_name(split),
                        with_separators(manifest.tokens(split)),
                        with_separators(manifest.documents(split)));
  }
  for (const InputInfo& input : manifest.inputs) {
    text += fmt::format("input       {} ({} bytes)\n", input.name, with_separators(input.bytes));
  }
  for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
    const ShardInfo& shard = manifest.shards[i];
    if (set.shard && *set.shard != i) continue;
    text += fmt::format("shard       {}: {}, {} tokens, {} documents, {}{}\n", shard.file_name,
                        split_name(shard.split), with_separators(shard.tokens),
                        with_separators(shard.documents), width_name(shard.width),
                        set.is_bare ? "" : fmt::format(", largest id {}", shard.largest_id));
  }
  return text;
}

json set_summary_json(const ShardSet& set) {
  json value = set.manifest.to_json();
  value.erase("manifest_digest");
  for (json& shard : value["shards"]) shard.erase("block_digests");
  value["path"] = set.path.string();
  value["bare"] = set.is_bare;
  return value;
}

json window_json(const ShardSet& set, const ShardSetReader& reader, std::uint64_t first,
                 std::uint64_t count, const Tokenizer* tokenizer) {
  const ShardSetReader::Place place = reader.place_of(first);
  const std::vector<TokenId> ids = reader.read(first, count);
  json window = {{"at", first},
                 {"shard", set.manifest.shards[place.shard].file_name},
                 {"shard_offset", place.offset},
                 {"ids", ids},
                 {"pieces", nullptr},
                 {"text", nullptr},
                 {"documents", json::array()}};
  if (reader.has_index()) {
    window["documents"] = documents_json(set, reader, first, first + ids.size());
  }
  if (tokenizer == nullptr) return window;
  json pieces = json::array();
  for (const TokenId id : ids) {
    if (id >= tokenizer->vocabulary_size()) {
      throw Error(
          ExitCode::kMismatch,
          fmt::format("id {} is not below the tokenizer's {}: another tokenizer made it, or "
                      "the width is wrong",
                      id, tokenizer->vocabulary_size()));
    }
    pieces.push_back(tokenizer->token(id));
  }
  window["pieces"] = std::move(pieces);
  window["text"] = tokenizer->decode(ids);
  return window;
}

std::string window_text(const json& window) {
  const std::uint64_t first = window["at"];
  const std::size_t count = window["ids"].size();
  std::string text =
      fmt::format("tokens {} to {}, {} from its token {} on\n", first, first + count - 1,
                  window["shard"].get<std::string>(), window["shard_offset"].get<std::uint64_t>());
  for (const json& document : window["documents"]) {
    text += fmt::format(
        "document {}: {}:{}, tokens {} to {}\n", document["document"].get<std::uint64_t>(),
        document["input"].get<std::string>(), document["line"].get<std::uint64_t>(),
        document["begin"].get<std::uint64_t>(), document["end"].get<std::uint64_t>() - 1);
  }
  text += "ids:";
  for (const json& id : window["ids"]) text += fmt::format(" {}", id.get<TokenId>());
  if (!window["pieces"].is_null()) {
    text += "\ntokens:";
    for (const json& piece : window["pieces"]) text += fmt::format(" {}", piece.dump());
    text += fmt::format("\ntext:\n{}", window["text"].get<std::string>());
  }
  return text + "\n";
}

void require_same_tokenizer(const ShardSet& set, const Tokenizer& tokenizer) {
  const TokenizerInfo& info = set.manifest.tokenizer;
  if (info.kind == kUnknownTokenizer) return;
  std::string differing;
  if (info.digest != tokenizer.digest()) {
    differing += fmt::format("\n  digest: {} there, {} here", info.digest, tokenizer.digest());
  }
  if (info.vocabulary_size != tokenizer.vocabulary_size()) {
    differing += fmt::format("\n  vocabulary size: {} there, {} here", info.vocabulary_size,
                             tokenizer.vocabulary_size());
  }
  if (differing.empty()) return;
  throw Error(ExitCode::kMismatch, fmt::format("{} was made with another tokenizer ({}):{}",
                                               set.path.string(), info.file_name, differing));
}

}  // namespace corpusmill
