#include "prep/record/line_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "prep/text/json_scanner.h"
#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

LineVerdict refuse(DropReason reason, std::size_t byte, std::string detail) {
  LineVerdict verdict;
  verdict.dropped = true;
  verdict.reason = reason;
  verdict.column = static_cast<std::uint32_t>(
      std::min<std::size_t>(byte + 1, std::numeric_limits<std::uint32_t>::max()));
  verdict.detail = std::move(detail);
  return verdict;
}

LineVerdict refuse_without_column(DropReason reason, std::string detail) {
  LineVerdict verdict = refuse(reason, 0, std::move(detail));
  verdict.column = 0;
  return verdict;
}

std::string describe_invalid_utf8(std::string_view line, std::size_t at) {
  return fmt::format("byte 0x{:02x} is not UTF-8 here", static_cast<unsigned char>(line[at]));
}

// The members that matter, as found by the scan.
struct FoundFields {
  std::vector<std::optional<JsonMember>> first;  // one per field
  std::optional<JsonMember> repeated;
  std::size_t repeated_field = 0;
};

LineVerdict judge_fields(std::string_view line, const FoundFields& found,
                         const std::vector<std::string>& names, bool keep_blank) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (found.first[i]) continue;
    return refuse_without_column(DropReason::kMissingText,
                                 fmt::format("there is no field \"{}\"", names[i]));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const JsonMember& member = *found.first[i];
    if (member.value_kind == JsonKind::kString) continue;
    return refuse(DropReason::kWrongType, member.value_begin,
                  fmt::format("field \"{}\" is {}, not a string", names[i],
                              json_kind_name(member.value_kind)));
  }
  LineVerdict verdict;
  bool blank = true;
  for (const auto& member : found.first) {
    verdict.values.push_back(decode_json_string(
        line.substr(member->value_begin, member->value_end - member->value_begin)));
    blank = blank && is_blank(verdict.values.back());
  }
  if (!blank || keep_blank) return verdict;
  const bool empty = std::all_of(verdict.values.begin(), verdict.values.end(),
                                 [](const std::string& value) { return value.empty(); });
  return refuse(
      DropReason::kEmptyText, found.first.front()->value_begin,
      fmt::format("field \"{}\" is {}", names.front(), empty ? "empty" : "white space only"));
}

}  // namespace

bool is_blank(std::string_view text) {
  const auto is_ascii_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_ascii_blank(text[at])) {
      ++at;
      continue;
    }
    const CodePoint code_point = decode_code_point(text, at);
    if (code_point.bytes == 0 || !is_white_space(code_point.value)) return false;
    at += code_point.bytes;
  }
  return true;
}

LineVerdict classify_line(std::string_view line, const RecordText& record_text, bool keep_blank) {
  if (is_blank(line)) {
    return refuse_without_column(DropReason::kEmptyLine,
                                 line.empty() ? "the line is empty" : "the line is white space");
  }
  if (const std::size_t at = find_invalid_utf8(line); at != line.npos) {
    return refuse(DropReason::kInvalidUtf8, at, describe_invalid_utf8(line, at));
  }
  if (const std::size_t at = find_lone_surrogate(line); at != line.npos) {
    return refuse(DropReason::kLoneSurrogate, at,
                  fmt::format("{} is half of a surrogate pair", line.substr(at, 6)));
  }

  const std::vector<std::string>& names = record_text.fields();
  FoundFields found;
  found.first.resize(names.size());
  const JsonScan scan = scan_json(line, kNestingDepthMax, [&](const JsonMember& member) {
    const std::string key =
        decode_json_string(line.substr(member.key_begin, member.key_end - member.key_begin));
    const auto name = std::find(names.begin(), names.end(), key);
    if (name == names.end()) return;
    const auto field = static_cast<std::size_t>(name - names.begin());
    if (!found.first[field]) {
      found.first[field] = member;
    } else if (!found.repeated) {
      found.repeated = member;
      found.repeated_field = field;
    }
  });
  if (!scan.valid) return refuse(DropReason::kInvalidJson, scan.fault, scan.detail);
  if (scan.kind != JsonKind::kObject) {
    return refuse(DropReason::kNotAnObject, scan.begin,
                  fmt::format("the line is {}, not an object", json_kind_name(scan.kind)));
  }
  if (found.repeated) {
    return refuse(DropReason::kDuplicateKey, found.repeated->key_begin,
                  fmt::format("field \"{}\" is there twice", names[found.repeated_field]));
  }
  return judge_fields(line, found, names, keep_blank);
}

}  // namespace corpusmill
