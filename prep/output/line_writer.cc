#include "prep/output/line_writer.h"

#include <string_view>

namespace corpusmill {

// Neighbouring kept lines are written as one run.
void LineWriter::write_kept(const DocumentBatch& batch) {
  const ByteBuffer& buffer = batch.lines.buffer;
  std::uint64_t run_begin = 0;
  std::uint64_t run_end = 0;
  const auto end_run = [&] {
    if (run_end > run_begin) writer_.write(buffer.view(run_begin, run_end - run_begin));
  };
  auto rewritten = batch.rewritten.begin();
  for (std::size_t i = 0; i < batch.documents.size(); ++i) {
    const Document& document = batch.documents[i];
    if (document.dropped) continue;
    const Line& line = document.line;
    while (rewritten != batch.rewritten.end() && rewritten->first < i) ++rewritten;
    if (rewritten != batch.rewritten.end() && rewritten->first == i) {
      end_run();
      // Its own line end stays.
      writer_.write(rewritten->second.row);
      run_begin = line.begin + line.bytes;
      run_end = line.begin + line.bytes_in;
      if (run_begin == run_end) writer_.write("\n");
      continue;
    }
    if (line.begin != run_end) {
      end_run();
      run_begin = run_end = line.begin;
    }
    run_end += line.bytes_in;
  }
  end_run();
  if (run_end > run_begin && buffer.data()[run_end - 1] != '\n') writer_.write("\n");
}

Books count_lines(const DocumentBatch& batch) {
  Books books;
  for (const Document& document : batch.documents) {
    books.count_in(document.line.bytes_in);
    if (document.dropped) {
      books.count_dropped(document.reason, document.line.bytes_in);
    } else {
      books.count_kept(document.line.bytes_in);
    }
  }
  return books;
}

}  // namespace corpusmill
