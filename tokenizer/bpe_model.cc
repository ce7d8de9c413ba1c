#include "tokenizer/bpe_model.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "tokenizer/unit_cache.h"

namespace corpusmill {
namespace {

// Tables that spell more than this are not spelled out; their text is not cut.
constexpr std::size_t kSpelledBytesMax = std::size_t{64} << 20;

constexpr std::size_t kUnitsMax = 4 * UnitCache::kBatchUnits;

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// The bytes that ids stand for when they come about by merges.
class Spelling {
 public:
  // False if an id has two spellings, or all together are too long.
  bool spell(const BpeTables& tables) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const bool in_utf8 = byte < 0xC0 || (byte > 0xC1 && byte < 0xF5);
      // Other bytes may have any id; no cut stands beside them.
      if (!set(tables.byte_ids[byte], std::string(1, static_cast<char>(byte))) && in_utf8) {
        return false;
      }
    }
    // Merges mostly stand behind those that make their parts; what is never reached is never made.
    for (bool changed = true; changed;) {
      changed = false;
      for (const MergeTable::Merge& merge : tables.merges) {
        const std::string* const left = find(merge.left);
        const std::string* const right = find(merge.right);
        if (left == nullptr || right == nullptr) continue;
        changed = changed || find(merge.result) == nullptr;
        if (!set(merge.result, *left + *right)) return false;
      }
    }
    return true;
  }

  std::vector<std::string_view> results() const {
    std::vector<std::string_view> all;
    for (const std::string& bytes : bytes_) {
      if (bytes.size() > 1) all.emplace_back(bytes);
    }
    return all;
  }

 private:
  const std::string* find(TokenId id) const {
    return id < bytes_.size() && !bytes_[id].empty() ? &bytes_[id] : nullptr;
  }

  bool set(TokenId id, std::string bytes) {
    if (id >= MergeTable::kIdsMax) return true;  // no merge has it
    if (id >= bytes_.size()) bytes_.resize(id + std::size_t{1});
    if (!bytes_[id].empty()) return bytes_[id] == bytes;
    total_ += bytes.size();
    bytes_[id] = std::move(bytes);
    return total_ <= kSpelledBytesMax;
  }

  std::vector<std::string> bytes_;  // by id; empty: none
  std::size_t total_ = 0;
};

std::optional<CharCuts> cuts_of(const BpeTables& tables) {
  Spelling spelling;
  if (!spelling.spell(tables)) return std::nullopt;
  std::vector<std::string_view> pieces = spelling.results();
  // A pretoken that is an entry of the vocabulary stays whole.
  for (TokenId id = 0; id < tables.whole_pretokens.size(); ++id) {
    const std::string_view bytes = tables.whole_pretokens.spelling(id);
    if (!bytes.empty()) pieces.push_back(bytes);
  }
  return CharCuts(pieces);
}

// Where the first byte from `at` stands that is not ASCII; the size if there is none.
std::size_t find_non_ascii(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kTops = 0x8080'8080'8080'8080;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if ((bytes & kTops) != 0)
      return at + static_cast<std::size_t>(std::countr_zero(bytes & kTops) / 8);
  }
  while (at < text.size() && (text[at] & 0x80) == 0) ++at;
  return at;
}

// The bits of PretokenStarts.
std::vector<std::uint64_t>& thread_starts() {
  thread_local std::vector<std::uint64_t> words;
  return words;
}

void mark_starts(std::span<const std::uint32_t> ends) {
  std::vector<std::uint64_t>& words = thread_starts();
  words.assign(ends.back() / 64 + 3, 0);
  words[0] = 1;
  for (const std::uint32_t end : ends) words[end / 64] |= std::uint64_t{1} << end % 64;
}

UnitCache& thread_cache() {
  thread_local UnitCache cache;
  return cache;
}

}  // namespace

BpeModel::BpeModel(BpeTables tables)
    : byte_ids_(tables.byte_ids),
      merges_(tables.merges),
      cuts_(cuts_of(tables)),
      instance_(next_instance()) {
  whole_pretokens_ = std::move(tables.whole_pretokens);
}

struct BpeModel::Merger {
  const BpeModel& model;

  void operator()(std::string_view unit, bool part, std::vector<TokenId>& ids) const {
    model.merge(unit, part, ids);
  }
  void start(std::string_view unit, bool part, ShortRow& row) const {
    row.count = static_cast<std::uint32_t>(unit.size());
    for (std::size_t i = 0; i < unit.size(); ++i) {
      row.symbols[i] = model.byte_ids_[static_cast<std::uint8_t>(unit[i])];
    }
    if (part || model.whole_pretokens_.size() == 0) return;
    if (const std::optional<TokenId> whole = model.whole_pretokens_.find(unit)) {
      row.count = 1;
      row.symbols[0] = *whole;
    }
  }
  void merge_rows(std::span<ShortRow> rows) const { model.merges_.merge_rows(rows); }
};

// The units of a window, cut on the way to the cache.
class BpeModel::Window {
 public:
  Window(const BpeModel& model, std::string_view text, std::span<const std::uint32_t> ends,
         UnitCache& cache, std::vector<TokenId>& out)
      : merger_{model},
        cuts_(*model.cuts_),
        text_(text),
        ends_(ends),
        has_parts_(model.whole_pretokens_.size() > 0),
        cache_(cache),
        out_(out) {}

  // `stop`: where the first byte stands that is not ASCII.
  void encode(std::size_t stop) {
    while (next_ < ends_.size()) {
      if (ends_[next_] <= stop && begin_ == pretoken_begin_) {
        while (count_ < kUnitsMax && next_ < ends_.size() && ends_[next_] <= stop) {
          units_[count_++] = ends_[next_++];
        }
        begin_ = pretoken_begin_ = units_[count_ - 1];
      } else if (cuts_.is_wide(text_, begin_)) {
        cut_wide();
      } else {
        cut_pretoken();
      }
      if (kUnitsMax - count_ <= 2 * CharCuts::kWideRoom) flush();
      if (stop < begin_ && next_ < ends_.size()) stop = find_non_ascii(text_, begin_);
    }
    flush();
  }

 private:
  void cut_wide() {
    if (!std::exchange(starts_known_, true)) mark_starts(ends_);
    count_ += cuts_.cut_wide(text_, {thread_starts().data()}, begin_,
                             has_parts_ ? UnitCache::kPart : 0, room());
    begin_ = units_[count_ - 1] & ~UnitCache::kPart;
    for (; next_ < ends_.size() && ends_[next_] <= begin_; ++next_) pretoken_begin_ = ends_[next_];
  }

  // As much of it as there is room for.
  void cut_pretoken() {
    const std::uint32_t end = ends_[next_];
    const std::size_t parts = cuts_.cut(text_, begin_, end, room());
    const bool whole = begin_ == pretoken_begin_ && parts == 1 && room()[0] == end;
    begin_ = room()[parts - 1];
    if (!whole && has_parts_) {
      for (std::uint32_t& unit : room().first(parts)) unit |= UnitCache::kPart;
    }
    count_ += parts;
    if (begin_ < end) return;
    pretoken_begin_ = end;
    ++next_;
  }

  std::span<std::uint32_t> room() { return std::span(units_ + count_, kUnitsMax - count_); }

  void flush() {
    const std::span<const std::uint32_t> batch(units_, count_);
    if (has_parts_) {
      cache_.encode<true>(text_, units_begin_, batch, out_, merger_);
    } else {
      cache_.encode(text_, units_begin_, batch, out_, merger_);
    }
    units_begin_ = begin_;
    count_ = 0;
  }

  const Merger merger_;
  const CharCuts& cuts_;
  const std::string_view text_;
  const std::span<const std::uint32_t> ends_;
  const bool has_parts_;
  UnitCache& cache_;
  std::vector<TokenId>& out_;
  std::size_t next_ = 0;              // pretoken that `begin_` is in
  std::uint32_t pretoken_begin_ = 0;  // of it
  std::uint32_t begin_ = 0;           // of the next unit
  std::uint32_t units_begin_ = 0;     // of what is not encoded yet
  std::size_t count_ = 0;
  bool starts_known_ = false;
  std::uint32_t units_[kUnitsMax];
};

void BpeModel::encode(std::string_view text, std::span<const std::uint32_t> ends,
                      std::vector<TokenId>& out) const {
  UnitCache& cache = thread_cache();
  cache.use_for(instance_);
  const Merger merger{*this};
  const std::size_t stop = cuts_ ? find_non_ascii(text, 0) : text.size();
  if (stop == text.size()) {
    cache.encode(text, 0, ends, out, merger);
  } else {
    Window(*this, text, ends, cache, out).encode(stop);
  }
  cache.finish(out, merger);
}

// Short rows are so much faster to merge that cutting ASCII pays as well.
void BpeModel::cut_rows(std::string_view unit, std::vector<std::uint32_t>& ends) const {
  const auto size = static_cast<std::uint32_t>(unit.size());
  ends.clear();
  if (!cuts_) return ends.push_back(size);
  // Parts that share a row do not touch each other.
  const std::size_t row_max = size < MergeTable::kLanesSymbolsMin ? 0 : MergeTable::kLaneSymbols;
  std::uint32_t parts[64];
  std::uint32_t begin = 0;  // of the last row
  for (std::uint32_t at = 0; at < size;) {
    for (const std::uint32_t end : std::span(parts).first(cuts_->cut(unit, at, size, parts))) {
      if (ends.empty() || end - begin > row_max) {
        begin = at;
        ends.push_back(end);
      } else {
        ends.back() = end;
      }
      at = end;
    }
  }
}

void BpeModel::merge(std::string_view unit, bool part, std::vector<TokenId>& out) const {
  if (!part && whole_pretokens_.size() > 0) {
    if (const std::optional<TokenId> whole = whole_pretokens_.find(unit)) {
      out.push_back(*whole);
      return;
    }
  }
  thread_local std::vector<TokenId> symbols;
  thread_local std::vector<std::uint32_t> ends;
  const auto size = static_cast<std::uint32_t>(unit.size());
  symbols.resize(size);
  std::transform(unit.begin(), unit.end(), symbols.begin(),
                 [&](char byte) { return byte_ids_[static_cast<std::uint8_t>(byte)]; });
  cut_rows(unit, ends);
  merges_.merge_rows(symbols, ends);
  out.insert(out.end(), symbols.begin(), symbols.begin() + ends.back());
}

}  // namespace corpusmill
