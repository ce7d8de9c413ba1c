#include "tokenizer/pretokenizer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/error.h"
#include "tokenizer/unicode_class.h"

namespace corpusmill {
namespace {

constexpr std::uint8_t kNotOther = kSpace | kLetter | kNumber;

bool is_newline(char c) {
  return c == '\r' || c == '\n';
}

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// The bytes of 's 't 're 've 'm 'll 'd at `at`, where a quote stands; 0 if none.
std::size_t contraction_bytes(std::string_view text, std::size_t at, bool fold_case) {
  const auto letter = [&](std::size_t offset) {
    if (at + offset >= text.size()) return '\0';
    return fold_case ? ascii_lower(text[at + offset]) : text[at + offset];
  };
  switch (letter(1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    case 'r':
    case 'v':
      return letter(2) == 'e' ? 3 : 0;
    case 'l':
      return letter(2) == 'l' ? 3 : 0;
    default:
      // The long s, U+017F, folds to s.
      return fold_case && text.substr(at + 1, 2) == "\xC5\xBF" ? 3 : 0;
  }
}

std::uint32_t checked_offset(std::size_t offset) {
  if (offset > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ExitCode::kMismatch, "a pretoken of 4 GiB or more is not supported");
  }
  return static_cast<std::uint32_t>(offset);
}

}  // namespace

Pretokenizer::Pretokenizer(std::vector<PretokenStage> stages)
    : stages_(std::move(stages)), classes_(char_class_table()) {
  const auto is_prefix_space = [](const PretokenStage& stage) {
    return stage.kind == PretokenStage::Kind::kPrefixSpace;
  };
  first_split_ = !stages_.empty() && is_prefix_space(stages_.front()) ? 1 : 0;
  rewrites_ = std::any_of(stages_.begin() + static_cast<std::ptrdiff_t>(first_split_),
                          stages_.end(), is_prefix_space);
}

std::string_view Pretokenizer::prefixed(std::string_view text, std::string& copy) const {
  if (first_split_ == 0 || text.empty() || text.front() == ' ') return text;
  copy.assign(1, ' ').append(text);
  return copy;
}

std::size_t Pretokenizer::split_window(std::string_view text, std::size_t from,
                                       std::vector<std::uint32_t>& ends) const {
  if (first_split_ == stages_.size()) {
    ends.push_back(checked_offset(text.size() - from));
    return text.size();
  }
  std::size_t at = from;
  while (at < text.size() && at - from < kWindowBytes) {
    const std::size_t end = piece_end(stages_[first_split_], text, at);
    checked_offset(end - from);
    split_piece(first_split_ + 1, text.substr(at, end - at), at - from, ends);
    at = end;
  }
  return at;
}

void Pretokenizer::split_piece(std::size_t stage, std::string_view piece, std::size_t offset,
                               std::vector<std::uint32_t>& ends) const {
  if (stage == stages_.size()) {
    ends.push_back(static_cast<std::uint32_t>(offset + piece.size()));
    return;
  }
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t end = piece_end(stages_[stage], piece, at);
    split_piece(stage + 1, piece.substr(at, end - at), offset + at, ends);
    at = end;
  }
}

void Pretokenizer::rewrite(std::string_view text, PretokenScratch& scratch) const {
  scratch.text.assign(text);
  scratch.ends.clear();
  if (text.empty()) return;
  scratch.ends.push_back(checked_offset(text.size()));
  for (const PretokenStage& stage : stages_) {
    const std::string before = std::move(scratch.text);
    const std::vector<std::uint32_t> ends = std::move(scratch.ends);
    scratch.text.clear();
    scratch.ends.clear();
    std::size_t begin = 0;
    for (const std::uint32_t end : ends) {
      const std::string_view piece = std::string_view(before).substr(begin, end - begin);
      begin = end;
      if (stage.kind == PretokenStage::Kind::kPrefixSpace && piece.front() != ' ') {
        scratch.text += ' ';
      }
      const std::size_t offset = scratch.text.size();
      scratch.text += piece;
      if (stage.kind == PretokenStage::Kind::kPrefixSpace) {
        scratch.ends.push_back(checked_offset(scratch.text.size()));
      } else {
        for (std::size_t at = 0; at < piece.size();) {
          at = piece_end(stage, piece, at);
          scratch.ends.push_back(checked_offset(offset + at));
        }
      }
    }
  }
}

std::size_t Pretokenizer::piece_end(const PretokenStage& stage, std::string_view text,
                                    std::size_t at) const {
  switch (stage.kind) {
    case PretokenStage::Kind::kGpt2:
      return gpt2_end(text, at);
    case PretokenStage::Kind::kCl100k:
      return cl100k_end(text, at, stage.number_chars_max);
    case PretokenStage::Kind::kDigits:
      return digits_end(text, at, stage.individual);
    case PretokenStage::Kind::kPrefixSpace:
      break;
  }
  return text.size();
}

std::uint8_t Pretokenizer::classes_at(std::string_view text, std::size_t at,
                                      std::size_t* bytes) const {
  *bytes = 0;
  if (at >= text.size()) return 0;
  const DecodedChar decoded = decode_utf8(text, at);
  *bytes = decoded.bytes;
  return classes_[decoded.code_point];
}

std::size_t Pretokenizer::run_end(std::string_view text, std::size_t at, std::uint8_t classes,
                                  bool none) const {
  while (at < text.size()) {
    const DecodedChar decoded = decode_utf8(text, at);
    if (((classes_[decoded.code_point] & classes) == 0) != none) break;
    at += decoded.bytes;
  }
  return at;
}

// \s+(?!\S)|\s+: all the white space, but one character less where something else follows it.
std::size_t Pretokenizer::spaces_end(std::string_view text, std::size_t at) const {
  const std::size_t end = run_end(text, at, kSpace, false);
  if (end == text.size()) return end;
  const std::size_t shorter = end - decode_utf8_before(text, end).bytes;
  return shorter > at ? shorter : end;
}

std::size_t Pretokenizer::gpt2_end(std::string_view text, std::size_t at) const {
  if (text[at] == '\'') {
    const std::size_t bytes = contraction_bytes(text, at, false);
    if (bytes > 0) return at + bytes;
  }
  std::size_t bytes = 0;
  std::size_t start = at + (text[at] == ' ' ? 1 : 0);
  std::uint8_t classes = classes_at(text, start, &bytes);
  if ((classes & kLetter) != 0) return run_end(text, start + bytes, kLetter, false);
  if ((classes & kNumber) != 0) return run_end(text, start + bytes, kNumber, false);
  if (bytes > 0 && (classes & kSpace) == 0) return run_end(text, start + bytes, kNotOther, true);
  return spaces_end(text, at);
}

std::size_t Pretokenizer::cl100k_end(std::string_view text, std::size_t at,
                                     std::size_t number_chars_max) const {
  if (text[at] == '\'') {
    const std::size_t quoted = contraction_bytes(text, at, true);
    if (quoted > 0) return at + quoted;
  }
  std::size_t bytes = 0;
  const std::uint8_t first = classes_at(text, at, &bytes);
  if ((first & kLetter) != 0) return run_end(text, at + bytes, kLetter, false);
  if ((first & kNumber) != 0) {
    std::size_t end = at + bytes;
    for (std::size_t chars = 1; chars < number_chars_max; ++chars) {
      if ((classes_at(text, end, &bytes) & kNumber) == 0) break;
      end += bytes;
    }
    return end;
  }
  std::size_t second_bytes = 0;
  const std::uint8_t second = classes_at(text, at + bytes, &second_bytes);
  if (!is_newline(text[at]) && (second & kLetter) != 0) {
    return run_end(text, at + bytes, kLetter, false);
  }
  const bool after_space = text[at] == ' ' && second_bytes > 0 && (second & kNotOther) == 0;
  if ((first & kSpace) == 0 || after_space) {
    std::size_t end = run_end(text, at + bytes, kNotOther, true);
    while (end < text.size() && is_newline(text[end])) ++end;
    return end;
  }
  // \s*[\r\n]+ ends after the last line break of the white space.
  for (std::size_t end = run_end(text, at, kSpace, false); end > at; --end) {
    if (is_newline(text[end - 1])) return end;
  }
  return spaces_end(text, at);
}

std::size_t Pretokenizer::digits_end(std::string_view text, std::size_t at, bool individual) const {
  std::size_t bytes = 0;
  if ((classes_at(text, at, &bytes) & kNumeric) == 0) return run_end(text, at, kNumeric, true);
  return individual ? at + bytes : run_end(text, at, kNumeric, false);
}

}  // namespace corpusmill
