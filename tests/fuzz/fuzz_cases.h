// What the fuzz targets do with an input, and what they start from. tests/fuzz/*_test.cc replay
// generated inputs, so that every run of the tests takes this way.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace corpusmill::fuzz {

// A whole small file of each kind, to damage: byte-level and character-level tokenizer.json, ranks,
// a sentencepiece BPE and a Unigram model. In the first and the third the id of a byte is its
// value.
const std::vector<std::string>& tokenizer_seeds();

// As load_tokenizer, of a file's bytes; ranks are cut as Llama 3's.
std::unique_ptr<Tokenizer> tokenizer_of(std::string_view bytes);

// Loads it and, where that works, encodes and decodes some text under every policy. An Error is
// fine; any other exception, and a crash, is a finding.
void try_tokenizer_file(std::string_view bytes);

// Encodes `bytes`, made valid UTF-8, by merges that the first byte chooses, as one pretoken and as
// GPT-2's. Throws std::logic_error where the ids are not those of the textbook
// (tests/reference/textbook_bpe.h), or where they do not decode to the text.
void try_text(std::string_view bytes);

}  // namespace corpusmill::fuzz
