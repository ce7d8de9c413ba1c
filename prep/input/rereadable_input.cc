#include "prep/input/rereadable_input.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

namespace corpusmill {
namespace {

static_assert(std::is_trivially_copyable_v<Line>);

}  // namespace

RereadableInput::RereadableInput(InputSet inputs, const LineReaderOptions& options,
                                 std::filesystem::path tmp_dir)
    : inputs_(std::move(inputs)),
      options_(options),
      first_(std::make_unique<LineReader>(inputs_, options)),
      kept_file_(std::move(tmp_dir)) {
  options_.digest_inputs = false;  // once is enough
}

std::optional<LineBatch> RereadableInput::next() {
  if (is_first_) return first_->next();
  while (std::optional<LineBatch> batch = next_again()) {
    if (LineId::of(batch->lines.back().origin) > after_) return batch;
  }
  return std::nullopt;
}

void RereadableInput::keep(const LineBatch& batch) {
  if (!is_first_ || batch.lines.empty()) return;
  const Line& first = batch.lines.front();
  const Line& last = batch.lines.back();
  if (inputs_.files()[first.origin.file].regular) return;
  // A line over the limit is alone in its batch, and its bytes were never kept.
  const bool has_bytes = batch.buffer.capacity() > 0;
  const std::uint64_t bytes = has_bytes ? last.begin + last.bytes_in - first.begin : 0;
  const Kept kept{.file = first.origin.file,
                  .offset = kept_file_.append({reinterpret_cast<const char*>(batch.lines.data()),
                                               batch.lines.size() * sizeof(Line)}),
                  .lines = batch.lines.size(),
                  .bytes = bytes,
                  .sequence = batch.sequence};
  if (has_bytes) kept_file_.append(batch.buffer.view(first.begin, bytes));
  kept_.push_back(kept);
}

LineBatch RereadableInput::read_kept(const Kept& kept) const {
  LineBatch batch;
  batch.sequence = kept.sequence;
  batch.lines.resize(kept.lines);
  kept_file_.read_into(batch.lines.data(), kept.lines * sizeof(Line), kept.offset);
  batch.bytes_on_disk = kept.bytes;
  if (kept.bytes == 0) return batch;
  batch.buffer = ByteBuffer(kept.bytes);
  kept_file_.read_into(batch.buffer.data(), kept.bytes, kept.offset + kept.lines * sizeof(Line));
  const std::uint64_t moved = batch.lines.front().begin;
  for (Line& line : batch.lines) line.begin -= moved;
  return batch;
}

void RereadableInput::rewind(LineId after) {
  is_first_ = false;
  again_.reset();
  after_ = after;
  // Files before it are behind us altogether.
  next_file_ = std::max<std::size_t>(after.file(), options_.files_begin);
  next_kept_ = 0;
  while (next_kept_ < kept_.size() && kept_[next_kept_].file < next_file_) ++next_kept_;
}

// Neighbouring regular files by one reader.
void RereadableInput::open_next_files() {
  const std::vector<InputFile>& files = inputs_.files();
  LineReaderOptions options = options_;
  options.files_begin = next_file_;
  while (next_file_ < files.size() && files[next_file_].regular) ++next_file_;
  options.files_end = next_file_;
  again_ = std::make_unique<LineReader>(inputs_, options);
}

std::optional<LineBatch> RereadableInput::next_again() {
  const std::vector<InputFile>& files = inputs_.files();
  while (true) {
    if (again_ != nullptr) {
      if (std::optional<LineBatch> batch = again_->next()) return batch;
      again_.reset();
    }
    if (next_file_ == files.size()) return std::nullopt;
    if (files[next_file_].regular) {
      open_next_files();
    } else if (next_kept_ < kept_.size() && kept_[next_kept_].file == next_file_) {
      return read_kept(kept_[next_kept_++]);
    } else {
      ++next_file_;
    }
  }
}

}  // namespace corpusmill
