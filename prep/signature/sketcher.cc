#include "prep/signature/sketcher.h"

#include <algorithm>
#include <vector>

#include "common/digest.h"
#include "prep/signature/shingle_set.h"
#include "prep/signature/span_hash.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kKeyMask = (std::uint64_t{1} << 56) - 1;

// Adds run by run; keeps the shingles of texts that fit in one run.
class SignatureSink : public ShingleSink {
 public:
  SignatureSink(const MinimaFamily& minima, std::span<std::uint32_t> signature)
      : minima_(minima), signature_(signature) {}
  void take(std::span<const std::uint64_t> hashes) override {
    minima_.add(hashes, signature_);
    run_ = hashes;
    ++runs_;
  }
  // All shingles of the text; empty if they were more than one run.
  std::span<const std::uint64_t> only_run() const {
    return runs_ == 1 ? run_ : std::span<const std::uint64_t>();
  }

 private:
  const MinimaFamily& minima_;
  std::span<std::uint32_t> signature_;
  std::span<const std::uint64_t> run_;
  std::size_t runs_ = 0;
};

template <typename Value>
void hash_bands(const Value* signature, const LshShape& shape, std::span<std::uint64_t> band_keys) {
  const std::size_t band_bytes = shape.rows * sizeof(Value);
  const char* const values = reinterpret_cast<const char*>(signature);
  const char* const end = values + shape.bands * band_bytes;
  for (unsigned band = 0; band < shape.bands; ++band) {
    const std::uint64_t hash = hash_span(values + band * band_bytes, band_bytes, end);
    band_keys[band] = mix_bits(hash + band) & kKeyMask;
  }
}

}  // namespace

void Sketcher::sign(std::string_view text, std::span<std::uint32_t> signature) const {
  std::fill(signature.begin(), signature.end(), MinimaFamily::kEmpty);
  SignatureSink sink(minima_, signature);
  shingler_.shingle(text, sink);
  if (!MinimaFamily::has_empty(signature)) return;
  std::span<const std::uint64_t> shingles = sink.only_run();
  thread_local std::vector<std::uint64_t> distinct;
  if (shingles.empty()) {
    // A long text that says the same again and again.
    shingler_.shingle(text, distinct);
    make_shingle_set(distinct);
    shingles = distinct;
  }
  minima_.fill(shingles, signature);
}

void Sketcher::sign_as_datatrove(std::string_view text, std::span<std::uint64_t> signature) const {
  thread_local std::vector<std::uint64_t> hashes;
  datatrove_->shingle(text, hashes);
  if (hashes.empty()) hashes.push_back(digest_of(text).low);
  datatrove_->sign(hashes, signature);
}

void Sketcher::sketch(std::string_view text, std::span<std::uint64_t> band_keys) const {
  if (datatrove_) {
    thread_local std::vector<std::uint64_t> signature;
    signature.resize(shape_.permutations());
    sign_as_datatrove(text, signature);
    hash_bands(signature.data(), shape_, band_keys);
  } else {
    thread_local std::vector<std::uint32_t> signature;
    signature.resize(shape_.permutations());
    sign(text, signature);
    hash_bands(signature.data(), shape_, band_keys);
  }
}

}  // namespace corpusmill
