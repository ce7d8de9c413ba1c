#include "tokenizer/text/char_composer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "tokenizer/text/put_utf8.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

using Tables = NormalizationTables;

}  // namespace

std::size_t CharComposer::append(std::string_view text, std::size_t begin, std::size_t suspect,
                                 std::string& out) {
  const Stretch stretch = decompose(text, begin, suspect);
  if (stretch.is_normal) {
    out.append(text.substr(begin, stretch.end - begin));
  } else {
    sort_marks();
    compose();
    encode(out);
  }
  return stretch.end;
}

CharComposer::Stretch CharComposer::decompose(std::string_view text, std::size_t begin,
                                              std::size_t suspect) {
  Tables::Traits seen = 0;
  unsigned last_class = 0;
  bool is_disordered = false;
  std::size_t at = begin;
  chars_.clear();
  while (at < text.size()) {
    const DecodedChar decoded = decode_utf8(text, at);
    const Tables::Traits traits = tables_.traits(decoded.code_point);
    if ((traits & Tables::kSuspect) == 0 && at >= suspect) break;
    const unsigned char_class = traits & Tables::kClass;
    seen |= traits;
    is_disordered |= (char_class != 0) & (char_class < last_class);
    last_class = char_class;
    at += decoded.bytes;
    if (Tables::decomposes(traits)) {
      tables_.append_parts(decoded.code_point, traits, chars_);
    } else {
      chars_.push_back(Tables::classed(decoded.code_point, traits));
    }
  }
  // UAX #15, "Detecting Normalization Forms".
  return {at, (seen & (Tables::kChanges | Tables::kJoins)) == 0 && !is_disordered};
}

void CharComposer::sort_marks() {
  for (std::size_t at = 0; at < chars_.size(); ++at) {
    const std::size_t begin = at;
    std::uint64_t classes = 0;  // a bit each
    unsigned last = 0;
    bool is_disordered = false;
    for (; at < chars_.size(); ++at) {
      const unsigned char_class = Tables::class_of(chars_[at]);
      if (char_class == 0) break;
      is_disordered |= char_class < last;
      last = char_class;
      classes |= std::uint64_t{1} << char_class;
    }
    if (is_disordered) sort(std::span(chars_).subspan(begin, at - begin), classes);
  }
}

// By class, those of one class as they stood.
void CharComposer::sort(std::span<ClassedChar> marks, std::uint64_t classes) {
  std::array<std::uint32_t, Tables::kClassesMax> ends;  // by class, of how many; of those before it
  for (std::uint64_t rest = classes; rest != 0; rest &= rest - 1) ends[std::countr_zero(rest)] = 0;
  for (const ClassedChar mark : marks) ++ends[Tables::class_of(mark)];
  std::uint32_t end = 0;
  for (std::uint64_t rest = classes; rest != 0; rest &= rest - 1) {
    end += std::exchange(ends[std::countr_zero(rest)], end);
  }
  marks_.assign(marks.begin(), marks.end());
  for (const ClassedChar mark : marks_) marks[ends[Tables::class_of(mark)]++] = mark;
}

// A character joins the last starter unless one between them, a starter or not of a lower class,
// blocks it.
void CharComposer::compose() {
  ClassedChar* starter = nullptr;
  int highest_class = -1;  // of what stands behind the starter
  ClassedChar* out = chars_.data();
  for (const ClassedChar c : chars_) {
    const auto char_class = static_cast<int>(Tables::class_of(c));
    // Few are not blocked, so that one branch is mostly foreseen.
    if (((c & Tables::kJoinsBit) != 0) & (starter != nullptr) & (char_class > highest_class)) {
      const std::uint32_t joined =
          tables_.composed(*starter & Tables::kCodePoint, c & Tables::kCodePoint);
      if (joined != 0) {
        *starter = joined;
        continue;
      }
    }
    *out = c;
    if (char_class == 0) starter = out;
    highest_class = char_class == 0 ? -1 : std::max(highest_class, char_class);
    ++out;
  }
  chars_.resize(static_cast<std::size_t>(out - chars_.data()));
}

void CharComposer::encode(std::string& out) const {
  constexpr std::size_t kChunk = 512;
  char bytes[4 * kChunk];
  for (std::size_t at = 0; at < chars_.size(); at += kChunk) {
    char* end = bytes;
    const auto chars = std::span(chars_).subspan(at);
    for (const ClassedChar c : chars.first(std::min(chars.size(), kChunk))) {
      end += put_utf8(c & Tables::kCodePoint, end);
    }
    out.append(bytes, end);
  }
}

}  // namespace corpusmill
