// What a BPE over characters is: a sentencepiece BPE model (Llama 2 and kin), or a tokenizer.json
// BPE that starts from characters (Llama 2, Mistral, Gemma as Hugging Face stores them).
//
// Text -> added tokens -> marks for spaces -> one symbol per character -> merges -> ids.
// The mark is U+2581, which stands for a space.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/token_id.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/text/vocabulary.h"

namespace corpusmill {

// A piece that is taken whole wherever the text spells it (from left to right, longest first), and
// never merges with what stands beside it: USER_DEFINED of a .model.
struct CharBpeAtomicPiece {
  std::string text;  // with marks
  TokenId id;
};

// What happens to the characters of a text, or of a section between added tokens.
struct CharBpeTextRules {
  enum class Mark : std::uint8_t {
    kNone,    // no mark is put beside the text
    kPrefix,  // in front of it (add_dummy_prefix, Prepend, Metaspace)
    kSuffix,  // behind it (add_dummy_prefix with treat_whitespace_as_suffix)
  };
  // A space is read as a mark. A mark that the text spells itself is the same then.
  bool space_is_mark = true;
  Mark mark = Mark::kPrefix;
  // The mark comes even where the text starts with a space or a mark: true for a .model and for the
  // normalizer Prepend, false for Metaspace.
  bool mark_beside_mark = true;
  // Only the section at the very start of the text gets the mark: Metaspace "first".
  bool mark_at_start_only = false;
  // Nothing merges across the left side of a mark, and runs of unknown characters end there:
  // Metaspace with split.
  bool split_at_marks = false;
};

struct CharBpeSpec {
  // The tokens' texts, with marks.
  Vocabulary symbols;
  // Characters without a token that take part in merges: symbol symbols.size() + i. Left over, they
  // are unknown.
  std::vector<std::string> bare_characters;
  // The symbols that a single character of the text starts as: each one's text is one character, no
  // two are alike. Other characters are unknown from the start and never merge.
  std::vector<TokenId> characters;
  // A result's text is left's followed by right's.
  std::vector<MergeTable::Merge> merges;
  // Symbols that are written as other ids where they are left over: UNUSED pieces of a .model, as
  // the parts that they were merged from.
  struct Resplit {
    TokenId symbol;
    std::vector<TokenId> parts;  // symbols that are not themselves split again
  };
  std::vector<Resplit> resplits;
  std::vector<CharBpeAtomicPiece> atomic_pieces;

  // An unknown character becomes the ids of its UTF-8 bytes, or where there are none `unknown`;
  // several in a row become one `unknown` if `fuse_unknown`. One of the two is set. Neither
  // `unknown` nor the byte ids are part or result of a merge.
  std::optional<std::array<TokenId, 256>> byte_ids;
  std::optional<TokenId> unknown;
  bool fuse_unknown = true;

  // A section (with split_at_marks: each part) that is spelled like one of `symbols` as a whole is
  // that one id, whatever the merges say: ignore_merges. Those of `outside_model` do not count.
  bool whole_sections = false;
  std::vector<TokenId> outside_model;  // tokens that only added_tokens has; ascending

  CharBpeTextRules rules;

  std::string_view text_of(TokenId symbol) const {
    return symbol < symbols.size() ? symbols.spelling(symbol)
                                   : std::string_view(bare_characters[symbol - symbols.size()]);
  }
};

// A tokenizer.json of this kind.
struct CharBpeJsonSpec {
  CharBpeSpec bpe;  // symbols: added tokens included
  std::vector<AddedToken> added_tokens;
  // Marks come from the normalizer (Prepend, Replace): every section between the added tokens that
  // are found in raw text gets its mark, and tokens marked `normalized` are found in text with
  // marks, themselves put through the same. Else they come from the pre-tokenizer (Metaspace),
  // after all added tokens are cut out.
  bool marks_from_normalizer = true;

  // Decoding: marks become spaces (Replace); runs of byte tokens become the text that they spell
  // (ByteFallback); so many spaces at the start of the whole are dropped (Strip).
  bool decode_marks = true;
  bool decode_bytes = true;
  std::size_t decode_strips = 0;
  std::string normalizer_text, splitter_text;  // in words
  std::string warning;  // what the file asks for and is not done; empty if nothing
};

}  // namespace corpusmill
