// Input that a run reads more than once. Files are opened again; what comes through a pipe is kept
// in a temporary file where the run says that it must come again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "common/spill_file.h"
#include "prep/input/line_reader.h"
#include "prep/record/line_id.h"

namespace corpusmill {

// next() and rewind() belong to the thread of the pipeline's source, keep() to an in-order stage.
class RereadableInput {
 public:
  RereadableInput(InputSet inputs, const LineReaderOptions& options, std::filesystem::path tmp_dir);

  // As LineReader::next(): the pipeline's source. The batches of every reading are cut alike.
  std::optional<LineBatch> next();

  // In the first reading, in input order: these lines must come again. Lines of standard input and
  // of pipes are copied, others cost nothing. What is not kept of a pipe does not come again.
  void keep(const LineBatch& batch);

  // Between two pipelines: next() begins again, with the batch that holds the first line behind
  // `after`.
  void rewind(LineId after = {});

  const InputSet& inputs() const { return inputs_; }
  // Of the first reading, as LineReader's.
  const std::vector<InputInfo>& finished_inputs() const { return first_->finished_inputs(); }
  std::uint64_t kept_bytes() const { return kept_file_.bytes(); }

 private:
  struct Kept {
    std::uint32_t file;
    std::uint64_t offset, lines, bytes, sequence;
  };
  std::optional<LineBatch> next_again();
  void open_next_files();
  LineBatch read_kept(const Kept& kept) const;

  InputSet inputs_;
  LineReaderOptions options_;
  std::unique_ptr<LineReader> first_, again_;
  bool is_first_ = true;
  LineId after_;
  std::size_t next_file_ = 0;  // of the second reading: files before it are read or in again_
  SpillFile kept_file_;
  std::vector<Kept> kept_;
  std::size_t next_kept_ = 0;
};

}  // namespace corpusmill
