#include "tokenizer/text/mark_row.h"

#include <bit>
#include <cstring>
#include <utility>

#include "tokenizer/text/put_utf8.h"
#include "tokenizer/text/unicode_class.h"

namespace corpusmill {
namespace {

using Tables = NormalizationTables;

// Of marks most have two bytes.
DecodedChar decode(std::string_view text, std::size_t at) {
  if (at + 2 <= text.size()) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const auto second = static_cast<std::uint8_t>(text[at + 1]);
    if (lead >= 0xC2 && lead < 0xE0 && (second & 0xC0) == 0x80) {
      return {(lead & 0x1FU) << 6 | (second & 0x3FU), 2};
    }
  }
  return decode_utf8(text, at);
}

}  // namespace

std::optional<std::size_t> MarkRow::append(std::string_view text, std::size_t begin,
                                           std::size_t suspect, std::string& out) {
  if (begin < suspect && Tables::decomposes(tables_.traits(decode_utf8(text, begin).code_point))) {
    return std::nullopt;
  }
  const std::optional<std::size_t> end = read(text, suspect);
  // UAX #15, "Detecting Normalization Forms".
  const bool is_normal = is_ordered_ && (seen_ & (Tables::kChanges | Tables::kJoins)) == 0;
  if (end && is_normal) {
    out.append(text.substr(begin, *end - begin));
  } else if (end) {
    const std::size_t out_begin = out.size(), out_marks = out_begin + (suspect - begin);
    out.append(text.substr(begin, suspect - begin));
    out.resize(out_marks + add_up());
    put_in_order(text, suspect, *end, out.data() + out_marks);
    if (begin < suspect) compose(out_begin, out_marks, out);
  }
  for (std::uint64_t rest = classes_; rest != 0; rest &= rest - 1) {
    ends_[std::countr_zero(rest)] = 0;
  }
  return end;
}

std::optional<std::size_t> MarkRow::read(std::string_view text, std::size_t at) {
  std::uint64_t classes = 0;
  Tables::Traits seen = 0;
  unsigned last_class = 0;
  bool is_ordered = true, are_marks = true;
  const auto add = [&](unsigned char_class, std::size_t bytes) {
    ends_[char_class] += bytes;
    classes |= std::uint64_t{1} << char_class;
    are_marks &= char_class != 0;
  };
  while (at < text.size()) {
    const DecodedChar decoded = decode(text, at);
    const Tables::Traits traits = tables_.traits(decoded.code_point);
    if ((traits & Tables::kSuspect) == 0 || !are_marks) break;
    const unsigned char_class = traits & Tables::kClass;
    seen |= traits;
    is_ordered &= char_class >= last_class;
    last_class = char_class;
    if (Tables::decomposes(traits)) [[unlikely]] {
      for (const Tables::ClassedChar part : tables_.parts(traits)) {
        add(Tables::class_of(part), utf8_bytes(part & Tables::kCodePoint));
      }
    } else {
      add(char_class, decoded.bytes);
    }
    at += decoded.bytes;
  }
  classes_ = classes;
  seen_ = seen;
  is_ordered_ = is_ordered;
  return are_marks ? std::optional(at) : std::nullopt;
}

std::size_t MarkRow::add_up() {
  std::size_t bytes = 0;
  for (std::uint64_t rest = classes_; rest != 0; rest &= rest - 1) {
    bytes += std::exchange(ends_[std::countr_zero(rest)], bytes);
  }
  return bytes;
}

void MarkRow::put_in_order(std::string_view text, std::size_t at, std::size_t end, char* out) {
  while (at < end) {
    const DecodedChar decoded = decode(text, at);
    const Tables::Traits traits = tables_.traits(decoded.code_point);
    if (Tables::decomposes(traits)) [[unlikely]] {
      for (const Tables::ClassedChar part : tables_.parts(traits)) {
        std::size_t& to = ends_[Tables::class_of(part)];
        to += put_utf8(part & Tables::kCodePoint, out + to);
      }
    } else {
      std::size_t& to = ends_[traits & Tables::kClass];
      if (decoded.bytes == 2) {
        std::memcpy(out + to, text.data() + at, 2);
      } else {
        std::memcpy(out + to, text.data() + at, decoded.bytes);
      }
      to += decoded.bytes;
    }
    at += decoded.bytes;
  }
}

// The first of each class may join, and the one behind it if it does. One that stays is in the way
// of all others of its class.
void MarkRow::compose(std::size_t begin, std::size_t marks, std::string& out) const {
  const std::uint32_t before = decode_utf8(out, begin).code_point;
  std::uint32_t joined = before;
  std::size_t gone = 0, class_begin = 0;
  for (std::uint64_t rest = classes_; rest != 0; rest &= rest - 1) {
    const std::size_t class_end = ends_[std::countr_zero(rest)];
    const std::size_t at = marks + class_begin - gone;
    for (std::size_t left = class_end - class_begin; left > 0;) {
      const DecodedChar mark = decode(out, at);
      const std::uint32_t both = tables_.composed(joined, mark.code_point);
      if (both == 0) break;
      joined = both;
      out.erase(at, mark.bytes);
      gone += mark.bytes;
      left -= mark.bytes;
    }
    class_begin = class_end;
  }
  if (joined == before) return;
  char bytes[4];
  out.replace(begin, marks - begin, bytes, put_utf8(joined, bytes));
}

}  // namespace corpusmill
