#include "tokenizer/split/pretokenizer.h"

#include <simdjson.h>

#include <limits>
#include <utility>

#include "common/error.h"

namespace corpusmill {
std::uint32_t checked_offset(std::size_t offset) {
  if (offset > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ExitCode::kMismatch, "a pretoken of 4 GiB or more is not supported");
  }
  return static_cast<std::uint32_t>(offset);
}

Pretokenizer::Pretokenizer(std::vector<PretokenStage> stages) : stages_(std::move(stages)) {
  first_split_ = !stages_.empty() && stages_.front().is_prefix_space ? 1 : 0;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const PretokenStage& stage = stages_[i];
    rewrites_ = rewrites_ || (i >= first_split_ && stage.rewriter != nullptr);
    needs_utf8_ = needs_utf8_ ||
                  (stage.rewriter ? stage.rewriter->needs_utf8() : stage.splitter->needs_utf8());
  }
}

void Pretokenizer::check_utf8(std::string_view text) {
  if (!simdjson::validate_utf8(text)) throw Error(ExitCode::kCorrupt, "a text is not UTF-8");
}

std::string_view Pretokenizer::prefixed(std::string_view text, std::string& copy) const {
  if (first_split_ == 0 || text.empty() || text.front() == ' ') return text;
  copy.assign(1, ' ').append(text);
  return copy;
}

std::size_t Pretokenizer::split_window(std::string_view text, std::size_t from,
                                       PretokenScratch& scratch) const {
  scratch.ends.clear();
  if (first_split_ == stages_.size()) {
    scratch.ends.push_back(checked_offset(text.size() - from));
    return text.size();
  }
  const std::size_t end =
      stages_[first_split_].splitter->split(text, from, from + kWindowBytes, 0, scratch.ends);
  for (std::size_t stage = first_split_ + 1; stage < stages_.size(); ++stage) {
    std::swap(scratch.ends, scratch.piece_ends);
    scratch.ends.clear();
    std::size_t begin = 0;
    for (const std::uint32_t piece_end : scratch.piece_ends.view()) {
      const std::string_view piece = text.substr(from + begin, piece_end - begin);
      stages_[stage].splitter->split(piece, 0, piece.size(), begin, scratch.ends);
      begin = piece_end;
    }
  }
  return end;
}

void Pretokenizer::mark_ends(std::string_view text, std::size_t offset, PretokenScratch& scratch,
                             OffsetBits& ends) const {
  if (needs_utf8_) check_utf8(text);
  if (stages_.size() == 1) {
    stages_.front().splitter->mark(text, offset, scratch.ends, ends);
    return;
  }
  split_window(text, 0, scratch);
  for (const std::uint32_t end : scratch.ends.view()) ends.push_back(checked_offset(offset + end));
}

void Pretokenizer::rewrite(std::string_view text, PretokenScratch& scratch) const {
  scratch.text.assign(text);
  scratch.ends.clear();
  if (text.empty()) return;
  scratch.ends.push_back(checked_offset(text.size()));
  for (const PretokenStage& stage : stages_) {
    const std::string before = std::exchange(scratch.text, {});
    std::swap(scratch.ends, scratch.piece_ends);
    scratch.ends.clear();
    std::size_t begin = 0;
    for (const std::uint32_t end : scratch.piece_ends.view()) {
      const std::string_view piece = std::string_view(before).substr(begin, end - begin);
      begin = end;
      if (stage.rewriter) {
        stage.rewriter->rewrite(piece, scratch.text, scratch.ends);
      } else {
        stage.splitter->split(piece, 0, piece.size(), scratch.text.size(), scratch.ends);
        scratch.text += piece;
      }
    }
  }
}

}  // namespace corpusmill
