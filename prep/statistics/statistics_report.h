// The numbers of `stats` as tables for a terminal. Reads the JSON that programs get, so that both
// say the same.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace corpusmill {

// Of CorpusStatistics::to_json() with "books" and "duplicates".
std::string corpus_report(const nlohmann::json& statistics);
// Of shard_statistics() or bare_shard_statistics().
std::string shard_report(const nlohmann::json& statistics);

}  // namespace corpusmill
