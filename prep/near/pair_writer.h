// The file of verified pairs that people look at: docs/formats.md, "Pairs".
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/spill_file.h"
#include "prep/output/text_writer.h"
#include "prep/record/line_id.h"

namespace corpusmill {

struct PairRow {
  LineId line, of;  // `of` was walked before
  double similarity = 0;
  std::uint32_t shared_bands = 0;
  bool removed = false;  // `of` stays, so `line` goes
};

// Rows are sorted by (line, of), whatever the order in which they came. Not thread-safe.
class PairWriter {
 public:
  // Sorts up to about `bytes_max` of them in memory, more by way of a file in `tmp_dir`.
  // `file_names[i]` is the name of LineId::file i.
  PairWriter(const std::filesystem::path& path, std::vector<std::string> file_names,
             std::uint64_t bytes_max, const std::filesystem::path& tmp_dir);

  void add(const PairRow& row);
  // Writes and publishes the file. Throws Error(kOutputIo).
  void commit();

 private:
  class RunReader;
  void end_run();
  void write(const PairRow& row);

  TextWriter writer_;
  std::vector<std::string> file_names_;  // as JSON
  std::size_t rows_max_;
  std::vector<PairRow> rows_;
  SpillFile spill_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs_;  // sorted ones: offset, rows
  std::string line_;
};

}  // namespace corpusmill
