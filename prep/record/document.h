// What travels between the stages. A batch owns its bytes; a view never leaves the batch it points
// into. Batches are moved along the pipeline in `sequence` order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest.h"
#include "prep/record/drop_reason.h"
#include "prep/text/byte_buffer.h"
#include "prep/text/text_units.h"

namespace corpusmill {

// Where a line stands. `file` indexes the run's input list; lines count from 1, offsets are bytes
// from 0 in the uncompressed file.
struct Origin {
  std::uint32_t file = 0;
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
};

// One line of input: [begin, begin + bytes) of its batch's buffer, without LF or CRLF.
struct Line {
  Origin origin;
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;     // 0 for a line over the limit: its bytes were not kept
  std::uint64_t bytes_in = 0;  // as read, newline included: what the books count
  bool too_long = false;
};

// Whole lines of one file, in order. `bytes_on_disk` is how far reading has moved since the batch
// before (compressed bytes where the file is compressed): what progress counts.
struct LineBatch {
  std::uint64_t sequence = 0;
  ByteBuffer buffer;
  std::vector<Line> lines;
  std::uint64_t bytes_on_disk = 0;
  std::string_view text_of(const Line& line) const { return buffer.view(line.begin, line.bytes); }
  // With its line end, as read. Not of a line over the limit.
  std::string_view raw_of(const Line& line) const { return buffer.view(line.begin, line.bytes_in); }
};

// A line after parsing: either kept so far, with its text, or dropped with a reason.
struct Document {
  Line line;
  std::string_view text;    // decoded value of the text field; into the batch's texts or lines
  std::string_view source;  // value of the source field where one is asked for; likewise
  bool dropped = false;
  DropReason reason = DropReason::kEmptyLine;
  std::uint32_t column = 0;  // byte column of the fault in the line, from 1; 0: none
  std::string detail;        // one short sentence for the report; empty if kept
  Digest fingerprint;        // of the text, by the fingerprint stage
  Digest key;                // what exact dedup compares, if has_key; by the same stage
  bool has_key = false;
  std::uint64_t repeat_of = 0;  // of a dropped repeat: LineId::packed() of what stays in its place

  void drop(DropReason why) {
    dropped = true;
    reason = why;
  }
};

// A document's lines or paragraphs. `counts[i]`: units[i] is long enough to be counted, by keys[i].
struct DocumentUnits {
  std::vector<TextSpan> spans;
  std::vector<Digest> keys;
  std::vector<bool> counts;
};

// A document that a stage has changed.
struct RewrittenDocument {
  std::string text;
  std::string row;  // its line without the newline
};

// The documents of one LineBatch, in input order, dropped ones included until they are written off.
struct DocumentBatch {
  LineBatch lines;
  std::vector<Document> documents;
  ByteBuffer texts;  // decoded texts; one that has no escapes is viewed in its line instead
  std::vector<DocumentUnits> units;  // of each document, where repeated ones are looked for
  std::map<std::size_t, RewrittenDocument> rewritten;  // by number in `documents`
};

}  // namespace corpusmill
