#include "prep/statistics/statistics_report.h"

#include <fmt/format.h>

#include "common/progress_line.h"
#include "common/token_id.h"
#include "prep/text/text_table.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr std::size_t kNameColumns = 32;
constexpr std::size_t kRowsMax = 20;

std::string number(const json& value) {
  return with_separators(value.get<std::uint64_t>());
}
std::string amount(const json& value) {
  const double bytes = value.get<double>();
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6)
                     : fmt::format("{:.2f} GB", bytes / 1e9);
}
// What the token decodes to, in quotes; a part of a character as the vocabulary spells it.
std::string token_name(const json& entry, std::size_t columns) {
  if (!entry.contains("text")) return "";
  const std::string text = entry.at("text").get<std::string>();
  const bool whole = !text.empty() && text.find("\xEF\xBF\xBD") == std::string::npos;
  if (!whole) return displayable(entry.at("token").get<std::string>(), columns);
  return "\"" + displayable(text, columns - 2) + "\"";
}
std::string percent(double share) {
  return fmt::format("{:.2f}%", 100 * share);
}
std::string decimal(const json& value) {
  return fmt::format("{:.2f}", value.get<double>());
}

double share_of(const json& part, const json& whole) {
  return whole.get<double>() == 0 ? 0 : part.get<double>() / whole.get<double>();
}

std::string section(const std::string& title, const TextTable& table) {
  return table.empty() ? "" : "\n" + title + "\n" + table.to_text();
}

std::vector<std::string> length_row(const std::string& name, const json& lengths) {
  return {name,
          number(lengths.at("min")),
          fmt::format("{:.1f}", lengths.at("mean").get<double>()),
          number(lengths.at("p50")),
          number(lengths.at("p90")),
          number(lengths.at("p99")),
          number(lengths.at("max"))};
}

TextTable length_table() {
  return TextTable({"", "min", "mean", "p50", "p90", "p99", "max"});
}

std::string overview(const json& statistics) {
  TextTable table({"", ""});
  table.add_row({"lines", number(statistics.at("books").at("lines_in"))});
  table.add_row({"documents", number(statistics.at("documents"))});
  table.add_row({"text", amount(statistics.at("bytes"))});
  table.add_row({"characters", number(statistics.at("characters"))});
  table.add_row({"words", number(statistics.at("words"))});
  const json& duplicates = statistics.at("duplicates");
  table.add_row({"exact duplicates", fmt::format("{} ({})", number(duplicates.at("documents")),
                                                 percent(duplicates.at("share").get<double>()))});
  // Its header is blank.
  return table.to_text().substr(1);
}

std::string invalid_lines(const json& books) {
  TextTable table({"reason", "lines"});
  if (books.at("empty_lines") != 0) table.add_row({"empty_line", number(books.at("empty_lines"))});
  for (const auto& [reason, lines] : books.at("rejected").items()) {
    if (lines != 0) table.add_row({reason, number(lines)});
  }
  return section("invalid lines", table);
}

std::string lengths(const json& statistics) {
  TextTable table = length_table();
  for (const char* unit : {"bytes", "characters", "words", "lines", "tokens"}) {
    const json& all = statistics.at("lengths");
    if (all.contains(unit)) table.add_row(length_row(unit, all.at(unit)));
  }
  return section("length of documents", table);
}

std::string scripts(const json& statistics) {
  TextTable table({"script", "characters", "share"});
  for (const auto& [name, count] : statistics.at("scripts").items()) {
    if (count == 0) continue;
    table.add_row({name, number(count), percent(share_of(count, statistics.at("characters")))});
  }
  return section("characters", table);
}

std::string fields(const json& statistics) {
  TextTable table({"field", "rows", "share", "types"});
  for (const auto& [name, field] : statistics.at("fields").at("names").items()) {
    std::string types;
    for (const auto& [type, rows] : field.at("types").items()) {
      types += types.empty() ? type : ", " + type;
    }
    table.add_row({displayable(name, kNameColumns), number(field.at("rows")),
                   percent(field.at("share").get<double>()), types});
  }
  return section("fields", table);
}

std::string groups(const json& statistics) {
  const json& groups = statistics.at("groups");
  const std::string title = fmt::format("by {}", groups.at("field").get<std::string>());
  if (!groups.at("complete").get<bool>()) {
    return fmt::format("\n{}\n  too many different values to list\n", title);
  }
  const bool with_tokens = statistics.contains("tokens");
  std::vector<std::string> header = {"value", "documents", "text", "share"};
  if (with_tokens) header.emplace_back("tokens");
  TextTable table(header);
  std::size_t rows = 0;
  for (const json& group : groups.at("groups")) {
    if (++rows > kRowsMax) break;
    std::vector<std::string> row = {displayable(group.at("value").get<std::string>(), kNameColumns),
                                    number(group.at("documents")), amount(group.at("bytes")),
                                    percent(share_of(group.at("bytes"), statistics.at("bytes")))};
    if (with_tokens) row.push_back(number(group.at("tokens")));
    table.add_row(std::move(row));
  }
  std::string text = section(title, table);
  if (rows > kRowsMax)
    text += fmt::format("  and {} more\n", groups.at("groups").size() - kRowsMax);
  return text;
}

std::string vocabulary(const json& counts) {
  std::string text = fmt::format("\nvocabulary: {} ids in use", number(counts.at("used")));
  if (counts.contains("unused_share")) {
    text += fmt::format(" of {}; {} are not", number(counts.at("vocabulary_size")),
                        percent(counts.at("unused_share").get<double>()));
  }
  TextTable table({"most frequent", "id", "count"});
  std::size_t rows = 0;
  for (const json& entry : counts.at("most_frequent")) {
    if (++rows > kRowsMax) break;
    table.add_row({token_name(entry, kNameColumns), std::to_string(entry.at("id").get<TokenId>()),
                   number(entry.at("count"))});
  }
  return text + "\n" + (table.empty() ? "" : table.to_text());
}

std::string tokens(const json& statistics) {
  const json& tokens = statistics.at("tokens");
  TextTable table({"tokens", number(tokens.at("tokens"))});
  table.add_row({"per document", decimal(tokens.at("tokens_per_document"))});
  table.add_row({"bytes per token", decimal(tokens.at("bytes_per_token"))});
  table.add_row({"characters per token", decimal(tokens.at("characters_per_token"))});
  table.add_row({"unknown tokens", number(tokens.at("unknown"))});
  table.add_row({"special tokens in the text", number(tokens.at("specials_in_text"))});
  TextTable by_script({"documents mostly in", "documents", "tokens", "bytes/token", "chars/token"});
  for (const auto& [script, group] : tokens.at("by_script").items()) {
    by_script.add_row({script, number(group.at("documents")), number(group.at("tokens")),
                       decimal(group.at("bytes_per_token")),
                       decimal(group.at("characters_per_token"))});
  }
  return "\n" + table.to_text() + section("tokens by script", by_script) +
         vocabulary(tokens.at("vocabulary"));
}

std::string splits(const json& statistics) {
  TextTable counts({"split", "shards", "documents", "tokens"});
  TextTable lengths = length_table();
  for (const auto& [name, split] : statistics.at("splits").items()) {
    counts.add_row({name, number(split.at("shards")), number(split.at("documents")),
                    number(split.at("tokens"))});
    if (!split.at("lengths").is_null()) lengths.add_row(length_row(name, split.at("lengths")));
  }
  return counts.to_text() + section("tokens per document, BOS and EOS included", lengths);
}

}  // namespace

std::string corpus_report(const json& statistics) {
  std::string text = overview(statistics);
  text += invalid_lines(statistics.at("books"));
  text += lengths(statistics);
  text += scripts(statistics);
  text += fields(statistics);
  text += groups(statistics);
  if (statistics.contains("tokens")) text += tokens(statistics);
  return text;
}

std::string shard_report(const json& statistics) {
  if (!statistics.contains("manifest")) {
    return fmt::format("{}: {} tokens of {}\n", statistics.at("file").get<std::string>(),
                       number(statistics.at("tokens")), statistics.at("dtype").get<std::string>()) +
           vocabulary(statistics.at("vocabulary"));
  }
  std::string text = statistics.at("manifest").get<std::string>() + "\n" + splits(statistics);
  TextTable shards({"shard", "split", "dtype", "documents", "tokens"});
  for (const json& shard : statistics.at("shards")) {
    shards.add_row({shard.at("file").get<std::string>(), shard.at("split").get<std::string>(),
                    shard.at("dtype").get<std::string>(), number(shard.at("documents")),
                    number(shard.at("tokens"))});
  }
  text += section("shards", shards);
  TextTable sources({"source", "tokens"});
  for (const auto& [source, count] : statistics.at("tokens_by_source").items()) {
    sources.add_row({displayable(source, kNameColumns), number(count)});
  }
  return text + section("tokens by source", sources) + vocabulary(statistics.at("vocabulary"));
}

}  // namespace corpusmill
