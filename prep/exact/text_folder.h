// Texts that differ only in what does not count, made equal. Of keys alone: the texts themselves
// stay as they are.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

struct FoldRule {
  bool case_ = false;        // Unicode's full case folding: Straße = STRASSE
  bool space = false;        // white space does not count
  bool punctuation = false;  // neither do characters of the general categories P*
  bool width = false;        // full-width and half-width forms are the usual ones: ＡＢＣ = ABC
  bool han = false;          // traditional characters are the simplified ones that OpenCC gives

  // Of names as --fold has them; "all" is every one. Throws Error(kUsage) for another.
  static FoldRule of(const std::vector<std::string>& names);
  static const std::vector<std::string>& names();
  bool any() const { return case_ || space || punctuation || width || han; }
};

// Character by character, by a table of all code points that is made at the start (some
// milliseconds; with `han`, a tenth of a second). Const and thread-safe.
class TextFolder {
 public:
  explicit TextFolder(const FoldRule& rule);
  // Replaces `folded`. `text` is UTF-8. Folding twice is folding once.
  void fold(std::string_view text, std::string& folded) const;

 private:
  // The bytes of what a code point becomes, in order from the lowest byte, zero behind them; or
  // kLonger and an index into longer_.
  using Entry = std::uint32_t;
  static constexpr Entry kLonger = 0xFF;

  Entry entry_of(const std::u32string& folded);
  void append(Entry entry, std::string& out) const;

  std::array<char, 128> ascii_{};
  std::array<bool, 128> ascii_stays_{};
  std::vector<Entry> entries_;
  std::vector<std::string> longer_;
};

}  // namespace corpusmill
