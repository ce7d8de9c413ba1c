#include "tokenizer/merge_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <future>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

namespace corpusmill {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t kMergesAtOnce = 64;
// Worth a thread's start; a multiple of kMergesAtOnce.
constexpr std::size_t kStretchMin = std::size_t{1} << 16;
constexpr std::size_t kThreadsMax = 4;
// simdjson counts no further.
constexpr std::size_t kMergesMax = 0xFFFFFE;

// Reads the merges from one rank on.
class StretchReader {
 public:
  StretchReader(const TokenizerJson& file, std::size_t begin) : file_(file), rank_(begin) {}

  void read(const array& list, std::span<MergeTable::Merge> merges) {
    auto merge = list.begin();
    for (std::size_t i = 0; i < rank_; ++i) ++merge;
    for (std::size_t i = 0; i < merges.size(); i += kMergesAtOnce) {
      const std::size_t count = std::min(kMergesAtOnce, merges.size() - i);
      for (std::size_t k = 0; k < count; ++k, ++merge) {
        std::tie(sides_[2 * k], sides_[2 * k + 1]) = parts_of(*merge, rank_ + k);
      }
      resolve(merges.subspan(i, count));
      rank_ += count;
    }
  }

 private:
  std::pair<std::string_view, std::string_view> parts_of(const element& merge,
                                                         std::size_t rank) const {
    std::string_view left, right;
    if (merge.type() == element_type::STRING) {
      const std::string_view line = merge;
      const std::size_t space = line.find(' ');
      if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
        file_.corrupt(fmt::format("merge {} is \"{}\", not two tokens", rank, line));
      }
      return {line.substr(0, space), line.substr(space + 1)};
    }
    if (merge.type() == element_type::ARRAY) {
      std::size_t count = 0;
      bool strings = true;
      for (const element& token : array(merge)) {
        std::string_view& side = count == 0 ? left : right;
        strings = strings && token.get(side) == simdjson::SUCCESS;
        if (++count > 2) break;
      }
      if (count == 2 && strings) return {left, right};
    }
    file_.corrupt(fmt::format("merge {} is neither a string nor a pair of strings", rank));
  }

  // The merges of rank_ and so on, of which the sides are read.
  void resolve(std::span<MergeTable::Merge> merges) {
    std::array<TokenId, 2 * kMergesAtOnce> ids;
    std::array<TokenId, kMergesAtOnce> results;
    const std::span<const std::string_view> sides(sides_.data(), 2 * merges.size());
    file_.vocabulary.find(sides, ids);
    find_joined(sides, results);
    for (std::size_t i = 0; i < merges.size(); ++i) {
      const std::size_t rank = rank_ + i;
      for (const std::size_t side : {2 * i, 2 * i + 1}) {
        if (sides[side].empty()) file_.corrupt(fmt::format("merge {} joins nothing", rank));
        if (ids[side] == Vocabulary::kNoToken) refuse(rank, sides[side]);
      }
      if (results[i] == Vocabulary::kNoToken) {
        refuse(rank, fmt::format("{}{}", sides[2 * i], sides[2 * i + 1]));
      }
      merges[i] = {ids[2 * i], ids[2 * i + 1], results[i], static_cast<std::uint32_t>(rank)};
    }
  }

  // results[i] is the id of sides[2 i] and sides[2 i + 1] joined.
  void find_joined(std::span<const std::string_view> sides, std::span<TokenId> results) {
    std::array<std::string_view, kMergesAtOnce> unguessed;
    std::array<TokenId, kMergesAtOnce> found;
    std::array<std::uint8_t, kMergesAtOnce> merge_of;
    std::size_t count = 0, begin = 0;
    joined_.clear();
    for (const std::string_view side : sides) joined_ += side;
    for (std::size_t i = 0; i < sides.size(); i += 2) {
      const std::size_t bytes = sides[i].size() + sides[i + 1].size();
      const std::string_view joined = std::string_view(joined_).substr(begin, bytes);
      begin += bytes;
      results[i / 2] = guess(joined);
      if (results[i / 2] != Vocabulary::kNoToken) continue;
      merge_of[count] = static_cast<std::uint8_t>(i / 2);
      unguessed[count++] = joined;
    }
    file_.vocabulary.find(std::span(unguessed).first(count), found);
    for (std::size_t i = 0; i < count; ++i) results[merge_of[i]] = found[i];
    if (count > 0) last_result_ = found[count - 1];
  }

  // Most files list merges in the order of what they make, so that two spellings side by side in
  // memory take the place of a search. kNoToken: it is neither.
  TokenId guess(std::string_view joined) {
    for (const TokenId id : {last_result_, last_result_ + 1}) {
      if (file_.vocabulary.has(id) && file_.vocabulary.spelling(id) == joined) {
        return last_result_ = id;
      }
    }
    return Vocabulary::kNoToken;
  }

  [[noreturn]] void refuse(std::size_t rank, std::string_view token) const {
    file_.corrupt(
        fmt::format("merge {} needs \"{}\", which is not in the vocabulary", rank, token));
  }

  const TokenizerJson& file_;
  std::size_t rank_;
  std::array<std::string_view, 2 * kMergesAtOnce> sides_;  // left, right, left, right, ...
  std::string joined_;                                     // scratch
  TokenId last_result_ = 0;
};

// So many merges are one thread's.
std::size_t stretch_of(std::size_t merges) {
  const std::size_t threads =
      std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kThreadsMax);
  const std::size_t even = (merges + threads - 1) / threads;
  return std::max(kStretchMin, (even + kMergesAtOnce - 1) / kMergesAtOnce * kMergesAtOnce);
}

}  // namespace

std::vector<MergeTable::Merge> read_merge_list(const array& list, const TokenizerJson& file) {
  if (list.size() > kMergesMax) file.corrupt(fmt::format("more than {} merges", kMergesMax));
  std::vector<MergeTable::Merge> merges(list.size());
  const std::size_t stretch = stretch_of(merges.size());
  std::vector<std::future<void>> stretches;
  for (std::size_t begin = 0; begin < merges.size(); begin += stretch) {
    const auto some = std::span(merges).subspan(begin, std::min(stretch, merges.size() - begin));
    const bool is_last = begin + some.size() == merges.size();
    stretches.push_back(
        std::async(is_last ? std::launch::deferred : std::launch::async,
                   [&list, &file, begin, some] { StretchReader(file, begin).read(list, some); }));
  }
  // The last one is read by this thread; of several errors the first in the list is told.
  if (!stretches.empty()) stretches.back().wait();
  for (std::future<void>& read : stretches) read.get();
  return merges;
}

}  // namespace corpusmill
