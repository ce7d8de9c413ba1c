// How every command ends: one object on standard output with --json, some lines for people on
// standard error without --quiet. docs/commands.md, "The --json object".
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/options.h"
#include "prep/record/books.h"

namespace corpusmill {

// Counts seconds from its construction: make it first.
class RunSummary {
 public:
  RunSummary(std::string command, const CommonOptions& common);

  Books books;
  std::uint64_t documents = 0;          // that reached the output
  std::optional<std::uint64_t> tokens;  // empty where nothing was tokenized: null in JSON
  std::vector<std::string> outputs;     // files published, in the order they were made
  nlohmann::json more = nlohmann::json::object();  // keys of this command alone

  nlohmann::json to_json() const;
  std::string to_text() const;

  // Throws Error(kInternal) if the books do not close; then prints what the options ask for.
  // `notes` are lines for people, behind the summary; each ends in a newline.
  void finish(const std::string& notes = "") const;

  double seconds() const;

 private:
  std::string command_;
  CommonOptions common_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace corpusmill
