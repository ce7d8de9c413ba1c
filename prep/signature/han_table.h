// Traditional Chinese characters and the simplified ones that OpenCC's own data gives for them.
#pragma once

#include <utility>
#include <vector>

namespace corpusmill {

// (traditional, simplified) code points, ascending, of those that differ: one conversion of all Han
// characters, each by itself, so that no phrase decides. Throws Error(kUsage) where OpenCC's data
// is not installed.
std::vector<std::pair<char32_t, char32_t>> simplified_han();

}  // namespace corpusmill
