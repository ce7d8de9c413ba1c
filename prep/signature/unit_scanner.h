// Where the units of a text begin and end, 64 bytes of text at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "prep/signature/sketch_kernels.h"

namespace corpusmill {

// Spans in order of the text, as offsets: the i-th is [begins[i], ends[i]). A span that is open at
// the end of a block has begun and not ended.
struct UnitSpans {
  std::uint32_t* begins;
  std::uint32_t* ends;
  std::size_t begun = 0, ended = 0;
};

// The units of one text of valid UTF-8, under 4 GiB: space-delimited runs, cut at code points of
// unit scripts (is_unit_script), which are units each, if `cut_unit_scripts`.
class UnitScanner {
 public:
  UnitScanner(std::string_view text, bool cut_unit_scripts, const sketch::Kernels& kernels);

  // Appends what the next block begins and ends: at most kBlock each, with kSlack behind them to
  // write over. False if there is no further block, and then every span has ended.
  bool scan_block(UnitSpans& spans);

 private:
  // Of the bytes of this block and, in the upper half, of the next one.
  struct Marks {
    unsigned __int128 spaces = 0, unit_begins = 0, unit_bytes = 0, unit_ends = 0;
  };
  void mark_suspects(std::uint64_t suspects, Marks& marks) const;

  std::string_view text_;
  bool cut_unit_scripts_;
  const sketch::Kernels& kernels_;
  std::size_t at_ = 0;
  // What characters and runs of the block before reach into this one.
  std::uint64_t spaces_ = 0, unit_bytes_ = 0, unit_ends_ = 0;
  bool in_run_ = false;
  bool finished_ = false;
};

}  // namespace corpusmill
