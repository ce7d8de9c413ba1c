#include "prep/statistics/corpus_statistics.h"

#include <algorithm>
#include <span>

namespace corpusmill {
namespace {

constexpr std::size_t kMostFrequentMax = 50;

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool is_letter_class(ScriptClass script) {
  return script != ScriptClass::kDigit && script != ScriptClass::kPunctuation &&
         script != ScriptClass::kSpace;
}

}  // namespace

TokenCounts& TokenCounts::operator+=(const TokenCounts& other) {
  counts_.resize(std::max(counts_.size(), other.counts_.size()));
  for (std::size_t id = 0; id < other.counts_.size(); ++id) counts_[id] += other.counts_[id];
  return *this;
}

nlohmann::json TokenCounts::to_json(const Tokenizer* tokenizer) const {
  std::vector<TokenId> used;
  for (std::size_t id = 0; id < counts_.size(); ++id) {
    if (counts_[id] > 0) used.push_back(static_cast<TokenId>(id));
  }
  const std::size_t listed = std::min(used.size(), kMostFrequentMax);
  std::partial_sort(used.begin(), used.begin() + static_cast<std::ptrdiff_t>(listed), used.end(),
                    [this](TokenId a, TokenId b) {
                      return counts_[a] != counts_[b] ? counts_[a] > counts_[b] : a < b;
                    });
  nlohmann::json most_frequent = nlohmann::json::array();
  for (std::size_t i = 0; i < listed; ++i) {
    nlohmann::json entry = {{"id", used[i]}, {"count", counts_[used[i]]}};
    if (tokenizer != nullptr) {
      entry["token"] = tokenizer->token(used[i]);
      entry["text"] = tokenizer->decode(std::span(&used[i], 1));
    }
    most_frequent.push_back(std::move(entry));
  }
  return {{"vocabulary_size", counts_.size()},
          {"used", used.size()},
          {"unused_share", ratio(counts_.size() - used.size(), counts_.size())},
          {"most_frequent", std::move(most_frequent)}};
}

CorpusStatistics::CorpusStatistics(const CorpusStatisticsOptions& options)
    : options_(options),
      fields_(options.group_field),
      token_counts_(options.tokenizer == nullptr ? 0 : options.tokenizer->vocabulary_size()) {}

std::size_t CorpusStatistics::script_group_of(const TextCounts& counts) {
  std::uint64_t letters = 0;
  std::size_t largest = static_cast<std::size_t>(ScriptClass::kOther);
  for (std::size_t i = 0; i < kScriptClassCount; ++i) {
    if (!is_letter_class(static_cast<ScriptClass>(i))) continue;
    letters += counts.by_script[i];
    if (counts.by_script[i] > counts.by_script[largest]) largest = i;
  }
  return 2 * counts.by_script[largest] > letters ? largest : kMixed;
}

std::uint64_t CorpusStatistics::count_tokens(std::string_view text) {
  ids_.clear();
  const Tokenizer& tokenizer = *options_.tokenizer;
  const EncodeReport report = tokenizer.encode(text, tokenizer.default_policy(), ids_);
  for (const TokenId id : ids_) token_counts_.add(id);
  specials_ += report.specials;
  documents_with_specials_ += report.specials > 0 ? 1 : 0;
  token_lengths_.add(ids_.size());
  return ids_.size();
}

void CorpusStatistics::add(std::string_view json, std::string_view text) {
  const TextCounts counts = count_text(text);
  const std::uint64_t tokens = options_.tokenizer == nullptr ? 0 : count_tokens(text);
  ++documents_;
  bytes_ += text.size();
  characters_ += counts.characters;
  words_ += counts.words;
  tokens_ += tokens;
  for (std::size_t i = 0; i < kScriptClassCount; ++i) by_script_[i] += counts.by_script[i];
  ScriptGroup& group = script_groups_[script_group_of(counts)];
  ++group.documents;
  group.bytes += text.size();
  group.characters += counts.characters;
  group.tokens += tokens;
  byte_lengths_.add(text.size());
  character_lengths_.add(counts.characters);
  word_lengths_.add(counts.words);
  line_lengths_.add(counts.lines);
  fields_.add(
      json,
      {.documents = 1, .bytes = text.size(), .characters = counts.characters, .tokens = tokens});
}

CorpusStatistics& CorpusStatistics::operator+=(const CorpusStatistics& other) {
  documents_ += other.documents_;
  bytes_ += other.bytes_;
  characters_ += other.characters_;
  words_ += other.words_;
  tokens_ += other.tokens_;
  specials_ += other.specials_;
  documents_with_specials_ += other.documents_with_specials_;
  for (std::size_t i = 0; i < kScriptClassCount; ++i) by_script_[i] += other.by_script_[i];
  for (std::size_t i = 0; i < script_groups_.size(); ++i) {
    script_groups_[i].documents += other.script_groups_[i].documents;
    script_groups_[i].bytes += other.script_groups_[i].bytes;
    script_groups_[i].characters += other.script_groups_[i].characters;
    script_groups_[i].tokens += other.script_groups_[i].tokens;
  }
  byte_lengths_ += other.byte_lengths_;
  character_lengths_ += other.character_lengths_;
  word_lengths_ += other.word_lengths_;
  line_lengths_ += other.line_lengths_;
  token_lengths_ += other.token_lengths_;
  fields_ += other.fields_;
  token_counts_ += other.token_counts_;
  return *this;
}

nlohmann::json CorpusStatistics::tokens_json() const {
  const Tokenizer& tokenizer = *options_.tokenizer;
  const auto unk = tokenizer.special_ids().unk;
  const std::uint64_t unknown = unk ? token_counts_.of(*unk) : 0;
  nlohmann::json by_script = nlohmann::json::object();
  for (std::size_t i = 0; i < script_groups_.size(); ++i) {
    const ScriptGroup& group = script_groups_[i];
    if (group.documents == 0) continue;
    by_script[i == kMixed ? "mixed" : std::string(kScriptClassNames[i])] = {
        {"documents", group.documents},
        {"tokens", group.tokens},
        {"bytes_per_token", ratio(group.bytes, group.tokens)},
        {"characters_per_token", ratio(group.characters, group.tokens)}};
  }
  return {{"tokenizer",
           {{"kind", tokenizer.kind()},
            {"digest", tokenizer.digest()},
            {"vocabulary_size", tokenizer.vocabulary_size()}}},
          {"tokens", tokens_},
          {"tokens_per_document", ratio(tokens_, documents_)},
          {"bytes_per_token", ratio(bytes_, tokens_)},
          {"characters_per_token", ratio(characters_, tokens_)},
          {"by_script", std::move(by_script)},
          {"unknown", unknown},
          {"coverage", tokens_ == 0 ? 1 : 1 - ratio(unknown, tokens_)},
          {"specials_in_text", specials_},
          {"documents_with_specials", documents_with_specials_},
          {"vocabulary", token_counts_.to_json(&tokenizer)}};
}

nlohmann::json CorpusStatistics::to_json() const {
  nlohmann::json scripts = nlohmann::json::object();
  for (std::size_t i = 0; i < kScriptClassCount; ++i) {
    scripts[std::string(kScriptClassNames[i])] = by_script_[i];
  }
  nlohmann::json lengths = {{"bytes", byte_lengths_.to_json()},
                            {"characters", character_lengths_.to_json()},
                            {"words", word_lengths_.to_json()},
                            {"lines", line_lengths_.to_json()}};
  nlohmann::json json = {{"documents", documents_},        {"bytes", bytes_},
                         {"characters", characters_},      {"words", words_},
                         {"scripts", std::move(scripts)},  {"fields", fields_.fields_json()},
                         {"groups", fields_.groups_json()}};
  if (options_.tokenizer != nullptr) {
    lengths["tokens"] = token_lengths_.to_json();
    json["tokens"] = tokens_json();
  }
  json["lengths"] = std::move(lengths);
  return json;
}

}  // namespace corpusmill
