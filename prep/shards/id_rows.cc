#include "prep/shards/id_rows.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <cstring>

#include "common/error.h"

namespace corpusmill {
namespace {

std::string describe_unknown(std::uint64_t id, std::uint64_t vocabulary_size) {
  return fmt::format("id {} is not in the vocabulary of {}", id, vocabulary_size);
}

std::optional<IdRowFault> parse_text(std::string_view row, std::uint64_t vocabulary_size,
                                     std::vector<TokenId>& ids) {
  const char* at = row.data();
  const char* const end = row.data() + row.size();
  while (true) {
    while (at < end && (*at == ' ' || *at == '\t')) ++at;
    if (at == end) return std::nullopt;
    std::uint64_t id = 0;
    const auto [stop, error] = std::from_chars(at, end, id);
    const bool ends_there = stop == end || *stop == ' ' || *stop == '\t';
    if (error != std::errc() || !ends_there) {
      return IdRowFault{DropReason::kWrongType,
                        fmt::format("byte {} begins no id", at - row.data() + 1)};
    }
    if (id >= vocabulary_size) {
      return IdRowFault{DropReason::kWrongType, describe_unknown(id, vocabulary_size)};
    }
    ids.push_back(static_cast<TokenId>(id));
    at = stop;
  }
}

std::optional<IdRowFault> parse_json(std::string_view row, std::uint64_t vocabulary_size,
                                     std::vector<TokenId>& ids) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::error_code error = parser.parse(row.data(), row.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return IdRowFault{DropReason::kInvalidJson, simdjson::error_message(error)};
  }
  simdjson::dom::element list = root;
  if (root.is_object() && root.at_key("ids").get(list) != simdjson::SUCCESS) {
    return IdRowFault{DropReason::kMissingText, "there is no field \"ids\""};
  }
  if (!list.is_array()) return IdRowFault{DropReason::kWrongType, "the ids are no list"};
  for (const simdjson::dom::element& value : simdjson::dom::array(list)) {
    std::uint64_t id = 0;
    if (value.get(id) != simdjson::SUCCESS) {
      return IdRowFault{DropReason::kWrongType,
                        fmt::format("{} is no id", std::string(simdjson::minify(value)))};
    }
    if (id >= vocabulary_size) {
      return IdRowFault{DropReason::kWrongType, describe_unknown(id, vocabulary_size)};
    }
    ids.push_back(static_cast<TokenId>(id));
  }
  return std::nullopt;
}

template <class Id>
void append_binary(std::span<const TokenId> ids, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + ids.size() * sizeof(Id));
  char* to = out.data() + begin;
  for (const TokenId id : ids) {
    const Id narrow = static_cast<Id>(id);
    std::memcpy(to, &narrow, sizeof(Id));
    to += sizeof(Id);
  }
}

}  // namespace

IdFormat id_format_of(std::string_view name) {
  if (name == "json") return IdFormat::kJson;
  return name == "bin" ? IdFormat::kBinary : IdFormat::kText;
}

void append_id_row(std::span<const TokenId> ids, IdFormat format, TokenWidth width,
                   std::string& out) {
  if (format == IdFormat::kBinary) {
    if (width == TokenWidth::kUint16) return append_binary<std::uint16_t>(ids, out);
    return append_binary<std::uint32_t>(ids, out);
  }
  const bool json = format == IdFormat::kJson;
  if (json) out += "{\"ids\": [";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += json ? ", " : " ";
    const fmt::format_int digits(ids[i]);
    out.append(digits.data(), digits.size());
  }
  out += json ? "]}\n" : "\n";
}

std::optional<IdRowFault> parse_id_row(std::string_view row, IdFormat format,
                                       std::uint64_t vocabulary_size, std::vector<TokenId>& ids) {
  ids.clear();
  return format == IdFormat::kJson ? parse_json(row, vocabulary_size, ids)
                                   : parse_text(row, vocabulary_size, ids);
}

std::vector<TokenId> parse_binary_ids(std::string_view bytes, TokenWidth width,
                                      std::uint64_t vocabulary_size, const std::string& file_name) {
  const auto id_bytes = static_cast<std::size_t>(width);
  if (bytes.size() % id_bytes != 0) {
    throw Error(ExitCode::kCorrupt, fmt::format("{}: {} bytes are no whole number of ids of {}",
                                                file_name, bytes.size(), id_bytes));
  }
  std::vector<TokenId> ids(bytes.size() / id_bytes);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::memcpy(&ids[i], bytes.data() + i * id_bytes, id_bytes);
    if (ids[i] >= vocabulary_size) {
      throw Error(ExitCode::kMismatch, fmt::format("{}: token {}: {}; is --dtype right?", file_name,
                                                   i, describe_unknown(ids[i], vocabulary_size)));
    }
  }
  return ids;
}

}  // namespace corpusmill
