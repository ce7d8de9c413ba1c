#include "tokenizer/char_bpe/char_bpe_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "common/error.h"
#include "tokenizer/bpe/miss_meter.h"
#include "tokenizer/bpe/unit_cache.h"
#include "tokenizer/char_bpe/char_bpe_pieces.h"
#include "tokenizer/char_bpe/char_bpe_rows.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// What a thread has to encode with.
struct Scratch {
  UnitCache cache;
  MissMeter misses;
  CharBpeRows rows;  // of text that the cache is left out for
};

Scratch& thread_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

}  // namespace

// The merges of a large vocabulary take as long as all the rest, and are made beside it.
struct CharBpeModel::Parts {
  explicit Parts(CharBpeSpec given)
      : spec(std::move(given)),
        list(std::exchange(spec.merges, {})),
        merges(std::async(std::launch::async, [this] { return MergeTable(list); })),
        pieces(spec, list) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  CharBpeSpec spec;
  std::vector<MergeTable::Merge> list;
  std::future<MergeTable> merges;
  MadePieces pieces;
};

CharBpeModel::CharBpeModel(CharBpeSpec spec, const std::string& file_name)
    : CharBpeModel(Parts(std::move(spec)), file_name) {}

CharBpeModel::CharBpeModel(Parts&& parts, const std::string& file_name)
    : spec_(std::move(parts.spec)),
      merges_({}),
      alphabet_(spec_, parts.pieces.texts()),
      cutter_(alphabet_, parts.pieces.texts(), spec_.rules.split_at_marks),
      singles_(spec_, alphabet_, cutter_),
      atomic_(atomic_trie(spec_)),
      instance_(next_instance()) {
  const auto require = [&](bool proven, std::string_view what) {
    if (proven) return;
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: {} is not supported: its ids could not be proven equal to the "
                            "reference library's",
                            file_name, what));
  };
  require(spec_.byte_ids || spec_.unknown, "a BPE without an unknown token and without bytes");
  require(spec_.atomic_pieces.empty() || atomic_, "a BPE with so many user-defined pieces");
  // The runs of unknown characters that end at a mark could not be told from those that go on.
  require(!spec_.rules.split_at_marks || spec_.byte_ids ||
              (alphabet_.entry(' ') & CharBpeAlphabet::kKnown) != 0,
          "a BPE that splits at marks and has no token for one");
  merges_ = parts.merges.get();
  symbols_are_ids_ = spec_.resplits.empty() && spec_.bare_characters.empty();
  for (CharBpeSpec::Resplit& resplit : spec_.resplits) {
    resplits_.emplace(resplit.symbol, std::move(resplit.parts));
  }
  if (spec_.whole_sections) {
    for (TokenId id = 0; id < spec_.symbols.size(); ++id) {
      symbol_bytes_max_ = std::max(symbol_bytes_max_, spec_.symbols.spelling(id).size());
    }
  }
}

void CharBpeModel::encode(std::string_view section, bool at_start,
                          std::vector<TokenId>& out) const {
  const CharBpeTextRules& rules = spec_.rules;
  const bool has_mark =
      section.starts_with(' ') || (rules.space_is_mark && section.starts_with(kSpaceMarkUtf8));
  const bool wanted =
      (rules.mark_beside_mark || !has_mark) && (at_start || !rules.mark_at_start_only);
  encode_beside(section, wanted ? rules.mark : Mark::kNone, out);
}

void CharBpeModel::encode_marked(std::string_view section, std::vector<TokenId>& out) const {
  encode_beside(section, Mark::kNone, out);
}

void CharBpeModel::encode_beside(std::string_view section, Mark mark,
                                 std::vector<TokenId>& out) const {
  if (section.empty()) return;
  if (section.size() > kTextBytesMax) {
    throw Error(ExitCode::kUsage, fmt::format("a text of {} bytes: at most {} are encoded at once",
                                              section.size(), kTextBytesMax));
  }
  const std::size_t begin = out.size();
  const bool spells_marks =
      spec_.rules.space_is_mark && section.find(kSpaceMarkUtf8) != std::string_view::npos;
  const bool whole_text = atomic_ || spec_.whole_sections || mark == Mark::kSuffix;
  std::string text;
  if (spells_marks || whole_text) {
    text = spells_marks ? replaced(section, kSpaceMarkUtf8, " ") : std::string(section);
    section = text;
  }
  if (whole_text && mark != Mark::kNone) {
    text.insert(mark == Mark::kPrefix ? 0 : text.size(), 1, ' ');
    section = text;
    mark = Mark::kNone;
  }
  if (atomic_) {
    encode_around_atomic_pieces(section, out);
  } else if (spec_.whole_sections) {
    encode_parts(section, out);
  } else {
    encode_units(section, mark, out);
  }
  if (!spec_.byte_ids && spec_.fuse_unknown) fuse_unknown(begin, out);
}

void CharBpeModel::encode_around_atomic_pieces(std::string_view text,
                                               std::vector<TokenId>& out) const {
  std::size_t pending = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t piece_end = 0;
    TokenId piece = kNoAtomicPiece;
    std::uint32_t node = ByteTrie::kRoot;
    for (std::size_t i = at; i < text.size(); ++i) {
      node = atomic_->child(node, static_cast<std::uint8_t>(text[i]));
      if (node == ByteTrie::kNone) break;
      if (atomic_->value(node) == kNoAtomicPiece) continue;
      piece = atomic_->value(node);
      piece_end = i + 1;
    }
    if (piece == kNoAtomicPiece) {
      ++at;
      continue;
    }
    encode_units(text.substr(pending, at - pending), Mark::kNone, out);
    out.push_back(piece);
    at = pending = piece_end;
  }
  encode_units(text.substr(pending), Mark::kNone, out);
}

std::optional<TokenId> CharBpeModel::whole(std::string_view text) const {
  if (text.size() > symbol_bytes_max_) return std::nullopt;
  const auto found = spec_.rules.space_is_mark
                         ? spec_.symbols.find(replaced(text, " ", kSpaceMarkUtf8))
                         : spec_.symbols.find(text);
  const auto& outside = spec_.outside_model;
  if (found && std::binary_search(outside.begin(), outside.end(), *found)) return std::nullopt;
  return found;
}

void CharBpeModel::encode_parts(std::string_view text, std::vector<TokenId>& out) const {
  while (!text.empty()) {
    const std::size_t end =
        spec_.rules.split_at_marks ? std::min(text.find(' ', 1), text.size()) : text.size();
    if (const auto id = whole(text.substr(0, end))) {
      out.push_back(*id);
    } else {
      encode_units(text.substr(0, end), Mark::kNone, out);
    }
    text.remove_prefix(end);
  }
}

struct CharBpeModel::Merger {
  const CharBpeModel& model;
  MissMeter& misses;

  // One of the two is called for every unit that the cache does not know.
  void operator()(std::string_view unit, bool, std::vector<TokenId>& ids) const {
    misses.missed(unit.size());
    model.merge(unit, ids);
  }
  void start(std::string_view unit, bool, ShortRow& row) const {
    misses.missed(unit.size());
    row.count = static_cast<std::uint32_t>(model.symbols_of(unit, row.symbols));
  }
  bool takes(std::string_view unit) const {
    if (!model.symbols_are_ids_ || unit.size() > ShortRow::kSymbolsMax) return false;
    for (std::size_t at = 0; at < unit.size();) {
      const DecodedChar decoded = decode_utf8(unit, at);
      if (model.alphabet_.symbol(decoded.code_point) >= kStrangeSymbol) return false;
      at += decoded.bytes;
    }
    return true;
  }
  void merge_rows(std::span<ShortRow> rows) const { model.merges_.merge_rows(rows); }
};

// A text on its way to ids: by the cache, or past it.
class CharBpeModel::Run {
 public:
  Run(const CharBpeModel& model, std::string_view text, std::vector<TokenId>& out)
      : model_(model), text_(text), out_(out), scratch_(thread_scratch()) {
    scratch_.cache.use_for(model.instance_);
  }

  void encode(Mark mark) {
    if (mark == Mark::kPrefix && !encode_mark_apart()) encode_first();
    while (at_ < text_.size()) {
      if (scratch_.misses.leaves_out()) {
        encode_rows();
      } else if (is_mostly_wide(text_, at_)) {
        encode_singles();
      } else {
        cut_units();
        encode_units(std::span(ends_, count_));
      }
    }
    scratch_.cache.finish(out_, merger_);
  }

 private:
  void cut_units() { count_ = model_.cutter_.cut(text_, at_, ends_); }

  void encode_by_cache(std::span<const std::uint32_t> units) {
    scratch_.cache.encode(text_, at_, units, out_, merger_);
    scratch_.misses.looked_up(units.back() - at_);
    at_ = units.back();
  }

  // All of them, or as many as it takes to see that they are new: long ones cost most then.
  void encode_units(std::span<const std::uint32_t> units) {
    constexpr std::uint32_t kBytes = 2048;
    while (!units.empty() && !scratch_.misses.leaves_out()) {
      const auto behind = std::upper_bound(units.begin(), units.end(), at_ + kBytes);
      const auto count = std::max<std::ptrdiff_t>(behind - units.begin(), 1);
      encode_by_cache(units.first(static_cast<std::size_t>(count)));
      units = units.subspan(static_cast<std::size_t>(count));
    }
  }

  void encode_rows() {
    scratch_.cache.finish(out_, merger_);
    const std::size_t end = scratch_.rows.take(model_.alphabet_, model_.cutter_, text_, at_);
    model_.append(scratch_.rows.merge(model_.merges_), out_);
    scratch_.misses.left_out(end - at_);
    at_ = static_cast<std::uint32_t>(end);
  }

  // The mark in front of wide text, if it is a unit of its own.
  bool encode_mark_apart() {
    const std::uint32_t entry = model_.alphabet_.entry(' ');
    if ((entry & CharBpeAlphabet::kKnown) == 0 || !is_mostly_wide(text_, 0)) return false;
    if (!model_.cutter_.may_cut(' ', decode_utf8(text_, 0).code_point)) return false;
    model_.append(entry & CharBpeAlphabet::kSymbolMask, out_);
    return true;
  }

  // The first unit has a mark in front, which may be a unit of its own.
  void encode_first() {
    cut_units();
    const std::uint32_t end = ends_[0];
    thread_local std::string first;
    first.assign(1, ' ').append(text_.substr(0, end));
    const std::uint32_t ends[] = {1, static_cast<std::uint32_t>(first.size())};
    const bool apart = model_.cutter_.may_cut(' ', decode_utf8(text_, 0).code_point);
    scratch_.cache.encode(first, 0, std::span(ends).subspan(apart ? 0 : 1), out_, merger_);
    at_ = end;
    encode_units(std::span(ends_, count_).subspan(1));
  }

  void encode_singles() {
    const std::uint32_t begin = at_;
    const CharBpeSingles::Stop stop = model_.singles_.encode(text_, at_, out_);
    at_ = static_cast<std::uint32_t>(stop.begin);
    scratch_.misses.looked_up(at_ - begin);
    if (stop.end == 0) return;
    // Where units of several characters are frequent, a few are cut before they are looked up.
    const bool is_far = at_ - begin >= kSinglesBytes;
    stops_ = is_far ? 0 : stops_ + 1;
    if (stops_ < kStopsMax) {
      const auto end = static_cast<std::uint32_t>(stop.end);
      encode_by_cache(std::span(&end, 1));
    } else {
      encode_units(std::span(ends_).first(
          model_.cutter_.cut_wide(text_, at_, std::span(ends_).first(kWideUnits))));
    }
  }

  static constexpr std::uint32_t kSinglesBytes = 24;
  static constexpr unsigned kStopsMax = 4;
  static constexpr std::size_t kWideUnits = 128;

  const CharBpeModel& model_;
  const std::string_view text_;
  std::vector<TokenId>& out_;
  Scratch& scratch_;
  const Merger merger_{model_, scratch_.misses};
  std::uint32_t at_ = 0;  // a unit begins there
  unsigned stops_ = 0;    // of encode_singles() that followed one another closely
  std::size_t count_ = 0;
  std::uint32_t ends_[4 * UnitCache::kBatchUnits];  // of units
};

void CharBpeModel::encode_units(std::string_view text, Mark mark, std::vector<TokenId>& out) const {
  Run(*this, text, out).encode(mark);
}

std::size_t CharBpeModel::symbols_of(std::string_view unit, TokenId* symbols) const {
  std::size_t count = 0;
  for (std::size_t at = 0; at < unit.size();) {
    const DecodedChar decoded = decode_utf8(unit, at);
    symbols[count++] = alphabet_.symbol(decoded.code_point);
    at += decoded.bytes;
  }
  return count;
}

void CharBpeModel::merge(std::string_view unit, std::vector<TokenId>& out) const {
  constexpr std::size_t kFewBytes = 128;
  if (unit.size() > kFewBytes) {
    CharBpeRows& rows = thread_scratch().rows;
    for (std::size_t at = 0; at < unit.size();) {
      at = rows.take(alphabet_, cutter_, unit, at);
      append(rows.merge(merges_), out);
    }
    return;
  }
  TokenId symbols[kFewBytes];
  const std::size_t count = merges_.merge(std::span(symbols, symbols_of(unit, symbols)));
  append(std::span<const TokenId>(symbols, count), out);
}

void CharBpeModel::append(std::span<const TokenId> symbols, std::vector<TokenId>& out) const {
  if (symbols_are_ids_) {
    TokenId any = 0;  // at least the largest
    for (const TokenId symbol : symbols) any |= symbol;
    if (any < kStrangeSymbol) {
      out.insert(out.end(), symbols.begin(), symbols.end());
      return;
    }
  }
  for (const TokenId symbol : symbols) append(symbol, out);
}

void CharBpeModel::append(TokenId symbol, std::vector<TokenId>& out) const {
  if (symbol < spec_.symbols.size()) {
    const auto resplit = resplits_.empty() ? resplits_.end() : resplits_.find(symbol);
    if (resplit == resplits_.end()) {
      out.push_back(symbol);
      return;
    }
    for (const TokenId part : resplit->second) append(part, out);
  } else if (symbol < kStrangeSymbol) {
    append_unknown(spec_.text_of(symbol), out);
  } else if (symbol == kStrangeSymbol + ' ' && spec_.rules.space_is_mark) {
    append_unknown(kSpaceMarkUtf8, out);
  } else {
    std::string character;
    append_utf8(symbol - kStrangeSymbol, character);
    append_unknown(character, out);
  }
}

void CharBpeModel::append_unknown(std::string_view character, std::vector<TokenId>& out) const {
  if (!spec_.byte_ids) {
    out.push_back(*spec_.unknown);
    return;
  }
  for (const char byte : character) {
    out.push_back((*spec_.byte_ids)[static_cast<std::uint8_t>(byte)]);
  }
}

// Units are encoded one by one, and runs of unknown characters go across their cuts.
void CharBpeModel::fuse_unknown(std::size_t begin, std::vector<TokenId>& out) const {
  const TokenId unknown = *spec_.unknown;
  const auto first = out.begin() + static_cast<std::ptrdiff_t>(begin);
  out.erase(std::unique(first, out.end(),
                        [&](TokenId a, TokenId b) { return a == unknown && b == unknown; }),
            out.end());
}

}  // namespace corpusmill
