#include "tests/reference/textbook_unigram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace corpusmill {
namespace {

struct Way {
  float score;
  std::size_t start;
  std::optional<TokenId> id;  // nothing: unknown
};

std::size_t character_bytes(unsigned char first) {
  if (first < 0xC0) return 1;
  if (first < 0xE0) return 2;
  return first < 0xF0 ? 3 : 4;
}

void keep_better(std::optional<Way>& way, const Way& other) {
  if (!way || other.score > way->score) way = other;
}

}  // namespace

std::vector<TokenId> textbook_unigram(const SentencepieceModel& model, std::string_view text) {
  using PieceType = SentencepieceModel::PieceType;
  std::map<std::string_view, std::pair<TokenId, float>> pieces;
  std::size_t piece_bytes_max = 0;
  float score_min = std::numeric_limits<float>::max();
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencepieceModel::Piece& piece = model.pieces[id];
    piece_bytes_max = std::max(piece_bytes_max, piece.text.size());
    if (piece.type == PieceType::kNormal) {
      pieces[piece.text] = {id, piece.score};
      score_min = std::min(score_min, piece.score);
    } else if (piece.type == PieceType::kUserDefined) {
      const double bonus = 0.1 * (static_cast<double>(piece.text.size()) - 1);
      pieces[piece.text] = {id, static_cast<float>(bonus)};
    }
  }
  std::vector<std::optional<Way>> ways(text.size() + 1);
  ways[0] = Way{0, 0, std::nullopt};
  for (std::size_t at = 0; at < text.size();) {
    const float here = ways[at]->score;
    if (here < -100'000.0F || here > 100'000.0F) {
      const std::size_t reachable = std::min(ways.size(), at + piece_bytes_max + 4);
      for (std::size_t i = at; i < reachable; ++i) {
        if (ways[i]) ways[i]->score -= here;
      }
    }
    const std::size_t character =
        std::min(character_bytes(static_cast<unsigned char>(text[at])), text.size() - at);
    const std::size_t last = std::min(text.size(), at + piece_bytes_max);
    for (std::size_t end = at + 1; end <= last; ++end) {
      const auto piece = pieces.find(text.substr(at, end - at));
      if (piece == pieces.end()) continue;
      keep_better(ways[end], {ways[at]->score + piece->second.second, at, piece->second.first});
    }
    if (!pieces.contains(text.substr(at, character))) {
      keep_better(ways[at + character], {ways[at]->score + (score_min - 10.0F), at, std::nullopt});
    }
    at += character;
  }
  std::vector<Way> path;
  for (std::size_t end = text.size(); end > 0; end = ways[end]->start) path.push_back(*ways[end]);
  std::vector<TokenId> ids;
  std::size_t at = 0;
  bool after_unknown = false;
  for (std::size_t i = path.size(); i-- > 0;) {
    const std::size_t end = i == 0 ? text.size() : path[i - 1].start;
    if (path[i].id) {
      ids.push_back(*path[i].id);
    } else if (model.byte_fallback) {
      for (; at < end; ++at) ids.push_back(static_cast<unsigned char>(text[at]));
    } else if (!after_unknown) {
      ids.push_back(0);
    }
    after_unknown = !path[i].id;
    at = end;
  }
  return ids;
}

}  // namespace corpusmill
