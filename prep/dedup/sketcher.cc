#include "prep/dedup/sketcher.h"

#include <algorithm>
#include <vector>

#include "prep/dedup/minima.h"
#include "prep/dedup/span_hash.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kKeyMask = (std::uint64_t{1} << 56) - 1;

// The first round, run by run; keeps the shingles of texts that fit in one run.
class FirstRound : public ShingleSink {
 public:
  explicit FirstRound(std::span<std::uint64_t> signature) : signature_(signature) {}
  void take(std::span<const std::uint64_t> hashes) override {
    minima::throw_round(hashes, 0, signature_);
    run_ = hashes;
    ++runs_;
  }
  // All shingles of the text, valid until the thread shingles another one; empty if they were more
  // than one run.
  std::span<const std::uint64_t> only_run() const {
    return runs_ == 1 ? run_ : std::span<const std::uint64_t>();
  }

 private:
  std::span<std::uint64_t> signature_;
  std::span<const std::uint64_t> run_;
  std::size_t runs_ = 0;
};

}  // namespace

void Sketcher::sign(std::string_view text, std::span<std::uint64_t> signature) const {
  std::fill(signature.begin(), signature.end(), minima::kEmpty);
  FirstRound first(signature);
  shingler_.shingle(text, first);
  if (minima::is_full(signature)) return;
  std::span<const std::uint64_t> shingles = first.only_run();
  thread_local std::vector<std::uint64_t> distinct;
  if (shingles.empty()) {
    // A long text that says the same again and again.
    shingler_.shingle(text, distinct);
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    shingles = distinct;
  }
  minima::fill(shingles, signature);
}

void Sketcher::sketch(std::string_view text, std::span<std::uint64_t> band_keys) const {
  thread_local std::vector<std::uint64_t> signature;
  signature.resize(shape_.permutations());
  sign(text, signature);
  const std::uint64_t* value = signature.data();
  for (unsigned band = 0; band < shape_.bands; ++band) {
    std::uint64_t key = band + 1;
    for (unsigned row = 0; row < shape_.rows; ++row) {
      key = multiply_mix(key ^ span_hash::kFirst, *value++ ^ span_hash::kSecond);
    }
    band_keys[band] = mix_bits(key) & kKeyMask;
  }
}

}  // namespace corpusmill
