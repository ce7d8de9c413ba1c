#include "prep/dedup/shingler.h"

#include <algorithm>
#include <array>

#include "common/digest.h"
#include "prep/dedup/text_units.h"
#include "prep/dedup/window_hash.h"

namespace corpusmill {
namespace {

template <typename Unit>
using ReadUnits = std::size_t(std::string_view text, std::size_t& at, std::span<Unit> out);

template <typename Unit>
void shingle_units(std::string_view text, unsigned length, ReadUnits<Unit>* read,
                   ShingleSink& sink) {
  // The last length - 1 units of a run come again before the next ones.
  thread_local std::array<Unit, ShingleRule::kLengthMax + Shingler::kRunMax> units;
  thread_local std::array<std::uint64_t, Shingler::kRunMax> hashes;
  const std::size_t kept = length - 1;
  std::size_t at = 0, held = 0;
  bool any = false;
  for (;;) {
    held += read(text, at, std::span(units).subspan(held, kept + Shingler::kRunMax - held));
    if (held < length) break;
    const std::size_t count = held - kept;
    hash_windows(units.data(), count, length, hashes.data());
    sink.take(std::span(hashes).first(count));
    any = true;
    std::copy_n(units.begin() + static_cast<std::ptrdiff_t>(count), kept, units.begin());
    held = kept;
  }
  if (!any) {
    hashes[0] = digest_of(text).low;
    sink.take(std::span(hashes).first(1));
  }
}

class Appender : public ShingleSink {
 public:
  explicit Appender(std::vector<std::uint64_t>& out) : out_(out) {}
  void take(std::span<const std::uint64_t> hashes) override {
    out_.insert(out_.end(), hashes.begin(), hashes.end());
  }

 private:
  std::vector<std::uint64_t>& out_;
};

}  // namespace

void Shingler::shingle(std::string_view text, std::vector<std::uint64_t>& hashes) const {
  hashes.clear();
  Appender appender(hashes);
  shingle(text, appender);
}

void Shingler::shingle(std::string_view text, ShingleSink& sink) const {
  switch (rule_.unit) {
    case ShingleUnit::kUnits:
      return shingle_units(text, rule_.length, read_units, sink);
    case ShingleUnit::kChars:
      return shingle_units(text, rule_.length, read_code_points, sink);
    case ShingleUnit::kWords:
      return shingle_units(text, rule_.length, read_words, sink);
    case ShingleUnit::kBytes:
      return shingle_units(text, rule_.length, read_bytes, sink);
  }
}

}  // namespace corpusmill
