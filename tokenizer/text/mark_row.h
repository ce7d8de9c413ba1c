// A character and the combining marks behind it: what most text has that normalization changes. It
// is put in order as it stands in UTF-8, in memory of a few classes whatever its length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tokenizer/text/normalization_tables.h"

namespace corpusmill {

// Scratch of one thread.
class MarkRow {
 public:
  explicit MarkRow(const NormalizationTables& tables) : tables_(tables) {}

  // Appends what the row becomes that begins with the one character text[begin, suspect), if any,
  // and goes on with all the suspects from `suspect` on, and returns where it ends. Nothing if some
  // of them are not marks alone, or the first one decomposes: then nothing was appended.
  // text[begin, suspect) is well-formed.
  std::optional<std::size_t> append(std::string_view text, std::size_t begin, std::size_t suspect,
                                    std::string& out);

 private:
  // Reads the marks from `at` on and returns where they end; nothing if there is anything else.
  std::optional<std::size_t> read(std::string_view text, std::size_t at);
  // Lets ends_ say where each class begins; returns how many bytes all have.
  std::size_t add_up();
  // Of text[at, end), which read() read; behind it ends_ say where each class ends.
  void put_in_order(std::string_view text, std::size_t at, std::size_t end, char* out);
  // Has marks from out[marks] on join the character before them, out[begin, marks).
  void compose(std::size_t begin, std::size_t marks, std::string& out) const;

  const NormalizationTables& tables_;
  // By class: how many bytes its marks have, and where they begin or end. 0 of those not at hand.
  std::array<std::size_t, NormalizationTables::kClassesMax> ends_{};
  std::uint64_t classes_ = 0;             // a bit for each that is at hand
  NormalizationTables::Traits seen_ = 0;  // of all
  bool is_ordered_ = true;
};

}  // namespace corpusmill
