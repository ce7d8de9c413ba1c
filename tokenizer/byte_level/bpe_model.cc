#include "tokenizer/byte_level/bpe_model.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <string>
#include <utility>

#include "tokenizer/byte_level/ascii_units.h"
#include "tokenizer/byte_level/bpe_cuts.h"
#include "tokenizer/byte_level/bpe_scratch.h"
#include "tokenizer/byte_level/pretokens.h"
#include "tokenizer/byte_level/text_ends.h"
#include "tokenizer/text/non_ascii.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::size_t kUnitsMax = UnitWords::kUnitsMax;
constexpr std::uint32_t kPart = UnitCache::kPart;

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

// The merges are made beside the cuts.
BpeModel::BpeModel(BpeTables tables)
    : BpeModel(tables, std::async(std::launch::async, [&] { return MergeTable(tables.merges); })) {}

BpeModel::BpeModel(BpeTables& tables, std::future<MergeTable> merges)
    : byte_ids_(tables.byte_ids),
      cuts_(bpe_cuts(tables)),
      words_layout_(id_words::layout_for(bpe_ids_end(tables))),
      merges_(merges.get()),
      whole_pretokens_(std::move(tables.whole_pretokens), byte_ids_, merges_),
      instance_(next_instance()) {}

struct BpeModel::Merger {
  const BpeModel& model;
  MissMeter& misses = bpe_scratch().misses;

  void operator()(std::string_view unit, bool part, std::vector<TokenId>& ids) const {
    model.merge(unit, part, ids);
  }
  bool takes(std::string_view unit) const {
    if (unit.size() <= ShortRow::kSymbolsMax) return true;
    misses.missed(unit.size());
    return false;
  }
  void start(std::string_view unit, bool part, ShortRow& row) const {
    misses.missed(unit.size());
    row.count = static_cast<std::uint32_t>(unit.size());
    for (std::size_t i = 0; i < unit.size(); ++i) {
      row.symbols[i] = model.byte_ids_[static_cast<std::uint8_t>(unit[i])];
    }
    if (part || model.whole_pretokens_.empty()) return;
    if (const std::optional<TokenId> whole = model.whole_pretokens_.find(unit)) {
      row.count = 1;
      row.symbols[0] = *whole;
    }
  }
  void merge_rows(std::span<ShortRow> rows) const { model.merges_.merge_rows(rows); }
};

// The units of a window, cut on the way to the cache. Pretokens: see
// tokenizer/byte_level/pretokens.h; joined texts have theirs marked.
template <class Pretokens>
class BpeModel::Window {
 public:
  Window(const BpeModel& model, std::string_view text, Pretokens pretokens, TextEnds texts,
         std::vector<TokenId>& out)
      : merger_{model},
        cuts_(*model.cuts_),
        text_(text),
        pretokens_(pretokens),
        has_parts_(!model.whole_pretokens_.empty()),
        cache_(bpe_scratch().cache),
        words_(bpe_scratch().words),
        texts_(texts),
        texts_units_(bpe_scratch().texts_units),
        out_(out) {
    forget_words();
    append([&](TokenId* ids) { return texts_.begin(ids); }, TextEnds::kFrameIds);
  }

  // `stop`: where the first byte stands that is not ASCII.
  void encode(std::size_t stop) {
    while (begin_ < text_.size()) {
      const bool begins = pretokens_.begins_at(begin_);
      if (begins && encode_apart(stop)) {
        // Nothing waits.
      } else if (begins && begin_ < stop && pretokens_.end_behind(begin_) <= stop) {
        take_ascii(stop);
      } else {
        cuts_.is_wide(text_, begin_) ? cut_wide() : cut_pretoken();
        if (kIsListed) encode_last_if_long();
      }
      if (kUnitsMax - count_ <= 2 * CharCuts::kWideRoom) flush();
      if (stop < begin_) stop = find_non_ascii(text_, begin_);
    }
    finish();
  }

 private:
  // Units above are merged straight to where their ids belong: through buffers they would cost
  // several times their size in memory that is touched once.
  static constexpr std::size_t kLongBytes = LongUnit::kBytesMin;

  static constexpr bool kIsListed = Pretokens::kIsListed;

  // Encodes what waits and some pretokens from `begin_` on, if they do better by ways of their own.
  bool encode_apart(std::size_t stop) {
    if constexpr (kIsListed) {
      const std::uint32_t end = pretokens_.end_behind(begin_);
      if (end - begin_ > kLongBytes && end <= stop) {
        finish();
        encode_long(end, false);
        return true;
      }
    }
    if (merger_.misses.leaves_out()) {
      encode_rows();
      return true;
    }
    return kIsListed && count_ == 0 && encode_ascii(stop);
  }
  // All before it is encoded.
  void encode_long(std::uint32_t end, bool part) {
    merger_(text_.substr(begin_, end - begin_), part, out_);
    begin_ = units_begin_ = end;
  }
  void encode_last_if_long() {
    const std::uint32_t begin = count_ > 1 ? units_[count_ - 2] & ~kPart : units_begin_;
    const std::uint32_t end = units_[count_ - 1];
    if ((end & ~kPart) - begin <= kLongBytes) return;
    --count_;
    --cut_count_;
    begin_ = begin;
    finish();
    encode_long(end & ~kPart, (end & kPart) != 0);
  }

  void encode_rows() {
    finish();
    cache_.finish(out_, merger_);
    BpeRows& rows = bpe_scratch().rows;
    const std::size_t stop = texts_.ends.empty() ? text_.size() : texts_.ends.front();
    const auto pretokens = std::span(units_).first(pretokens_.read(begin_, stop, units_));
    const BpeModel& model = merger_.model;
    const BpeRows::Tables tables{&cuts_, model.byte_ids_,
                                 has_parts_ ? &model.whole_pretokens_ : nullptr};
    const std::size_t taken = rows.take(tables, text_, begin_, pretokens);
    const std::span<const TokenId> ids = rows.merge(model.merges_);
    out_.insert(out_.end(), ids.begin(), ids.end());
    pretokens_.skip(taken);
    merger_.misses.left_out(pretokens[taken - 1] - begin_);
    begin_ = units_begin_ = pretokens[taken - 1];
    while (texts_.has_end(begin_)) end_text();
  }

  // If so many pretokens are ASCII that they are units as they stand.
  bool encode_ascii(std::size_t stop) {
    if constexpr (kIsListed) {
      const std::span<const std::uint32_t> units = pretokens_.some_behind(begin_, kUnitsMax);
      if (units.back() > stop) return false;
      spell_words();
      cache_.encode(text_, begin_, units, out_, merger_);
      merger_.misses.looked_up(units.back() - begin_);
      pretokens_.skip(units.size());
      begin_ = units_begin_ = units.back();
    }
    return kIsListed;
  }

  void take_ascii(std::size_t stop) {
    std::size_t taken;
    if constexpr (kIsListed) {
      taken = pretokens_.read(begin_, stop, room());
    } else {
      static const ascii_units::Take take = ascii_units::takers().front();
      taken = take(text_, pretokens_.starts(), begin_, stop, room(), chars_ + count_);
    }
    // With parts, what whole pretokens become is not what characters do. Those of a list mostly go
    // to the cache, which does not ask: to mark them for it would cost more than words save.
    if (kIsListed || has_parts_) std::fill_n(chars_ + count_, taken, CharCuts::kNoChar);
    pretokens_.skip(taken);
    count_ += taken;
    begin_ = units_[count_ - 1];
  }

  void cut_wide() {
    const std::size_t units = cuts_.cut_wide(text_, pretokens_.starts(), begin_,
                                             has_parts_ ? kPart : 0, room(), chars_ + count_);
    count_ += units;
    cut_count_ += units;
    begin_ = units_[count_ - 1] & ~kPart;
  }

  // As much of it as there is room for.
  void cut_pretoken() {
    const std::uint32_t end = pretokens_.end_behind(begin_);
    const std::size_t parts = cuts_.cut(text_, begin_, end, room());
    const bool whole = has_parts_ && parts == 1 && room()[0] == end && pretokens_.begins_at(begin_);
    const std::uint32_t flag = has_parts_ && !whole ? kPart : 0;
    cut_count_ += parts;
    for (std::size_t i = 0; i < parts; ++i, ++count_) {
      chars_[count_] = whole ? CharCuts::kNoChar : char_of(begin_, units_[count_]);
      begin_ = units_[count_];
      units_[count_] |= flag;
    }
  }

  // The code point of text[begin, end) if it is one character.
  std::uint32_t char_of(std::uint32_t begin, std::uint32_t end) const {
    if (end - begin > 3) return CharCuts::kNoChar;
    const DecodedChar decoded = decode_utf8(text_.substr(0, end), begin);
    return begin + decoded.bytes == end && decoded.code_point != 0xFFFD ? decoded.code_point
                                                                        : CharCuts::kNoChar;
  }

  std::span<std::uint32_t> room() { return std::span(units_ + count_, kUnitsMax - count_); }

  // write(ids) writes up to `ids_max` ids from `ids` on and returns where they end. They go by way
  // of memory that need not be cleared for them.
  template <class Write>
  void append(const Write& write, std::size_t ids_max) {
    thread_local std::vector<TokenId> ids;
    if (ids.size() < ids_max) ids.resize(ids_max);
    const TokenId* const end = write(ids.data());
    out_.insert(out_.end(), std::as_const(ids).data(), end);
  }

  // The ids of the first text are complete.
  void end_text() {
    append([&](TokenId* ids) { return texts_.end(ids, ids, out_.size()); },
           2 * TextEnds::kFrameIds);
  }

  // The unit behind that which a text ends with, if `first` is not behind it.
  std::size_t end_of_text(std::uint32_t end, std::size_t first) const {
    constexpr std::size_t kStride = 16;
    while (first + kStride < count_ && (units_[first + kStride] & ~kPart) <= end) first += kStride;
    while ((units_[first] & ~kPart) < end) ++first;
    return first + 1;
  }

  // Looks them up; their ids come with spell_words().
  template <bool kHasParts>
  void encode_by_words() {
    for (std::size_t first = 0; texts_units_.size() < texts_.ends.size();) {
      const std::uint32_t end = texts_.ends[texts_units_.size()];
      if (end > begin_) break;
      first = end_of_text(end, first);
      texts_units_.push_back(words_.size() + first);
    }
    const std::span<const std::uint32_t> units(units_, count_), chars(chars_, count_);
    words_.look_up<kHasParts>(text_, units_begin_, units, chars, merger_);
    if (words_.size() > UnitWords::kTogetherMax) spell_words();
  }

  // Appends the ids of all that were looked up as words.
  void spell_words() {
    if (words_.size() == 0) return;
    cache_.finish(out_, merger_);  // before the ends of ids are told
    words_.finish(merger_);
    std::size_t first = 0, ended = 0;
    while (first < words_.size()) {
      const std::size_t stop = std::min(first + kUnitsMax, words_.size());
      const auto spell = [&](TokenId* const ids) {
        TokenId* out = ids;
        for (; ended < texts_units_.size() && texts_units_[ended] <= stop; ++ended) {
          out = texts_.end(words_.spell(first, texts_units_[ended], out), ids, out_.size());
          first = texts_units_[ended];
        }
        out = words_.spell(first, stop, out);
        first = stop;
        return out;
      };
      append(spell, words_.ids_max(kUnitsMax) + TextEnds::kFrameIds * kUnitsMax);
    }
    forget_words();
  }
  void forget_words() {
    texts_units_.clear();
    words_.clear(merger_.model.words_layout_);
  }

  template <bool kHasParts>
  void encode_units() {
    if (!kIsListed || cut_count_ > count_ / 2) {
      encode_by_words<kHasParts>();
    } else {
      spell_words();
      cache_.encode<kHasParts>(text_, units_begin_, {units_, count_}, out_, merger_);
    }
  }

  void flush() {
    if (count_ == 0) return;
    has_parts_ ? encode_units<true>() : encode_units<false>();
    merger_.misses.looked_up(begin_ - units_begin_);
    units_begin_ = begin_;
    count_ = cut_count_ = 0;
  }

  // The ids of all before `begin_` are in `out_`, but for what waits in the cache.
  void finish() {
    flush();
    spell_words();
  }

  const Merger merger_;
  const CharCuts& cuts_;
  const std::string_view text_;
  Pretokens pretokens_;
  const bool has_parts_;
  UnitCache& cache_;
  UnitWords& words_;
  TextEnds texts_;
  std::vector<std::size_t>& texts_units_;  // where those end among the words that were looked up
  std::vector<TokenId>& out_;
  std::uint32_t begin_ = 0;        // of the next unit
  std::uint32_t units_begin_ = 0;  // of what is not encoded yet
  std::size_t count_ = 0;
  std::size_t cut_count_ = 0;       // of them those that are not ASCII, or stand beside such
  std::uint32_t units_[kUnitsMax];  // where they end
  std::uint32_t chars_[kUnitsMax + CharWords::kStep];  // code points of those that are characters
};

void BpeModel::encode(std::string_view text, std::span<const std::uint32_t> ends,
                      std::vector<TokenId>& out) const {
  begin();
  encode_open(text, ends, out);
  finish(out);
}

void BpeModel::begin() const {
  bpe_scratch().cache.use_for(instance_);
}

void BpeModel::encode_open(std::string_view text, std::span<const std::uint32_t> ends,
                           std::vector<TokenId>& out) const {
  if (cuts_) {
    thread_local OffsetBits bits;
    Window(*this, text, ListedPretokens(ends, bits), {}, out).encode(find_non_ascii(text, 0));
  } else {
    bpe_scratch().cache.encode(text, 0, ends, out, Merger{*this});
  }
}

void BpeModel::end_text(const std::vector<TokenId>& out) const {
  bpe_scratch().cache.mark(out);
}

std::span<const std::size_t> BpeModel::finish(std::vector<TokenId>& out) const {
  bpe_scratch().cache.finish(out, Merger{*this});
  return bpe_scratch().cache.marks();
}

void BpeModel::encode_joined(const JoinedTexts& texts, const IdFrame& frame,
                             std::vector<TokenId>& out, std::span<std::size_t> ids_ends) const {
  bpe_scratch().cache.use_for(instance_);
  Window(*this, texts.text(), MarkedPretokens(texts.pretokens), {texts.text_ends, frame, ids_ends},
         out)
      .encode(find_non_ascii(texts.text(), 0));
}

void BpeModel::merge(std::string_view unit, bool part, std::vector<TokenId>& out) const {
  if (!part && !whole_pretokens_.empty()) {
    if (const std::optional<TokenId> whole = whole_pretokens_.find(unit)) {
      out.push_back(*whole);
      return;
    }
  }
  if (unit.size() > LongUnit::kBytesMin) {
    return bpe_scratch().long_unit.merge(merges_, byte_ids_, cuts_, unit, out);
  }
  BpeRows& rows = bpe_scratch().rows;
  const auto size = static_cast<std::uint32_t>(unit.size());
  rows.take({cuts_ ? &*cuts_ : nullptr, byte_ids_, nullptr}, unit, 0, {&size, 1});
  const std::span<const TokenId> ids = rows.merge(merges_);
  out.insert(out.end(), ids.begin(), ids.end());
}

}  // namespace corpusmill
