// The whole of a command that turns lines into rows of another kind, in one pass and in order:
// `encode` and `decode`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/options.h"
#include "prep/input/input_options.h"
#include "prep/record/document.h"
#include "prep/stage/run_summary.h"

namespace corpusmill {

// What became of a batch of lines: rows to write, and a document per line, the dropped ones marked.
struct ConvertedBatch {
  DocumentBatch batch;
  std::string rows;
  std::uint64_t tokens = 0;
  std::uint64_t specials = 0;  // spelled in the texts
};

struct RowRun {
  std::string command;
  const InputOptions& input;
  const CommonOptions& common;
  std::string output;   // empty or "-": standard output
  bool strict = false;  // Error(kInputRejected) at the first rejected line
  // Called by several threads at once.
  std::function<ConvertedBatch(LineBatch&&)> convert;
};

// A rejected line costs itself: it gets no row, is counted in the books, and the first ten are
// shown at the end. Prints the summary when all is written; `notes` are lines for people behind it.
void run_rows(const RowRun& run, RunSummary& summary, const std::string& notes = "");

// Throws Error(kUsage) if rows and the summary of --json would both go to standard output.
void check_row_output(const std::string& output, const CommonOptions& common);

// Each line as a document of its own, as it stands; dropped where it is over the limit or no UTF-8.
DocumentBatch documents_of_plain_lines(LineBatch&& lines);

}  // namespace corpusmill
