#include "prep/near/set_store.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::size_t kChunkHashes = std::size_t{1} << 17;
constexpr std::size_t kPendingHashes = std::size_t{1} << 17;

}  // namespace

SetStore::SetStore(MemoryBudget& budget, const std::filesystem::path& tmp_dir)
    : budget_(&budget),
      places_(budget, tmp_dir),
      sizes_(budget, tmp_dir),
      spill_(std::make_unique<SpillFile>(tmp_dir)) {}

SetStore::SetStore(SetStore&& other) noexcept
    : budget_(other.budget_),
      taken_bytes_(std::exchange(other.taken_bytes_, 0)),
      chunks_(std::move(other.chunks_)),
      places_(std::move(other.places_)),
      sizes_(std::move(other.sizes_)),
      resident_(other.resident_),
      pending_(std::move(other.pending_)),
      spilled_hashes_(other.spilled_hashes_),
      spill_(std::move(other.spill_)) {}

SetStore::~SetStore() {
  budget_->give_back(taken_bytes_);
}

void SetStore::append(std::span<const std::uint64_t> set) {
  if (set.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ExitCode::kUsage, "near dedup takes texts of up to 4,294,967,295 shingles");
  }
  const bool is_first_out = spilled_hashes_ == 0;
  if (is_first_out && append_to_chunk(set)) {
    places_.push_back(reinterpret_cast<std::uintptr_t>(chunks_.back().data() +
                                                       chunks_.back().size() - set.size()));
    ++resident_;
  } else {
    places_.push_back(spilled_hashes_);
    spilled_hashes_ += set.size();
    pending_.insert(pending_.end(), set.begin(), set.end());
    if (pending_.size() >= kPendingHashes) write_out();
  }
  sizes_.push_back(static_cast<std::uint32_t>(set.size()));
}

bool SetStore::append_to_chunk(std::span<const std::uint64_t> set) {
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < set.size()) {
    const std::size_t hashes = std::max(kChunkHashes, set.size());
    if (!budget_->take(hashes * sizeof(std::uint64_t))) return false;
    taken_bytes_ += hashes * sizeof(std::uint64_t);
    chunks_.emplace_back().reserve(hashes);
  }
  chunks_.back().insert(chunks_.back().end(), set.begin(), set.end());
  return true;
}

void SetStore::write_out() {
  spill_->append({reinterpret_cast<const char*>(pending_.data()), pending_.size() * 8});
  pending_.clear();
}

void SetStore::finish() {
  if (!pending_.empty()) write_out();
  pending_ = {};
  places_.finish();
  sizes_.finish();
}

std::span<const std::uint64_t> SetStore::get(std::uint64_t number,
                                             std::vector<std::uint64_t>& scratch) const {
  const std::uint64_t size = sizes_[number], place = places_[number];
  if (number < resident_) return {reinterpret_cast<const std::uint64_t*>(place), size};
  if (scratch.size() < size) scratch.resize(size);
  spill_->read_into(scratch.data(), size * sizeof(std::uint64_t), place * sizeof(std::uint64_t));
  return {scratch.data(), size};
}

}  // namespace corpusmill
