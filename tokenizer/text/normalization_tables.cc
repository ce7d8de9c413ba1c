#include "tokenizer/text/normalization_tables.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "common/error.h"
#include "tokenizer/text/normalization_ranges.h"
#include "tokenizer/text/unicode_category.h"

namespace corpusmill {
namespace {

// Unicode 3.12, "Conjoining Jamo Behavior".
constexpr std::uint32_t kSyllables = 0xAC00, kLeads = 0x1100, kVowels = 0x1161, kTails = 0x11A8;
constexpr std::uint32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 27;
constexpr std::uint32_t kTailForms = kTailCount + 1;  // or none
constexpr std::uint32_t kSyllableCount = kLeadCount * kVowelCount * kTailForms;

// Behind the last character of a plane that has any; what planes above hold never changes.
constexpr std::uint32_t kScanned = 0x30000;

constexpr unsigned kOptions = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

using Chars = std::vector<utf8proc_int32_t>;

Chars decomposed(std::uint32_t code_point, bool compatible) {
  constexpr std::size_t kPartsMax = 32;  // no character has more than 18
  Chars parts(kPartsMax);
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const unsigned options = kOptions | (compatible ? unsigned{UTF8PROC_COMPAT} : 0U);
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code_point), parts.data(), kPartsMax,
                              static_cast<utf8proc_option_t>(options), &boundary);
  parts.resize(static_cast<std::size_t>(count));
  return parts;
}

// The code point that these, decomposed and in order, become; 0 if they become several.
std::uint32_t joined(Chars chars) {
  const utf8proc_ssize_t count =
      utf8proc_normalize_utf32(chars.data(), static_cast<utf8proc_ssize_t>(chars.size()),
                               static_cast<utf8proc_option_t>(kOptions));
  return count == 1 ? static_cast<std::uint32_t>(chars[0]) : 0;
}

}  // namespace

class NormalizationTables::Maker {
 public:
  Maker(NormalizationTables& tables, bool compatible) : tables_(tables), compatible_(compatible) {}

  void make() {
    for (const CodePointRange& range : since_unicode_10()) {
      std::fill(is_new_.begin() + range.first, is_new_.begin() + range.last + 1, true);
    }
    find_classes();
    for (const std::uint32_t c : decomposing_) find_pair(c);
    for (std::uint32_t i = 0; i < kVowelCount; ++i) traits_[kVowels + i] |= kJoins;
    for (std::uint32_t i = 0; i < kTailCount; ++i) traits_[kTails + i] |= kJoins;
    std::fill_n(traits_.begin() + kSyllables, kSyllableCount, Traits{kSyllable});
    tables_.parts_.assign(1, 0);  // no entry
    for (const std::uint32_t c : decomposing_) add_parts(c);
    share_blocks();
  }

 private:
  void find_classes() {
    std::array<bool, 256> is_used{};
    std::vector<std::uint32_t> marks;
    for (std::uint32_t c = 0; c < kScanned; ++c) {
      const utf8proc_property_t& property =
          *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
      if (property.combining_class == 0 && property.decomp_seqindex == UINT16_MAX) continue;
      if (is_new_[c]) continue;
      if (property.decomp_seqindex != UINT16_MAX) decomposing_.push_back(c);
      traits_[c] = property.combining_class;
      if (traits_[c] != 0) marks.push_back(c);
      is_used[traits_[c]] = true;
    }
    std::array<Traits, 256> number{};
    for (std::size_t i = 1; i < number.size(); ++i) number[i] = number[i - 1] + is_used[i];
    if (number.back() >= kClassesMax) {
      throw Error(
          ExitCode::kInternal,
          fmt::format("utf8proc knows {} combining classes before Unicode 10, which has 54: "
                      "build with another release of it",
                      number.back()));
    }
    for (const std::uint32_t c : marks) traits_[c] = number[traits_[c]];
  }

  // A composition's pair are what all but the last of its parts become, and that one.
  void find_pair(std::uint32_t code_point) {
    Chars parts = decomposed(code_point, false);
    if (parts.size() < 2 || joined(parts) != code_point) return;
    const auto last = static_cast<std::uint32_t>(parts.back());
    parts.pop_back();
    const std::uint32_t first = joined(parts);
    if (is_new_[first] || is_new_[last]) return;
    traits_[last] |= kJoins;
    const std::uint64_t pair = pair_of(first, last);
    std::size_t slot = pair_slot(pair);
    while (tables_.pairs_[slot] != 0) slot = (slot + 1) % kPairSlots;
    tables_.pairs_[slot] = pair << kCodePointBits | code_point;
  }

  void add_parts(std::uint32_t code_point) {
    const Chars parts = decomposed(code_point, compatible_);
    if (parts.size() == 1 && parts[0] == static_cast<utf8proc_int32_t>(code_point)) return;
    if (joined(parts) != code_point) traits_[code_point] |= kChanges;
    traits_[code_point] |= static_cast<Traits>(tables_.parts_.size()) << kPartsShift;
    tables_.parts_.push_back(static_cast<ClassedChar>(parts.size()));
    for (const utf8proc_int32_t part : parts) {
      const auto c = static_cast<std::uint32_t>(part);
      tables_.parts_.push_back(classed(c, traits_[c]));
    }
  }

  void share_blocks() {
    tables_.traits_.assign(kBlock, 0);
    tables_.blocks_.assign(kBlocks + 1, 0);
    const auto same_as = [this](std::size_t block, const Traits* traits) {
      return std::equal(traits, traits + kBlock, tables_.traits_.data() + block * kBlock);
    };
    for (std::size_t i = 0; i < kScanned / kBlock; ++i) {
      const Traits* const traits = traits_.data() + i * kBlock;
      if (same_as(0, traits)) continue;
      const std::size_t blocks = tables_.traits_.size() / kBlock;
      const bool is_last = same_as(blocks - 1, traits);
      if (!is_last) tables_.traits_.insert(tables_.traits_.end(), traits, traits + kBlock);
      tables_.blocks_[i] = static_cast<std::uint16_t>(is_last ? blocks - 1 : blocks);
    }
  }

  NormalizationTables& tables_;
  const bool compatible_;
  std::vector<Traits> traits_ = std::vector<Traits>(kScanned);
  std::vector<bool> is_new_ = std::vector<bool>(kScanned);
  std::vector<std::uint32_t> decomposing_;
};

NormalizationTables::NormalizationTables(bool compatible) : pairs_(kPairSlots) {
  Maker(*this, compatible).make();
}

const NormalizationTables& NormalizationTables::get(bool compatible) {
  if (compatible) {
    static const NormalizationTables tables(true);
    return tables;
  }
  static const NormalizationTables tables(false);
  return tables;
}

void NormalizationTables::append_parts(std::uint32_t code_point, Traits traits,
                                       std::vector<ClassedChar>& out) const {
  if ((traits & kSyllable) != 0) {
    const std::uint32_t number = code_point - kSyllables, tail = number % kTailForms;
    out.push_back(kLeads + number / (kVowelCount * kTailForms));
    out.push_back((kVowels + number / kTailForms % kVowelCount) | kJoinsBit);
    if (tail != 0) out.push_back((kTails + tail - 1) | kJoinsBit);
  } else if (const std::span<const ClassedChar> all = parts(traits); !all.empty()) {
    out.insert(out.end(), all.begin(), all.end());
  } else {
    out.push_back(classed(code_point, traits));
  }
}

std::uint32_t NormalizationTables::composed(std::uint32_t first, std::uint32_t second) const {
  if (second - kVowels < kVowelCount) {
    const std::uint32_t lead = first - kLeads, vowel = second - kVowels;
    return lead < kLeadCount ? kSyllables + (lead * kVowelCount + vowel) * kTailForms : 0;
  }
  if (second - kTails < kTailCount) {
    const std::uint32_t number = first - kSyllables;
    const bool is_open = number < kSyllableCount && number % kTailForms == 0;
    return is_open ? first + (second - kTails + 1) : 0;
  }
  const std::uint64_t pair = pair_of(first, second);
  for (std::size_t slot = pair_slot(pair); pairs_[slot] != 0; slot = (slot + 1) % kPairSlots) {
    if (pairs_[slot] >> kCodePointBits == pair) {
      return static_cast<std::uint32_t>(pairs_[slot]) & kCodePoint;
    }
  }
  return 0;
}

}  // namespace corpusmill
