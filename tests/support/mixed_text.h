// Random text of several scripts, for tests that compare a fast path with a slow one.
#pragma once

#include <random>
#include <string>

namespace corpusmill::testing_support {

// `pieces` words, characters, spaces and oddities (NUL, marks, emoji, spaces of every kind), valid
// UTF-8; from few distinct ones, so that texts have much in common.
std::string mixed_text(std::mt19937_64& random, std::size_t pieces);

}  // namespace corpusmill::testing_support
