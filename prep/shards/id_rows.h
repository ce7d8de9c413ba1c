// Token ids as rows: what `encode` writes and `decode` reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "prep/record/drop_reason.h"

namespace corpusmill {

enum class IdFormat : std::uint8_t {
  kText,    // "15496 995": a line per document
  kJson,    // {"ids": [15496, 995]}: a line per document; a bare list is read too
  kBinary,  // little-endian uint16 or uint32, nothing between the documents
};

// "text", "json" or "bin".
IdFormat id_format_of(std::string_view name);

// Appends a document's ids; each fits `width`, which only kBinary asks for.
void append_id_row(std::span<const TokenId> ids, IdFormat format, TokenWidth width,
                   std::string& out);

// Why a row is no list of ids.
struct IdRowFault {
  DropReason reason = DropReason::kWrongType;
  std::string detail;
};

// The ids of one row of kText or kJson go to `ids`, which is overwritten; every one is below
// `vocabulary_size`. Something comes back if they cannot be read. Thread-safe.
std::optional<IdRowFault> parse_id_row(std::string_view row, IdFormat format,
                                       std::uint64_t vocabulary_size, std::vector<TokenId>& ids);

// The ids of a whole kBinary file. Throws Error: kCorrupt naming `file_name` for a size that is no
// multiple of the width, kMismatch for an id that is not below `vocabulary_size`.
std::vector<TokenId> parse_binary_ids(std::string_view bytes, TokenWidth width,
                                      std::uint64_t vocabulary_size, const std::string& file_name);

}  // namespace corpusmill
