#include "tokenizer/byte_level/rank_file.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 64;
// Bytes to be hashed for all pairs; published files need a hundredth of it.
constexpr std::uint64_t kPairBytesMax = std::uint64_t{1} << 31;

constexpr std::array<std::uint8_t, 256> make_digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<std::uint8_t>(kDigits[i])] = i;
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kDigitValues = make_digit_values();

struct RankLine {
  std::string_view base64;
  std::uint64_t rank = 0;
  bool good = false;
};

RankLine split_line(std::string_view line) {
  RankLine parts;
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return parts;
  parts.base64 = line.substr(0, space);
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + space + 1, end, parts.rank);
  parts.good = error == std::errc() && stop == end;
  return parts;
}

// Takes the next line off `bytes`, without LF or CRLF.
std::string_view take_line(std::string_view& bytes) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool append_base64_decoded(std::string_view base64, std::string& bytes) {
  if (base64.size() % 4 != 0) return false;
  for (std::size_t at = 0; at < base64.size(); at += 4) {
    const bool last = at + 4 == base64.size();
    const std::size_t padding = !last || base64[at + 3] != '=' ? 0 : base64[at + 2] != '=' ? 1 : 2;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint8_t value =
          i < 4 - padding ? kDigitValues[static_cast<std::uint8_t>(base64[at + i])] : 0;
      if (value == kNoDigit) return false;
      group = group << 6 | value;
    }
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      bytes.push_back(static_cast<char>(group >> (16 - 8 * i) & 0xFF));
    }
  }
  return true;
}

bool looks_like_rank_file(std::string_view bytes) {
  const RankLine line = split_line(take_line(bytes));
  std::string token;
  return line.good && append_base64_decoded(line.base64, token);
}

Vocabulary parse_rank_file(std::string_view bytes, const std::string& file_name) {
  Vocabulary tokens;
  tokens.reserve(bytes.size() / 16, bytes.size() / 2);
  std::string token;
  for (std::size_t number = 1; !bytes.empty(); ++number) {
    const auto corrupt = [&](const std::string& what) {
      throw Error(ExitCode::kCorrupt, fmt::format("{}:{}: {}", file_name, number, what));
    };
    const std::string_view text = take_line(bytes);
    if (text.empty()) continue;
    const RankLine line = split_line(text);
    token.clear();
    if (!line.good || !append_base64_decoded(line.base64, token) || token.empty()) {
      corrupt("not a token in base64 and its rank");
    }
    if (line.rank >= kTokenIdsMax) {
      corrupt(fmt::format("rank {}; ranks are below {}", line.rank, kTokenIdsMax));
    }
    const Vocabulary::Added added = tokens.add(token, static_cast<TokenId>(line.rank));
    if (added == Vocabulary::Added::kIdTaken) corrupt(fmt::format("rank {} twice", line.rank));
    if (added == Vocabulary::Added::kSpellingTaken) corrupt("a token that is there twice");
  }
  return tokens;
}

BpeTables rank_tables(Vocabulary tokens, const std::string& file_name) {
  const auto unsupported = [&](const std::string& what) {
    throw Error(ExitCode::kMismatch, fmt::format("{}: {}", file_name, what));
  };
  BpeTables tables;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool in_utf8 = byte < 0xC0 || (byte > 0xC1 && byte < 0xF5);
    const std::optional<TokenId> id = tokens.find({&c, 1});
    if (!id && in_utf8) {
      unsupported(
          fmt::format("a vocabulary without the byte 0x{:02X} cannot encode every text", byte));
    }
    tables.byte_ids[byte] = id.value_or(0);
  }
  std::uint64_t pair_bytes = 0;
  std::vector<std::string_view> parts;  // left, right, left, right, ...
  std::vector<TokenId> ids;
  for (TokenId id = 0; id < tokens.size(); ++id) {
    const std::string_view token = tokens.spelling(id);
    pair_bytes += std::uint64_t{token.size()} * token.size();
    if (pair_bytes > kPairBytesMax) unsupported("its tokens are too long to find their parts");
    parts.clear();
    for (std::size_t cut = 1; cut < token.size(); ++cut) {
      parts.push_back(token.substr(0, cut));
      parts.push_back(token.substr(cut));
    }
    ids.resize(parts.size());
    tokens.find(parts, ids);
    for (std::size_t i = 0; i < parts.size(); i += 2) {
      if (ids[i] == Vocabulary::kNoToken || ids[i + 1] == Vocabulary::kNoToken) continue;
      tables.merges.push_back({ids[i], ids[i + 1], id, id});
    }
  }
  tables.whole_pretokens = std::move(tokens);
  return tables;
}

}  // namespace corpusmill
