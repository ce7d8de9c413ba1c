#include "prep/record/row_rewrite.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <optional>

#include "common/error.h"

namespace corpusmill {
namespace {

// The inside of the field's string as it stands in the row.
std::optional<std::string_view> find_raw_string(std::string_view row, std::string_view field) {
  thread_local simdjson::ondemand::parser parser;
  const simdjson::padded_string_view padded(row.data(), row.size(),
                                            row.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return std::nullopt;
  if (document.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  for (auto member : object) {
    std::string_view key;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS) return std::nullopt;
    if (key != field) continue;
    std::string_view token;
    if (member.value().raw_json_token().get(token) != simdjson::SUCCESS) return std::nullopt;
    const std::size_t end = token.rfind('"');  // white space may follow
    if (!token.starts_with('"') || end == 0) return std::nullopt;
    return token.substr(1, end - 1);
  }
  return std::nullopt;
}

struct Spelling {
  std::size_t raw_bytes, decoded_bytes;
};

unsigned hex4(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits.substr(0, 4)) {
    const auto lower = static_cast<unsigned>(digit | 0x20);
    value = value << 4 | (digit <= '9' ? lower - '0' : lower - 'a' + 10);
  }
  return value;
}

// Of the character, or the byte of one, that `raw` starts with.
Spelling first_of(std::string_view raw) {
  if (raw[0] != '\\') return {1, 1};
  if (raw[1] != 'u') return {2, 1};
  const unsigned unit = hex4(raw.substr(2));
  if (unit < 0x80) return {6, 1};
  if (unit < 0x800) return {6, 2};
  const bool is_pair = unit >= 0xD800 && unit <= 0xDFFF;
  return is_pair ? Spelling{12, 4} : Spelling{6, 3};
}

}  // namespace

void append_with_cuts(std::string_view row, std::string_view field,
                      const std::vector<TextSpan>& spans, std::string& out) {
  const std::optional<std::string_view> raw = find_raw_string(row, field);
  if (!raw) {
    throw Error(ExitCode::kInternal, fmt::format("no string \"{}\" is found again in a row: {}",
                                                 field, row.substr(0, 200)));
  }
  const auto begin = static_cast<std::size_t>(raw->data() - row.data());
  out += row.substr(0, begin);
  std::uint64_t decoded = 0;
  std::size_t at = 0, copied = 0;  // raw bytes looked at; those copied or cut
  const auto go_to = [&](std::uint64_t target) {
    while (decoded < target) {
      const Spelling spelling = first_of(raw->substr(at));
      at += spelling.raw_bytes;
      decoded += spelling.decoded_bytes;
    }
  };
  for (const TextSpan& span : spans) {
    go_to(span.begin);
    out += raw->substr(copied, at - copied);
    go_to(span.end);
    copied = at;
  }
  out += raw->substr(copied);
  out += row.substr(begin + raw->size());
}

}  // namespace corpusmill
