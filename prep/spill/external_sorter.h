// Sorts more records than memory holds: sorted runs in a temporary file, merged at the end.
//
//   ExternalSorter<Record> sorter(bytes_max, tmp_dir);
//   sorter.add(record); ...
//   sorter.for_each_sorted([&](const Record& record) { ... });
#pragma once

#include <oneapi/tbb/parallel_sort.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/spill_file.h"

namespace corpusmill {

// Records by operator<; which of equal ones comes first is left open. Not thread-safe; sorts on the
// threads of the arena it is called in. Throws Error(kOutputIo) where the disk is full.
template <class Record>
class ExternalSorter {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  // Uses up to about `bytes_max` of memory, a few pages at least.
  ExternalSorter(std::uint64_t bytes_max, std::filesystem::path tmp_dir)
      : tmp_dir_(std::move(tmp_dir)),
        // A vector that grows has its old memory beside the new.
        records_max_(std::max<std::uint64_t>(bytes_max / 2 / sizeof(Record), kPageRecords)),
        fan_in_(std::clamp<std::uint64_t>(bytes_max / (kPageRecords * sizeof(Record)), 2, 512)),
        spill_(std::make_unique<SpillFile>(tmp_dir_)) {}

  void add(const Record& record) {
    if (records_.size() == records_.capacity()) make_room();
    records_.push_back(record);
  }

  // Records that come sorted need no room: generate(put) calls put(record) for each.
  template <class Generate>
  void add_sorted_run(const Generate& generate) {
    RunWriter writer(*spill_);
    generate([&](const Record& record) { writer.put(record); });
    runs_.push_back(writer.finish());
  }

  // visit(record) for all that was added, and forgets them.
  template <class Visit>
  void for_each_sorted(const Visit& visit) {
    sort_resident();
    if (runs_.empty()) {
      for (const Record& record : records_) visit(record);
      records_ = {};
      return;
    }
    end_run();
    records_ = {};
    while (runs_.size() > fan_in_) merge_once();
    merge(runs_.data(), runs_.size(), visit);
    runs_.clear();
    spill_ = std::make_unique<SpillFile>(tmp_dir_);
  }

  std::uint64_t spilled_bytes() const { return spill_->bytes(); }

 private:
  static constexpr std::size_t kPageRecords = std::max<std::size_t>(1, (32 << 10) / sizeof(Record));

  struct Run {
    std::uint64_t offset = 0, records = 0;
  };

  static std::string_view bytes_of(const std::vector<Record>& records) {
    return {reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record)};
  }

  // Appends to a spill file that nobody else appends to meanwhile.
  class RunWriter {
   public:
    explicit RunWriter(SpillFile& file) : file_(file) {
      run_.offset = file.bytes();
      page_.reserve(kPageRecords);
    }
    void put(const Record& record) {
      page_.push_back(record);
      if (page_.size() == kPageRecords) flush();
    }
    Run finish() {
      flush();
      return run_;
    }

   private:
    void flush() {
      file_.append(bytes_of(page_));
      run_.records += page_.size();
      page_.clear();
    }
    SpillFile& file_;
    Run run_;
    std::vector<Record> page_;
  };

  class RunReader {
   public:
    RunReader(const SpillFile& file, const Run& run) : file_(&file), rest_(run) { fill(); }
    bool done() const { return at_ == page_.size(); }
    const Record& front() const { return page_[at_]; }
    void pop() {
      if (++at_ == page_.size()) fill();
    }

   private:
    void fill() {
      at_ = 0;
      page_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(rest_.records, kPageRecords)));
      const std::uint64_t bytes = page_.size() * sizeof(Record);
      file_->read_into(page_.data(), bytes, rest_.offset);
      rest_.offset += bytes;
      rest_.records -= page_.size();
    }
    const SpillFile* file_;
    Run rest_;
    std::vector<Record> page_;
    std::size_t at_ = 0;
  };

  void make_room() {
    const std::uint64_t wanted =
        std::clamp<std::uint64_t>(2 * records_.size(), kPageRecords, records_max_);
    if (wanted > records_.size()) {
      records_.reserve(wanted);
      return;
    }
    sort_resident();
    end_run();
  }

  // Isolated: called from a pipeline's stage, the thread must not pick up the pipeline's next batch
  // while it waits for the others.
  void sort_resident() {
    oneapi::tbb::this_task_arena::isolate(
        [this] { oneapi::tbb::parallel_sort(records_.begin(), records_.end()); });
  }

  void end_run() {
    if (records_.empty()) return;
    runs_.push_back({spill_->append(bytes_of(records_)), records_.size()});
    records_.clear();
  }

  // Fewer and longer runs, in a new file; the old one goes.
  void merge_once() {
    auto merged_file = std::make_unique<SpillFile>(tmp_dir_);
    std::vector<Run> merged;
    for (std::size_t i = 0; i < runs_.size(); i += fan_in_) {
      RunWriter writer(*merged_file);
      merge(runs_.data() + i, std::min<std::size_t>(fan_in_, runs_.size() - i),
            [&](const Record& record) { writer.put(record); });
      merged.push_back(writer.finish());
    }
    runs_ = std::move(merged);
    spill_ = std::move(merged_file);
  }

  template <class Visit>
  void merge(const Run* runs, std::size_t count, const Visit& visit) const {
    const auto is_later = [](const RunReader& a, const RunReader& b) {
      return b.front() < a.front();
    };
    std::vector<RunReader> heap;
    heap.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      RunReader reader(*spill_, runs[i]);
      if (!reader.done()) heap.push_back(std::move(reader));
    }
    std::make_heap(heap.begin(), heap.end(), is_later);
    while (!heap.empty()) {
      visit(heap.front().front());
      heap.front().pop();
      if (heap.front().done()) {
        std::swap(heap.front(), heap.back());
        heap.pop_back();
      }
      sift_down(heap);
    }
  }

  // Only the first reader may be out of place.
  static void sift_down(std::vector<RunReader>& heap) {
    std::size_t at = 0;
    while (true) {
      std::size_t least = 2 * at + 1;
      if (least >= heap.size()) return;
      if (least + 1 < heap.size() && heap[least + 1].front() < heap[least].front()) ++least;
      if (!(heap[least].front() < heap[at].front())) return;
      std::swap(heap[at], heap[least]);
      at = least;
    }
  }

  std::filesystem::path tmp_dir_;
  std::uint64_t records_max_;
  std::size_t fan_in_;
  std::vector<Record> records_;
  std::vector<Run> runs_;
  std::unique_ptr<SpillFile> spill_;
};

}  // namespace corpusmill
