#include "prep/near/pair_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace corpusmill {
namespace {

constexpr std::size_t kRowsMin = 1024;
constexpr std::uint64_t kReadRows = 1024;

bool is_before(const PairRow& a, const PairRow& b) {
  return a.line != b.line ? a.line < b.line : a.of < b.of;
}

}  // namespace

// One sorted run of the file, row by row.
class PairWriter::RunReader {
 public:
  RunReader(const SpillFile& spill, std::uint64_t offset, std::uint64_t rows)
      : spill_(&spill), offset_(offset), left_(rows) {
    next();
  }
  bool at_end() const { return at_ == piece_.size(); }
  const PairRow& row() const { return piece_[at_]; }
  void next() {
    if (at_ + 1 < piece_.size()) {
      ++at_;
      return;
    }
    piece_.resize(std::min(left_, kReadRows));
    spill_->read_into(piece_.data(), piece_.size() * sizeof(PairRow), offset_);
    offset_ += piece_.size() * sizeof(PairRow);
    left_ -= piece_.size();
    at_ = 0;
  }

 private:
  const SpillFile* spill_;
  std::uint64_t offset_, left_;
  std::vector<PairRow> piece_;
  std::size_t at_ = 0;
};

PairWriter::PairWriter(const std::filesystem::path& path, std::vector<std::string> file_names,
                       std::uint64_t bytes_max, const std::filesystem::path& tmp_dir)
    : writer_(path),
      file_names_(std::move(file_names)),
      rows_max_(std::max<std::uint64_t>(bytes_max / sizeof(PairRow), kRowsMin)),
      spill_(tmp_dir) {
  for (std::string& name : file_names_) {
    name = nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void PairWriter::add(const PairRow& row) {
  if (rows_.size() == rows_max_) end_run();
  rows_.push_back(row);
}

void PairWriter::end_run() {
  std::sort(rows_.begin(), rows_.end(), is_before);
  const std::string_view bytes(reinterpret_cast<const char*>(rows_.data()),
                               rows_.size() * sizeof(PairRow));
  runs_.emplace_back(spill_.append(bytes), rows_.size());
  rows_.clear();
}

void PairWriter::write(const PairRow& row) {
  line_.clear();
  fmt::format_to(std::back_inserter(line_),
                 R"({{"file":{},"line":{},"of_file":{},"of_line":{},"similarity":{:.6f},)"
                 R"("shared_bands":{},"removed":{}}})"
                 "\n",
                 file_names_[row.line.file()], row.line.line(), file_names_[row.of.file()],
                 row.of.line(), row.similarity, row.shared_bands, row.removed);
  writer_.write(line_);
}

void PairWriter::commit() {
  if (runs_.empty()) {
    std::sort(rows_.begin(), rows_.end(), is_before);
    for (const PairRow& row : rows_) write(row);
  } else {
    end_run();
    std::vector<RunReader> readers;
    for (const auto& [offset, rows] : runs_) readers.emplace_back(spill_, offset, rows);
    const auto is_later = [](const RunReader& a, const RunReader& b) {
      return is_before(b.row(), a.row());
    };
    std::make_heap(readers.begin(), readers.end(), is_later);
    while (!readers.empty()) {
      std::pop_heap(readers.begin(), readers.end(), is_later);
      write(readers.back().row());
      readers.back().next();
      if (readers.back().at_end()) {
        readers.pop_back();
      } else {
        std::push_heap(readers.begin(), readers.end(), is_later);
      }
    }
  }
  writer_.commit();
}

}  // namespace corpusmill
