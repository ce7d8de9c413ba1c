// Shingles and similarities as the textbook has them: sets of strings, nothing hashed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "prep/signature/shingle_rule.h"
#include "prep/signature/shingle_set.h"

namespace corpusmill::textbook {

// Each shingle written out, its units kept apart by U+FFFF; the whole text, marked, if it has fewer
// units than a shingle.
std::set<std::string> shingles(std::string_view text, const ShingleRule& rule);

double similarity(const std::set<std::string>& a, const std::set<std::string>& b,
                  SimilarityKind kind);

}  // namespace corpusmill::textbook
