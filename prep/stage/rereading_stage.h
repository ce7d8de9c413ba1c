// A stage that drops documents, and may need to read the input more than once before it knows
// which.
//
//   while (true) {
//     run_pipeline(..., [&] { return input.next(); }, ..., in_order([&](DocumentBatch batch) {
//       if (stage.pass(batch)) { sink.write(batch); } else { input.keep(batch.lines); }
//     }));
//     const std::optional<LineId> begin = stage.next_reading();
//     if (!begin) break;
//     input.rewind(*begin);
//   }
//
// Every batch is passed on once, and in input order.
#pragma once

#include <optional>

#include "prep/record/document.h"
#include "prep/record/line_id.h"

namespace corpusmill {

// Not thread-safe: an in-order stage.
class RereadingStage {
 public:
  virtual ~RereadingStage() = default;
  // True: what is to be dropped of the batch is dropped, and it goes on. False: the batch must come
  // again, in a later reading, and so must all behind it.
  virtual bool pass(DocumentBatch& batch) = 0;
  // Behind the last batch of a reading: nothing where every batch has gone on; else the line behind
  // which the next reading begins.
  virtual std::optional<LineId> next_reading() = 0;
};

}  // namespace corpusmill
