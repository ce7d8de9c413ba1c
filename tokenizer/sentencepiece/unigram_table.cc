#include "tokenizer/sentencepiece/unigram_table.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

using PieceType = SentencepieceModel::PieceType;

constexpr float kUnknownPenalty = 10;
// With scores within this no sum leaves the range of float, and minus infinity can stand for "no
// piece" and "not reached".
constexpr float kScoreMax = 1e30F;

void check_score(const SentencepieceModel::Piece& piece, TokenId id, const std::string& file_name) {
  if (!std::isfinite(piece.score)) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: the score of piece {} is not a finite number", file_name, id));
  }
  if (std::fabs(piece.score) > kScoreMax) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: the score of piece {} is beyond {}", file_name, id, kScoreMax));
  }
}

// User-defined pieces get a bonus by their length, so that they are always taken.
float score_of(const SentencepieceModel::Piece& piece) {
  if (piece.type != PieceType::kUserDefined) return piece.score;
  return static_cast<float>(0.1 * (static_cast<int>(piece.text.size()) - 1));
}

// Marks as the text that is searched has them.
std::string with_spaces(std::string_view text) {
  std::string spaced;
  for (std::size_t at = 0; at < text.size();) {
    const bool mark = text.substr(at).starts_with(kSentencepieceMark);
    spaced += mark ? ' ' : text[at];
    at += mark ? kSentencepieceMark.size() : 1;
  }
  return spaced;
}

}  // namespace

std::vector<std::string> UnigramTable::texts_of(const SentencepieceVocabulary& vocabulary,
                                                std::vector<TokenId>& ids) {
  const bool marks_as_spaces = vocabulary.model().normalizer.escape_whitespaces;
  std::vector<std::string> texts;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const SentencepieceModel::Piece& piece = vocabulary.piece(id);
    if (piece.type != PieceType::kNormal && piece.type != PieceType::kUserDefined) continue;
    if (!simdjson::validate_utf8(piece.text.data(), piece.text.size())) continue;
    // A space of its own is never met: it would be a mark.
    if (marks_as_spaces && piece.text.find(' ') != std::string_view::npos) continue;
    texts.push_back(marks_as_spaces ? with_spaces(piece.text) : std::string(piece.text));
    ids.push_back(id);
  }
  return texts;
}

UnigramTable::UnigramTable(const SentencepieceVocabulary& vocabulary, const std::string& file_name)
    : marks_as_spaces(vocabulary.model().normalizer.escape_whitespaces) {
  float score_min = std::numeric_limits<float>::max();
  bool any_normal = false, any_in_text = false;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const SentencepieceModel::Piece& piece = vocabulary.piece(id);
    check_score(piece, id, file_name);
    scores.push_back(score_of(piece));
    any_in_text = any_in_text || vocabulary.find_in_text(piece.text) == id;
    if (piece.type != PieceType::kNormal) continue;
    score_min = std::min(score_min, piece.score);
    any_normal = true;
  }
  if (!any_in_text) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: no piece that text can become", file_name));
  }
  if (!any_normal) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: a Unigram model without normal pieces", file_name));
  }
  unknown_score = score_min - kUnknownPenalty;
  std::vector<TokenId> ids;
  const std::vector<std::string> texts = texts_of(vocabulary, ids);
  std::vector<ByteTrie::Entry> entries;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    piece_bytes_max = std::max(piece_bytes_max, texts[i].size());
    entries.push_back({texts[i], std::bit_cast<std::uint32_t>(scores[ids[i]])});
  }
  std::optional<ByteTrie> built =
      ByteTrie::build(std::move(entries), std::bit_cast<std::uint32_t>(kNoScore));
  if (!built) {
    throw Error(ExitCode::kMismatch, fmt::format("{}: pieces of too many bytes", file_name));
  }
  trie = std::move(*built);
  pieces.resize(trie.unit_count());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::uint32_t node = ByteTrie::kRoot;
    for (const char byte : texts[i]) node = trie.child(node, static_cast<unsigned char>(byte));
    pieces[node] = {ids[i], static_cast<std::uint32_t>(texts[i].size())};
  }
}

}  // namespace corpusmill
