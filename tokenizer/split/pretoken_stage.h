// One step of a pre-tokenizer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/split/offset_buffer.h"
#include "tokenizer/split/text_splitter.h"

namespace corpusmill {

// A step whose pieces are not the text itself, one after another.
class TextRewriter {
 public:
  virtual ~TextRewriter() = default;

  // Appends the text of the pieces of `piece` (not empty) to `out`, and out.size() behind each to
  // `ends`; no piece is empty. Const, thread-safe.
  virtual void rewrite(std::string_view piece, std::string& out, OffsetBuffer& ends) const = 0;
  // Whether it must not see bytes that are not UTF-8.
  virtual bool needs_utf8() const { return false; }
};

// Cuts every piece of the step before: one of the two is set.
struct PretokenStage {
  std::shared_ptr<const TextSplitter> splitter = nullptr;
  std::shared_ptr<const TextRewriter> rewriter = nullptr;
  // The rewriter puts a space before a piece that does not start with one, and no more.
  bool is_prefix_space = false;

  static PretokenStage prefix_space();
  static PretokenStage gpt2();
};

}  // namespace corpusmill
