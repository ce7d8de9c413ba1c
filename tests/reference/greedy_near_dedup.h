// Near dedup as its definition says it, over all that was proposed: slow, obvious, in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace corpusmill::textbook {

// For every document the one in whose favour it goes, or itself. `order` is the walk; proposed(a,
// b) says whether the two are compared at all, similarity(a, b) how alike they are. A document goes
// if it is `threshold` or more alike to one that was kept before it, in favour of the one it is
// most like, of equal ones the first by number.
std::vector<std::size_t> remove_near_duplicates(
    const std::vector<std::size_t>& order,
    const std::function<bool(std::size_t, std::size_t)>& proposed,
    const std::function<double(std::size_t, std::size_t)>& similarity, double threshold);

}  // namespace corpusmill::textbook
