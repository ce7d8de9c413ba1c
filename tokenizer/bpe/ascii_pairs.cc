#include "tokenizer/bpe/ascii_pairs.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <vector>

namespace corpusmill {
namespace {

constexpr std::size_t kGroups = 8;

// Left characters that share one row: the union of their own.
struct Group {
  AsciiPairs::Row row;
  AsciiPairs::Row members;  // bit `left`
  double weight = 0;        // of the members
};

double weight_of(AsciiPairs::Row chars, const AsciiPairs::Weights& weights) {
  double sum = 0;
  for (std::size_t half = 0; half < 2; ++half) {
    for (std::uint64_t rest = chars[half]; rest != 0; rest &= rest - 1) {
      sum += weights[half * 64 + static_cast<std::size_t>(std::countr_zero(rest))];
    }
  }
  return sum;
}

AsciiPairs::Row without(const AsciiPairs::Row& a, const AsciiPairs::Row& b) {
  return {a[0] & ~b[0], a[1] & ~b[1]};
}
AsciiPairs::Row both(const AsciiPairs::Row& a, const AsciiPairs::Row& b) {
  return {a[0] | b[0], a[1] | b[1]};
}

// How much is met of the pairs that sharing one row adds.
double cost_of(const Group& a, const Group& b, const AsciiPairs::Weights& weights) {
  return a.weight * weight_of(without(b.row, a.row), weights) +
         b.weight * weight_of(without(a.row, b.row), weights);
}

std::vector<Group> distinct_rows(const AsciiPairs::Rows& rows, const AsciiPairs::Weights& weights) {
  std::vector<Group> groups;
  for (std::size_t left = 0; left < rows.size(); ++left) {
    if ((rows[left][0] | rows[left][1]) == 0) continue;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& other) { return other.row == rows[left]; });
    if (group == groups.end()) {
      groups.push_back({.row = rows[left], .members = {}});
      group = groups.end() - 1;
    }
    group->members[left / 64] |= std::uint64_t{1} << left % 64;
    group->weight += weights[left];
  }
  return groups;
}

// Joins the two groups that cost least until few enough are left.
void join_to_eight(std::vector<Group>& groups, const AsciiPairs::Weights& weights) {
  const std::size_t count = groups.size();
  std::vector<std::vector<double>> costs(count, std::vector<double>(count));
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < a; ++b) costs[a][b] = cost_of(groups[a], groups[b], weights);
  }
  while (groups.size() > kGroups) {
    std::size_t first = 1, second = 0;
    for (std::size_t a = 1; a < groups.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (costs[a][b] < costs[first][second]) first = a, second = b;
      }
    }
    groups[second].row = both(groups[second].row, groups[first].row);
    groups[second].members = both(groups[second].members, groups[first].members);
    groups[second].weight += groups[first].weight;
    groups[first] = groups.back();
    groups.pop_back();
    for (const std::size_t changed : {first, second}) {
      for (std::size_t other = 0; changed < groups.size() && other < groups.size(); ++other) {
        if (other == changed) continue;
        costs[std::max(changed, other)][std::min(changed, other)] =
            cost_of(groups[changed], groups[other], weights);
      }
    }
  }
}

}  // namespace

AsciiPairs::AsciiPairs(const Rows& rows, const Weights& weights) : rows_(rows) {
  std::vector<Group> groups = distinct_rows(rows, weights);
  join_to_eight(groups, weights);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto bit = static_cast<std::uint8_t>(1U << i);
    for (std::size_t c = 0; c < kChars; ++c) {
      if ((groups[i].members[c / 64] >> c % 64 & 1) != 0) left_[c] |= bit;
      if ((groups[i].row[c / 64] >> c % 64 & 1) != 0) right_[c] |= bit;
    }
  }
}

}  // namespace corpusmill
