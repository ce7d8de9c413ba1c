#include "prep/signature/lsh_shape.h"

#include <cmath>

namespace corpusmill {
namespace {

constexpr double kRecallMin = 0.95;

}  // namespace

double LshShape::recall(double similarity) const {
  return 1 - std::pow(1 - std::pow(similarity, rows), bands);
}

LshShape LshShape::for_threshold(double threshold, unsigned permutations) {
  for (unsigned rows = permutations; rows > 1; --rows) {
    const LshShape shape{permutations / rows, rows};
    if (shape.recall(threshold) >= kRecallMin) return shape;
  }
  return {permutations, 1};
}

}  // namespace corpusmill
