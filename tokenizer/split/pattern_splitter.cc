#include "tokenizer/split/pattern_splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "common/error.h"
#include "tokenizer/split/pcre.h"
#include "tokenizer/split/regex_translation.h"

namespace corpusmill {
namespace {

class Pattern {
 public:
  explicit Pattern(const std::string& regex) : regex_(regex), compiled_(translate_regex(regex)) {}

  PcreMatch find(std::string_view text, std::size_t from) const {
    try {
      return compiled_.find(text, from);
    } catch (const std::length_error& error) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("the tokenizer's regular expression {} gives up on a text: {}",
                              regex_, error.what()));
    }
  }

 private:
  std::string regex_;
  PcrePattern compiled_;
};

struct Segment {
  std::size_t begin, end;
  bool is_match;
};

class IsolatingSplitter final : public TextSplitter {
 public:
  explicit IsolatingSplitter(Pattern pattern) : pattern_(std::move(pattern)) {}

  std::size_t split(std::string_view text, std::size_t from, std::size_t until, std::size_t offset,
                    OffsetBuffer& ends) const override {
    std::size_t at = from;
    const auto end_at = [&](std::size_t end) {
      ends.push_back(checked_offset(offset + end - from));
      at = end;
    };
    while (at < until && at < text.size()) {
      const PcreMatch match = pattern_.find(text, at);
      if (!match.found) {
        end_at(text.size());
        break;
      }
      if (match.begin > at) end_at(match.begin);
      end_at(match.end);
    }
    return at;
  }
  bool needs_utf8() const override { return true; }

 private:
  Pattern pattern_;
};

// The matches in text[from, …) and what stands between them, in order.
std::vector<Segment> find_segments(const Pattern& pattern, std::string_view text, std::size_t from,
                                   bool invert) {
  std::vector<Segment> segments;
  for (std::size_t at = from; at < text.size();) {
    const PcreMatch match = pattern.find(text, at);
    const std::size_t gap_end = match.found ? match.begin : text.size();
    if (gap_end > at) segments.push_back({at, gap_end, invert});
    if (!match.found) break;
    segments.push_back({match.begin, match.end, !invert});
    at = match.end;
  }
  return segments;
}

// Whether a piece ends between two segments that stand side by side.
bool ends_between(const Segment& left, const Segment& right, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::kMergedWithPrevious:
      return !right.is_match || left.is_match;
    case SplitBehavior::kMergedWithNext:
      return !left.is_match || right.is_match;
    case SplitBehavior::kContiguous:
      return left.is_match != right.is_match;
    case SplitBehavior::kIsolated:
    case SplitBehavior::kRemoved:
      break;
  }
  return true;
}

class MergingSplitter final : public TextSplitter {
 public:
  MergingSplitter(Pattern pattern, SplitBehavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

  // All of the text at once: what a match is merged with depends on the segment before it.
  std::size_t split(std::string_view text, std::size_t from, std::size_t, std::size_t offset,
                    OffsetBuffer& ends) const override {
    const std::vector<Segment> segments = find_segments(pattern_, text, from, invert_);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const bool last = i + 1 == segments.size();
      if (last || ends_between(segments[i], segments[i + 1], behavior_)) {
        ends.push_back(checked_offset(offset + segments[i].end - from));
      }
    }
    return text.size();
  }
  bool needs_utf8() const override { return true; }

 private:
  Pattern pattern_;
  SplitBehavior behavior_;
  bool invert_;
};

class MatchRemover final : public TextRewriter {
 public:
  MatchRemover(Pattern pattern, bool invert) : pattern_(std::move(pattern)), invert_(invert) {}

  void rewrite(std::string_view piece, std::string& out, OffsetBuffer& ends) const override {
    for (const Segment& segment : find_segments(pattern_, piece, 0, invert_)) {
      if (segment.is_match) continue;
      out += piece.substr(segment.begin, segment.end - segment.begin);
      ends.push_back(checked_offset(out.size()));
    }
  }
  bool needs_utf8() const override { return true; }

 private:
  Pattern pattern_;
  bool invert_;
};

}  // namespace

PretokenStage make_split_stage(const std::string& regex, SplitBehavior behavior, bool invert) {
  Pattern pattern(regex);
  if (behavior == SplitBehavior::kIsolated) {
    return {.splitter = std::make_shared<IsolatingSplitter>(std::move(pattern))};
  }
  if (behavior == SplitBehavior::kRemoved) {
    return {.rewriter = std::make_shared<MatchRemover>(std::move(pattern), invert)};
  }
  return {.splitter = std::make_shared<MergingSplitter>(std::move(pattern), behavior, invert)};
}

}  // namespace corpusmill
