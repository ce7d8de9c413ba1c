// The options of dedup, the same as flags of `dedup` and as keys of a recipe for `run`.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "prep/text/text_units.h"

namespace corpusmill {

struct ExactOptions {
  std::vector<std::string> fold;  // --fold case,space,punctuation,width,han or all
  std::string key;                // --key FIELD; empty: the text

  void add_to(CLI::App& app);
  // Adds what differs from the default: what shapes the data.
  void append_to(nlohmann::json& data_options) const;
};

// --repeated-lines N or --repeated-paragraphs N: what occurs more than N times in the corpus is
// taken out of its documents.
struct RepeatedOptions {
  std::optional<std::uint64_t> lines, paragraphs;
  std::uint64_t min_chars = 1;  // --repeated-min-chars: shorter ones stay
  bool keep_first = false;      // --repeated-keep-first: the first occurrence stays

  void add_to(CLI::App& app);
  void append_to(nlohmann::json& data_options) const;
  bool any() const { return lines || paragraphs; }
  TextUnit unit() const { return lines ? TextUnit::kLine : TextUnit::kParagraph; }
  std::uint64_t times_max() const { return lines ? *lines : paragraphs.value_or(0); }
  // Throws Error(kUsage) for a text that is joined of several fields: there is none to rewrite.
  void check(const std::string& text_template) const;
};

}  // namespace corpusmill
