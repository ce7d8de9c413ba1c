#include "tokenizer/sentencepiece/unigram_search.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace corpusmill {
namespace {

constexpr float kRebaseBeyond = 100'000;
// Arrivals are given up behind a position that every segmentation passes through, once there are
// so many: they stay in the first-level cache.
constexpr std::size_t kCommitBytes = 1024;
constexpr std::size_t kWindowBytes = 4096;
constexpr std::size_t kCharacterBytesMax = 4;
// Scratch that a run of a document without such positions made larger is given back.
constexpr std::size_t kArrivalsKept = std::size_t{1} << 20;

}  // namespace

void UnigramSearch::clear_window(std::size_t bytes_left) {
  cleared_ = 1 + std::min(bytes_left, std::max(kWindowBytes, 4 * table_->piece_bytes_max));
  if (arrivals_.size() < cleared_) arrivals_.resize(cleared_);
  std::fill_n(arrivals_.begin(), cleared_, Arrival{UnigramTable::kNoScore, 0});
}

// Every segmentation ends a piece at `at`: the best one up to here is final.
void UnigramSearch::commit(std::size_t at, std::size_t end, SentencepieceIdWriter& writer) {
  const float score = arrivals_[at - begin_].score;
  write(at, writer);
  begin_ = at;
  clear_window(end - at);
  arrivals_[0].score = score;
}

// The last position that the best ways to all positions from `at` on go through. Whatever follows,
// the best segmentation goes through one of those positions, and so through this one.
std::size_t UnigramSearch::shared_position(std::size_t at) {
  live_.clear();
  for (std::size_t i = at; i <= std::max(reached_, at); ++i) {
    if (arrivals_[i - begin_].score != UnigramTable::kNoScore) live_.push_back(i);
  }
  // In ascending order; the last one steps back, to among the others.
  while (live_.size() > 1) {
    const std::size_t last = live_.back();
    live_.pop_back();
    const std::size_t before = last - table_->step_bytes(arrivals_[last - begin_].step);
    const auto place = std::lower_bound(live_.begin(), live_.end(), before);
    if (place == live_.end() || *place != before) live_.insert(place, before);
  }
  return live_.front();
}

// Gives up what is final though the ways never meet at one position, in text that pieces overlap in
// everywhere; else grows. (In a run of one character nothing is final before the end: its
// segmentation may begin in as many ways as its longest piece has characters.)
void UnigramSearch::make_room(std::size_t at, SentencepieceIdWriter& writer) {
  const std::size_t shared = shared_position(at);
  if (shared - begin_ < cleared_ / 2) {
    arrivals_.resize(2 * cleared_);
    std::fill_n(arrivals_.begin() + static_cast<std::ptrdiff_t>(cleared_), cleared_,
                Arrival{UnigramTable::kNoScore, 0});
    cleared_ *= 2;
    return;
  }
  write(shared, writer);
  const auto from = arrivals_.begin() + static_cast<std::ptrdiff_t>(shared - begin_);
  const auto to = arrivals_.begin() + static_cast<std::ptrdiff_t>(cleared_);
  const auto kept = std::move(from, to, arrivals_.begin());
  std::fill(kept, to, Arrival{UnigramTable::kNoScore, 0});
  begin_ = shared;
}

void UnigramSearch::rebase(std::size_t at) {
  const float offset = arrivals_[at - begin_].score;
  const std::size_t last = std::max(reached_, at) - begin_;
  for (std::size_t i = at - begin_; i <= last; ++i) arrivals_[i].score -= offset;
}

// Writes the pieces of the best segmentation between begin_ and `end`.
void UnigramSearch::write(std::size_t end, SentencepieceIdWriter& writer) {
  path_.clear();
  for (std::size_t at = end; at > begin_; at -= table_->step_bytes(path_.back())) {
    path_.push_back(arrivals_[at - begin_].step);
  }
  std::size_t at = begin_;
  for (std::size_t i = path_.size(); i-- > 0;) {
    const std::uint32_t step = path_[i];
    const std::size_t bytes = table_->step_bytes(step);
    if ((step & UnigramTable::kUnknownStep) == 0) {
      writer.piece(table_->pieces[step].id);
    } else {
      table_->write_unknown(std::string_view(*text_).substr(at, bytes), writer);
    }
    at += bytes;
  }
}

float UnigramSearch::run(const UnigramTable& table, const std::string& text, std::size_t begin,
                         std::size_t end, float score, SentencepieceIdWriter& writer) {
  table_ = &table;
  text_ = &text;
  begin_ = reached_ = begin;
  clear_window(end - begin);
  arrivals_[0].score = score;
  const std::size_t reach = std::max(table.piece_bytes_max, kCharacterBytesMax);
  for (std::size_t at = begin; at < end;) {
    if (at == reached_ && at - begin_ >= kCommitBytes) commit(at, end, writer);
    if (at - begin_ + std::min(reach, end - at) >= cleared_) make_room(at, writer);
    if (std::fabs(arrivals_[at - begin_].score) > kRebaseBeyond) rebase(at);
    Arrival* const here = &arrivals_[at - begin_];
    const float before = here->score;
    std::size_t longest = 0;
    at += table.steps_from(text, at, end, [&](std::size_t bytes, float piece, std::uint32_t step) {
      longest = std::max(longest, bytes);
      const float sum = before + piece;
      if (sum > here[bytes].score) here[bytes] = {sum, step};
    });
    const auto from = static_cast<std::size_t>(here - arrivals_.data());
    reached_ = std::max(reached_, begin_ + from + longest);
  }
  write(end, writer);
  const float reached_score = arrivals_[end - begin_].score;
  if (arrivals_.size() > kArrivalsKept) std::vector<Arrival>().swap(arrivals_);
  return reached_score;
}

}  // namespace corpusmill
