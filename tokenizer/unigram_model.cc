#include "tokenizer/unigram_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "common/error.h"
#include "tokenizer/sentencepiece_engine.h"

namespace corpusmill {
namespace {

constexpr float kUnknownPenalty = 10;
constexpr float kRebaseBeyond = 100'000;
// With scores within this no sum leaves the range of float, and minus infinity can stand for "no
// piece" and "not reached".
constexpr float kScoreMax = 1e30F;
constexpr float kNoScore = -std::numeric_limits<float>::infinity();
constexpr std::uint32_t kUnknownStep = 1U << 31;
// Arrivals are given up behind a position that every segmentation passes through, once there are
// so many: they stay in the first-level cache.
constexpr std::size_t kCommitBytes = 1024;
constexpr std::size_t kWindowBytes = 4096;

}  // namespace

UnigramModel::UnigramModel(const SentencepieceVocabulary& vocabulary, const std::string& file_name)
    : vocabulary_(vocabulary) {
  using PieceType = SentencepieceModel::PieceType;
  float score_min = std::numeric_limits<float>::max();
  bool any_normal = false;
  std::vector<ByteTrie::Entry> entries;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const SentencepieceModel::Piece& piece = vocabulary.piece(id);
    if (!std::isfinite(piece.score)) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("{}: the score of piece {} is not a finite number", file_name, id));
    }
    if (std::fabs(piece.score) > kScoreMax) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("{}: the score of piece {} is beyond {}", file_name, id, kScoreMax));
    }
    if (piece.type == PieceType::kNormal) {
      score_min = std::min(score_min, piece.score);
      any_normal = true;
    } else if (piece.type != PieceType::kUserDefined) {
      continue;
    }
    piece_bytes_max_ = std::max(piece_bytes_max_, piece.text.size());
    entries.push_back({piece.text, std::bit_cast<std::uint32_t>(score_of(piece))});
  }
  if (entries.empty()) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: no piece that text can become", file_name));
  }
  if (!any_normal) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: a Unigram model without normal pieces", file_name));
  }
  unknown_score_ = score_min - kUnknownPenalty;
  std::optional<ByteTrie> trie =
      ByteTrie::build(std::move(entries), std::bit_cast<std::uint32_t>(kNoScore));
  if (!trie) {
    throw Error(ExitCode::kMismatch, fmt::format("{}: pieces of too many bytes", file_name));
  }
  trie_ = std::move(*trie);
  pieces_.resize(trie_.unit_count());
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const SentencepieceModel::Piece& piece = vocabulary.piece(id);
    if (piece.type != PieceType::kNormal && piece.type != PieceType::kUserDefined) continue;
    std::uint32_t node = ByteTrie::kRoot;
    for (const char byte : piece.text) node = trie_.child(node, static_cast<unsigned char>(byte));
    pieces_[node] = {id, static_cast<std::uint32_t>(piece.text.size())};
  }
}

// User-defined pieces get a bonus by their length, so that they are always taken.
float UnigramModel::score_of(const SentencepieceModel::Piece& piece) const {
  if (piece.type != SentencepieceModel::PieceType::kUserDefined) return piece.score;
  return static_cast<float>(0.1 * (static_cast<int>(piece.text.size()) - 1));
}

// One search over a text. Positions are bytes; only starts of characters are left, though a piece
// that ends within one can be arrived at.
class UnigramModel::Search {
 public:
  Search(const UnigramModel& model, const std::string& text, std::vector<TokenId>& out)
      : model_(model), text_(text), writer_(model.vocabulary_, out) {}

  void run() {
    clear_window();
    arrivals_[0].score = 0;
    for (std::size_t at = 0; at < text_.size();) {
      if (at == reached_ && at - begin_ >= kCommitBytes) commit(at);
      if (at - begin_ + model_.piece_bytes_max_ + 4 >= arrivals_.size()) grow();
      at += step_from(at);
    }
    write(text_.size());
  }

 private:
  void clear_window() {
    arrivals_.assign(std::max(kWindowBytes, 4 * model_.piece_bytes_max_), {kNoScore, 0});
  }
  void grow() { arrivals_.resize(2 * arrivals_.size(), {kNoScore, 0}); }

  Arrival& arrival(std::size_t at) { return arrivals_[at - begin_]; }

  // Every segmentation ends a piece at `at`: the best one up to here is final.
  void commit(std::size_t at) {
    const float score = arrival(at).score;
    write(at);
    begin_ = at;
    clear_window();
    arrivals_[0].score = score;
  }

  // Tries every piece that begins at `at`; returns the bytes of the character there.
  std::size_t step_from(std::size_t at) {
    if (std::fabs(arrival(at).score) > kRebaseBeyond) rebase(at);
    const std::size_t character =
        std::min(sentencepiece_character_bytes(text_[at]), text_.size() - at);
    const float score = arrival(at).score;
    Arrival* const here = &arrival(at);
    const auto* const text = reinterpret_cast<const unsigned char*>(text_.data()) + at;
    std::size_t longest = 0;
    bool single = false;
    std::uint32_t node = ByteTrie::kRoot;
    // No piece holds a null character: the one behind the text ends the walk.
    for (std::size_t i = 0;;) {
      node = model_.trie_.child(node, text[i]);
      if (node == ByteTrie::kNone) break;
      ++i;
      const float piece = std::bit_cast<float>(model_.trie_.value(node));
      if (piece == kNoScore) continue;
      longest = i;
      single = single || i == character;
      arrive(here[i], score + piece, node);
    }
    if (!single) {
      longest = std::max(longest, character);
      arrive(here[character], score + model_.unknown_score_,
             kUnknownStep | static_cast<std::uint32_t>(character));
    }
    reached_ = std::max(reached_, at + longest);
    return character;
  }

  static void arrive(Arrival& arrival, float score, std::uint32_t step) {
    if (score > arrival.score) arrival = {score, step};
  }

  void rebase(std::size_t at) {
    const float offset = arrival(at).score;
    for (std::size_t i = at; i <= std::max(reached_, at); ++i) arrival(i).score -= offset;
  }

  // Writes the pieces of the best segmentation between begin_ and `end`.
  void write(std::size_t end) {
    path_.clear();
    for (std::size_t at = end; at > begin_;) {
      const std::uint32_t step = arrival(at).step;
      path_.push_back(step);
      at -= bytes_of(step);
    }
    std::size_t at = begin_;
    for (std::size_t i = path_.size(); i-- > 0;) {
      const std::uint32_t step = path_[i];
      if ((step & kUnknownStep) == 0) {
        writer_.piece(model_.pieces_[step].id);
      } else {
        writer_.unknown(std::string_view(text_).substr(at, bytes_of(step)));
      }
      at += bytes_of(step);
    }
  }

  std::size_t bytes_of(std::uint32_t step) const {
    return (step & kUnknownStep) != 0 ? step - kUnknownStep : model_.pieces_[step].bytes;
  }

  const UnigramModel& model_;
  const std::string& text_;
  SentencepieceIdWriter writer_;
  std::size_t begin_ = 0;    // all before is written
  std::size_t reached_ = 0;  // the last position arrived at
  std::vector<Arrival> arrivals_;
  std::vector<std::uint32_t> path_;
};

void UnigramModel::encode(const std::string& normalized, std::vector<TokenId>& out) const {
  if (!normalized.empty()) Search(*this, normalized, out).run();
}

}  // namespace corpusmill
