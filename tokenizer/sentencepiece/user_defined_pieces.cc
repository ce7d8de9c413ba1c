#include "tokenizer/sentencepiece/user_defined_pieces.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::size_t kMatchesMax = 64;
constexpr std::uint32_t kPiece = 1, kNoPiece = 0;

}  // namespace

UserDefinedPieces::UserDefinedPieces(const SentencepieceVocabulary& vocabulary,
                                     const std::string& file_name) {
  std::vector<ByteTrie::Entry> entries;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const SentencepieceModel::Piece& piece = vocabulary.piece(id);
    if (piece.type == SentencepieceModel::PieceType::kUserDefined) {
      entries.push_back({piece.text, kPiece});
    }
  }
  if (entries.empty()) return;
  trie_ = ByteTrie::build(std::move(entries), kNoPiece);
  if (!trie_) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: user-defined pieces of too many bytes", file_name));
  }
}

std::size_t UserDefinedPieces::longest_prefix(std::string_view text) const {
  if (!trie_) return 0;
  std::size_t longest = 0;
  std::size_t matches = 0;
  std::uint32_t node = ByteTrie::kRoot;
  for (std::size_t i = 0; i < text.size() && matches < kMatchesMax; ++i) {
    node = trie_->child(node, static_cast<unsigned char>(text[i]));
    if (node == ByteTrie::kNone) break;
    if (trie_->value(node) == kNoPiece) continue;
    longest = i + 1;
    ++matches;
  }
  return longest;
}

}  // namespace corpusmill
