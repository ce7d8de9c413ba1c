#include "tokenizer/sentencepiece/char_bpe_from_sentencepiece.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

using PieceType = SentencepieceModel::PieceType;

// The library finds no more user-defined pieces than this at one place, shortest first.
constexpr std::size_t kPrefixesMax = 64;
// The library does not split UNUSED pieces deeper than this.
constexpr std::size_t kResplitDepthMax = 100;
// The sum over all pieces of the square of their length bounds the time that cutting them takes.
constexpr std::uint64_t kCutWorkMax = std::uint64_t{1} << 32;

// Larger scores give smaller keys, as the library orders them: by sign, then by the bits.
std::uint32_t priority_of(float score) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  return bits >> 31 != 0 ? bits : 0x7FFFFFFFU - bits;
}

bool is_well_formed(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const DecodedChar decoded = decode_utf8(text, at);
    if (decoded.code_point == 0xFFFD && decoded.bytes == 1) return false;
    at += decoded.bytes;
  }
  return true;
}

bool is_one_char(std::string_view text) {
  return decode_utf8(text, 0).bytes == text.size();
}

class Reader {
 public:
  explicit Reader(const SentencepieceVocabulary& vocabulary)
      : vocabulary_(vocabulary), model_(vocabulary.model()) {}

  CharBpeFromSentencepiece read() {
    read_rules();
    if (read_pieces() && read_atomic_pieces() && read_merges() && read_resplits()) {
      return {std::move(spec_), {}};
    }
    return {{}, std::move(unproven_)};
  }

 private:
  bool unproven(std::string why) {
    unproven_ = std::move(why);
    return false;
  }

  void read_rules() {
    using Mark = CharBpeTextRules::Mark;
    spec_.rules.space_is_mark = model_.normalizer.escape_whitespaces;
    if (!model_.normalizer.add_dummy_prefix) {
      spec_.rules.mark = Mark::kNone;
    } else {
      spec_.rules.mark = model_.treat_whitespace_as_suffix ? Mark::kSuffix : Mark::kPrefix;
    }
    spec_.unknown = vocabulary_.unknown();
    if (model_.byte_fallback) spec_.byte_ids = vocabulary_.byte_ids();
  }

  // Whether text can become this piece. One that is not UTF-8 is never met in text, which is.
  bool is_made(TokenId id, PieceType type) const {
    return model_.pieces[id].type == type && well_formed_[id];
  }
  bool may_merge(TokenId id) const {
    return is_made(id, PieceType::kNormal) || is_made(id, PieceType::kUnused);
  }

  bool read_pieces() {
    const std::size_t count = model_.pieces.size();
    std::uint64_t work = 0, bytes = 0;
    for (const auto& piece : model_.pieces) {
      work += std::uint64_t{piece.text.size()} * piece.text.size();
      bytes += piece.text.size();
    }
    if (work > kCutWorkMax) return unproven("its pieces are too long");
    spec_.symbols.reserve(count, bytes);
    well_formed_.resize(count);
    for (TokenId id = 0; id < count; ++id) {
      const std::string_view text = model_.pieces[id].text;
      if (spec_.symbols.add(text, id) != Vocabulary::Added::kYes) {
        return unproven(fmt::format("piece {} is there twice", id));
      }
      if (text.find('\0') != std::string_view::npos) {
        return unproven(fmt::format("piece {} holds a zero byte", id));
      }
      well_formed_[id] = is_well_formed(text);
      if (is_made(id, PieceType::kNormal) && is_one_char(text)) spec_.characters.push_back(id);
    }
    return true;
  }

  bool read_atomic_pieces() {
    for (TokenId id = 0; id < model_.pieces.size(); ++id) {
      if (!is_made(id, PieceType::kUserDefined)) continue;
      const std::string_view text = model_.pieces[id].text;
      spec_.atomic_pieces.push_back({std::string(text), id});
      std::size_t prefixes = 0;
      for (std::size_t bytes = 1; bytes < text.size(); ++bytes) {
        const std::optional<TokenId> prefix = spec_.symbols.find(text.substr(0, bytes));
        prefixes += prefix && model_.pieces[*prefix].type == PieceType::kUserDefined;
      }
      if (prefixes >= kPrefixesMax) {
        return unproven(fmt::format("user-defined piece {} begins with {} others", id, prefixes));
      }
    }
    return true;
  }

  // The symbol that `text` is when it stands in the row of symbols, or nothing.
  std::optional<TokenId> symbol_of(std::string_view text) {
    const std::optional<TokenId> id = spec_.symbols.find(text);
    if (!is_one_char(text)) return id && may_merge(*id) ? id : std::nullopt;
    if (id && is_made(*id, PieceType::kNormal)) return id;
    const std::size_t next = spec_.symbols.size() + spec_.bare_characters.size();
    const auto [found, is_new] = bare_.emplace(text, static_cast<TokenId>(next));
    if (is_new) {
      spec_.bare_characters.emplace_back(text);
      spec_.characters.push_back(found->second);
    }
    return found->second;
  }

  bool read_merges() {
    std::vector<TokenId> order(model_.pieces.size());
    std::iota(order.begin(), order.end(), TokenId{0});
    const auto priority = [&](TokenId id) { return priority_of(model_.pieces[id].score); };
    std::stable_sort(order.begin(), order.end(),
                     [&](TokenId a, TokenId b) { return priority(a) < priority(b); });
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && priority(order[i]) != priority(order[i - 1])) ++rank;
      if (may_merge(order[i])) add_merges(order[i], rank);
      if (spec_.merges.size() > MergeTable::kMergesMax) return unproven("it has too many merges");
    }
    return true;
  }

  void add_merges(TokenId id, std::uint32_t rank) {
    const std::string_view text = model_.pieces[id].text;
    for (std::size_t at = decode_utf8(text, 0).bytes; at < text.size();
         at += decode_utf8(text, at).bytes) {
      const std::optional<TokenId> left = symbol_of(text.substr(0, at));
      const std::optional<TokenId> right = left ? symbol_of(text.substr(at)) : std::nullopt;
      if (right) spec_.merges.push_back({*left, *right, id, rank});
    }
  }

  // Of several ways to make an UNUSED piece the library takes back the one that it met last,
  // wherever in the text that was.
  bool read_resplits() {
    std::unordered_map<TokenId, std::pair<TokenId, TokenId>> halves;
    for (const MergeTable::Merge& merge : spec_.merges) {
      if (model_.pieces[merge.result].type != PieceType::kUnused) continue;
      if (!halves.emplace(merge.result, std::pair(merge.left, merge.right)).second) {
        return unproven(fmt::format("UNUSED piece {} can be made in several ways", merge.result));
      }
    }
    for (const auto& half : halves) {
      CharBpeSpec::Resplit resplit{.symbol = half.first, .parts = {}};
      std::vector<std::pair<TokenId, std::size_t>> open = {{half.first, 0}};  // with their depth
      while (!open.empty()) {
        const auto [symbol, depth] = open.back();
        open.pop_back();
        const auto found = halves.find(symbol);
        if (found == halves.end()) {
          resplit.parts.push_back(symbol);
          continue;
        }
        if (depth >= kResplitDepthMax) return unproven("its UNUSED pieces are too deep");
        open.emplace_back(found->second.second, depth + 1);
        open.emplace_back(found->second.first, depth + 1);
      }
      spec_.resplits.push_back(std::move(resplit));
    }
    return true;
  }

  const SentencepieceVocabulary& vocabulary_;
  const SentencepieceModel& model_;
  CharBpeSpec spec_;
  std::string unproven_;
  std::vector<bool> well_formed_;                       // by piece
  std::unordered_map<std::string_view, TokenId> bare_;  // by text; views of pieces
};

}  // namespace

CharBpeFromSentencepiece read_char_bpe(const SentencepieceVocabulary& vocabulary) {
  return Reader(vocabulary).read();
}

}  // namespace corpusmill
