// Cuts text into pretokens, inside which the merges of BPE stay: the pre_tokenizer of
// tokenizer.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/split/offset_bits.h"
#include "tokenizer/split/offset_buffer.h"
#include "tokenizer/split/pretoken_stage.h"

namespace corpusmill {

// What one thread reuses between calls of Pretokenizer::split.
struct PretokenScratch {
  OffsetBuffer ends, piece_ends;
  std::string text;
};

class Pretokenizer {
 public:
  // Enough text to work on at once, little enough to stay in a core's cache.
  static constexpr std::size_t kWindowBytes = std::size_t{32} << 10;

  // Stages apply in order, each to every piece of the one before. No stage: text is one piece.
  explicit Pretokenizer(std::vector<PretokenStage> stages);

  // Cuts `text` (valid UTF-8) into its pretokens, in windows: calls sink(window, ends) with
  // successive stretches of whole pretokens, about kWindowBytes each, longer where a pretoken is.
  // Pretoken i of a window is window[ends[i - 1], ends[i]) with ends[-1] = 0; none is empty, and
  // ends.back() is the size of the window. Both are valid until the sink returns; the window is
  // part of `text`, or of the scratch where stages write text anew. Const; thread-safe with a
  // scratch for each thread, which the sink must not use. Throws Error: kMismatch for a pretoken
  // that is not below 4 GiB, kCorrupt where a stage needs UTF-8 and the text is not.
  template <class Sink>
  void split(std::string_view text, PretokenScratch& scratch, Sink&& sink) const {
    if (needs_utf8_) check_utf8(text);
    if (rewrites_) {
      rewrite(text, scratch);
      if (!scratch.ends.empty()) sink(std::string_view(scratch.text), scratch.ends.view());
      return;
    }
    text = prefixed(text, scratch.text);
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = split_window(text, from, scratch);
      sink(text.substr(from, end - from), scratch.ends.view());
      from = end;
    }
  }

  // Whether pretokens are always parts of the text itself.
  bool cuts_in_place() const { return !rewrites_ && first_split_ == 0; }
  // Adds the ends of the pretokens of `text`, `offset` added, to `ends`, to which nothing above
  // `offset` was added before. cuts_in_place(); the text is not empty and at most of kWindowBytes,
  // and TextSplitter::kPaddingBytes spaces stand behind it. Throws as split().
  void mark_ends(std::string_view text, std::size_t offset, PretokenScratch& scratch,
                 OffsetBits& ends) const;

 private:
  // `text` with the space of a first stage that puts one, then in `copy`.
  std::string_view prefixed(std::string_view text, std::string& copy) const;
  // Puts the ends of the pretokens from `from` to about kWindowBytes behind it into scratch.ends,
  // as offsets from `from`. Returns where the last one ends.
  std::size_t split_window(std::string_view text, std::size_t from, PretokenScratch& scratch) const;
  // All of the text at once, stage by stage, into the scratch.
  void rewrite(std::string_view text, PretokenScratch& scratch) const;

  static void check_utf8(std::string_view text);

  std::vector<PretokenStage> stages_;
  std::size_t first_split_ = 0;  // stages_[first_split_] is the first but a leading space
  bool rewrites_ = false;        // a later stage has a rewriter
  bool needs_utf8_ = false;
};

}  // namespace corpusmill
