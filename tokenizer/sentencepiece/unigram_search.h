// The search itself, in float32 as sentencepiece 0.2.3 does it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/sentencepiece/unigram_table.h"

namespace corpusmill {

// Scratch for one thread; holds nothing from one run to the next.
class UnigramSearch {
 public:
  // Writes the best segmentation of text[begin, end), given the score of the best one of what comes
  // before; returns the score with it. No piece of the model lies across `begin` or `end`.
  // `text` ends with a null character at its size.
  float run(const UnigramTable& table, const std::string& text, std::size_t begin, std::size_t end,
            float score, SentencepieceIdWriter& writer);

 private:
  // The best way found so far to end at a position.
  struct Arrival {
    float score;
    std::uint32_t step;
  };

  void clear_window(std::size_t bytes_left);
  void commit(std::size_t at, std::size_t end, SentencepieceIdWriter& writer);
  void make_room(std::size_t at, SentencepieceIdWriter& writer);
  std::size_t shared_position(std::size_t at);
  void rebase(std::size_t at);
  void write(std::size_t end, SentencepieceIdWriter& writer);

  const UnigramTable* table_ = nullptr;
  const std::string* text_ = nullptr;
  std::size_t begin_ = 0;          // all before is written
  std::size_t reached_ = 0;        // the last position arrived at
  std::vector<Arrival> arrivals_;  // by position from begin_; those within a character lead nowhere
  std::size_t cleared_ = 0;        // so many of them are ready
  std::vector<std::uint32_t> path_;
  std::vector<std::size_t> live_;
};

}  // namespace corpusmill
