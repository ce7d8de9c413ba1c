// Byte-level BPE as ranks: the bytes of every token and its rank, which is its id and its priority.
// tiktoken's files have a line for each, base64 and a number.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tokenizer/byte_level/bpe_model.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

// Whether the first line is one of such a file.
bool looks_like_rank_file(std::string_view bytes);

// The tokens' bytes by rank. Throws Error(kCorrupt) for a line that is not one, an empty token, a
// token or rank that is there twice, and ranks that are not below kTokenIdsMax.
Vocabulary parse_rank_file(std::string_view bytes, const std::string& file_name);

// Appends the bytes that `base64` stands for; false if it is not base64 with its padding.
bool append_base64_decoded(std::string_view base64, std::string& bytes);

// What such ranks say: a pretoken that is a token is that one; else, from single bytes on, the
// adjacent parts whose bytes together are the token of lowest rank are joined, leftmost first. So a
// pair merges if it spells a token, at that token's rank: every pair that does is in the tables.
// Throws Error(kMismatch) where a byte of UTF-8 has no token, and where tokens are so long that
// there would be no end of pairs.
BpeTables rank_tables(Vocabulary tokens, const std::string& file_name);

}  // namespace corpusmill
