#include "prep/exact/dedup_options.h"

#include <fmt/format.h>

#include "common/error.h"
#include "common/options.h"
#include "prep/exact/text_folder.h"

namespace corpusmill {

void ExactOptions::add_to(CLI::App& app) {
  app.add_option("--fold", fold,
                 "texts that differ in these alone are equal: case, space, punctuation, width, han "
                 "(traditional and simplified characters), all; what is kept stays as it is")
      ->delimiter(',')
      ->check(CLI::IsMember(FoldRule::names()))
      ->option_text("NAME,...")
      ->group("Exact dedup");
  app.add_option("--key", key,
                 "rows are equal where this field is ('url', 'meta.url'), instead of the text; "
                 "rows without it are kept")
      ->option_text("FIELD")
      ->group("Exact dedup");
}

void ExactOptions::append_to(nlohmann::json& data_options) const {
  if (!fold.empty()) data_options["fold"] = fold;
  if (!key.empty()) data_options["key"] = key;
}

void RepeatedOptions::add_to(CLI::App& app) {
  const char* const group = "Repeated lines";
  auto* const by_lines =
      app.add_option("--repeated-lines", lines,
                     "take lines that occur more than N times in all documents out of them")
          ->check(CLI::PositiveNumber)
          ->option_text("N")
          ->group(group);
  app.add_option("--repeated-paragraphs", paragraphs,
                 "the same with paragraphs: lines in a row that are not blank")
      ->check(CLI::PositiveNumber)
      ->excludes(by_lines)
      ->option_text("N")
      ->group(group);
  app.add_option("--repeated-min-chars", min_chars,
                 "leave lines or paragraphs of fewer characters alone")
      ->group(group);
  add_switch(app, "--repeated-keep-first", keep_first,
             "leave the first occurrence of each where it is")
      ->group(group);
}

void RepeatedOptions::append_to(nlohmann::json& data_options) const {
  if (!any()) return;
  data_options[lines ? "repeated_lines" : "repeated_paragraphs"] = times_max();
  data_options["repeated_min_chars"] = min_chars;
  data_options["repeated_keep_first"] = keep_first;
}

void RepeatedOptions::check(const std::string& text_template) const {
  if (!any() || text_template.empty()) return;
  throw Error(
      ExitCode::kUsage,
      fmt::format("{} rewrites the text where it stands in its row, and --template joins it "
                  "of several fields; leave one of them out",
                  lines ? "--repeated-lines" : "--repeated-paragraphs"));
}

}  // namespace corpusmill
