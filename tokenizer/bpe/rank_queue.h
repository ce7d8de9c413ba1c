// Places waiting for their turn by rank: a list per rank, and a bit per rank that has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace corpusmill {

// Putting is O(1); taking a rank out is linear in its places where they came in ascending order,
// and sorts them where they did not. Not thread-safe.
class RankQueue {
 public:
  // Empties it, for ranks below `ranks`. Costs nothing where everything was taken out before.
  void start(std::size_t ranks);
  void put(std::uint32_t rank, std::uint32_t place);
  // Overwrites `places` with those of the lowest rank, ascending, repeats included, and returns the
  // rank; `ranks` of start() if there is none.
  std::uint32_t take_lowest(std::vector<std::uint32_t>& places);

 private:
  static constexpr std::uint32_t kEnd = ~std::uint32_t{0};
  struct Node {
    std::uint32_t place, next;
  };

  std::vector<std::uint32_t> heads_;  // by rank: the node put last
  std::vector<Node> nodes_;
  std::uint32_t free_ = kEnd;  // a list of nodes not in use
  // Bit `rank` of bits_ says that the rank has a list; bit w of summary_ that word w is not 0.
  std::vector<std::uint64_t> bits_, summary_;
  std::size_t waiting_ = 0;  // ranks that have a list
};

}  // namespace corpusmill
