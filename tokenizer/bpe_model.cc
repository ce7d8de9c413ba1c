#include "tokenizer/bpe_model.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <string>
#include <utility>

#include "tokenizer/unit_cache.h"

namespace corpusmill {
namespace {

// Tables that spell more than this are not spelled out; their text is not cut.
constexpr std::size_t kSpelledBytesMax = std::size_t{64} << 20;

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

bool is_ascii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

BpeModel::BpeModel(BpeTables tables)
    : byte_ids_(tables.byte_ids),
      merges_(tables.merges),
      cuts_(cuts_of(tables)),
      instance_(next_instance()) {
  whole_pretokens_ = std::move(tables.whole_pretokens);
}

void BpeModel::encode(std::string_view text, std::span<const std::uint32_t> ends,
                      std::vector<TokenId>& out) const {
  thread_local UnitCache cache;
  cache.use_for(instance_);
  const auto merge = [this](std::string_view unit, bool part, std::vector<TokenId>& ids) {
    this->merge(unit, part, ids);
  };
  constexpr std::size_t kUnits = 512;
  std::uint32_t units[kUnits];
  std::size_t count = 0;
  std::uint32_t begin = 0;        // of the pretoken
  std::uint32_t units_begin = 0;  // of the first unit not encoded yet
  const auto flush = [&](std::uint32_t units_end) {
    cache.encode(text, units_begin, {units, count}, out, merge);
    units_begin = units_end;
    count = 0;
  };
  for (const std::uint32_t end : ends) {
    const std::uint32_t pretoken_begin = begin;
    if (cuts_ && !is_ascii(text.substr(begin, end - begin))) {
      while (begin < end) {
        const std::span<std::uint32_t> room(units + count, kUnits - count);
        const std::size_t cut = cuts_->cut(text, begin, end, room);
        const bool whole = begin == pretoken_begin && room[cut - 1] == end && cut == 1;
        begin = room[cut - 1];
        if (!whole && whole_pretokens_.size() > 0) {
          for (std::uint32_t& unit : room.first(cut)) unit |= UnitCache::kPart;
        }
        count += cut;
        if (count == kUnits) flush(begin);
      }
    } else {
      units[count++] = end;
      begin = end;
      if (count == kUnits) flush(begin);
    }
  }
  flush(begin);
}

void BpeModel::merge(std::string_view unit, bool part, std::vector<TokenId>& out) const {
  if (!part && whole_pretokens_.size() > 0) {
    if (const std::optional<TokenId> whole = whole_pretokens_.find(unit)) {
      out.push_back(*whole);
      return;
    }
  }
  const std::size_t before = out.size();
  for (const char c : unit) out.push_back(byte_ids_[static_cast<std::uint8_t>(c)]);
  out.resize(before + merges_.merge(std::span<TokenId>(out).subspan(before)));
}

}  // namespace corpusmill
