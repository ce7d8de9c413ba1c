#include "tests/reference/textbook_shingles.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "prep/text/script_class.h"
#include "prep/text/utf8.h"

namespace corpusmill::textbook {
namespace {

constexpr std::string_view kApart = "\xEF\xBF\xBF";

std::vector<std::string> units_of(std::string_view text, ShingleUnit unit) {
  std::vector<std::string> units;
  std::string run;
  const auto end_run = [&] {
    if (!run.empty()) units.push_back(run);
    run.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint decoded = decode_code_point(text, at);
    const std::string character(text.substr(at, decoded.bytes));
    at += decoded.bytes;
    if (unit == ShingleUnit::kChars) {
      units.push_back(character);
    } else if (unit == ShingleUnit::kBytes) {
      for (const char byte : character) units.emplace_back(1, byte);
    } else if (is_white_space(decoded.value)) {
      end_run();
    } else if (unit == ShingleUnit::kUnits && is_unit_script(script_class_of(decoded.value))) {
      end_run();
      units.push_back(character);
    } else {
      run += character;
    }
  }
  end_run();
  return units;
}

}  // namespace

std::set<std::string> shingles(std::string_view text, const ShingleRule& rule) {
  const std::vector<std::string> units = units_of(text, rule.unit);
  if (units.size() < rule.length) return {std::string(kApart).append(text)};
  std::set<std::string> found;
  for (std::size_t begin = 0; begin + rule.length <= units.size(); ++begin) {
    std::string shingle;
    for (std::size_t i = begin; i < begin + rule.length; ++i) {
      shingle.append(units[i]).append(kApart);
    }
    found.insert(shingle);
  }
  return found;
}

double similarity(const std::set<std::string>& a, const std::set<std::string>& b,
                  SimilarityKind kind) {
  std::vector<std::string> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  const std::size_t whole = kind == SimilarityKind::kJaccard ? a.size() + b.size() - common.size()
                                                             : std::min(a.size(), b.size());
  return static_cast<double>(common.size()) / static_cast<double>(whole);
}

}  // namespace corpusmill::textbook
