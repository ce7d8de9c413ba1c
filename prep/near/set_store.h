// The shingle sets of the candidates, for the walk: in memory while they fit, then in a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "common/memory_budget.h"
#include "common/scratch_column.h"
#include "common/spill_file.h"

namespace corpusmill {

// append() from one thread, then finish(), then get() from any.
class SetStore {
 public:
  // `budget` outlives it.
  SetStore(MemoryBudget& budget, const std::filesystem::path& tmp_dir);
  SetStore(SetStore&& other) noexcept;
  SetStore& operator=(SetStore&&) = delete;
  ~SetStore();

  // The next set, number 0 first. Throws Error(kOutputIo), Error(kUsage) for one of 2^32 hashes.
  void append(std::span<const std::uint64_t> set);
  void finish();

  std::uint64_t count() const { return sizes_.size(); }
  std::uint64_t size_of(std::uint64_t number) const { return sizes_[number]; }
  // The set, which lies in the store or was read into `scratch`: valid as long as both.
  std::span<const std::uint64_t> get(std::uint64_t number,
                                     std::vector<std::uint64_t>& scratch) const;
  std::uint64_t spilled_bytes() const { return spill_->bytes(); }

 private:
  // The first sets lie in chunks, the others in the file, one behind the other.
  bool append_to_chunk(std::span<const std::uint64_t> set);
  void write_out();

  MemoryBudget* budget_;
  std::uint64_t taken_bytes_ = 0;
  std::vector<std::vector<std::uint64_t>> chunks_;
  ScratchColumn<std::uint64_t> places_;  // address of the first hash, or its place in the file
  ScratchColumn<std::uint32_t> sizes_;
  std::uint64_t resident_ = 0;  // sets in chunks
  std::vector<std::uint64_t> pending_;
  std::uint64_t spilled_hashes_ = 0;  // pending ones included
  std::unique_ptr<SpillFile> spill_;
};

}  // namespace corpusmill
