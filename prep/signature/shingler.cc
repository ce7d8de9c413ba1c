#include "prep/signature/shingler.h"

#include <algorithm>
#include <array>

#include "common/digest.h"
#include "prep/signature/unit_scanner.h"

namespace corpusmill {
namespace {

using sketch::kBlock;

constexpr std::size_t kHeldMax = Shingler::kRunMax + ShingleRule::kLengthMax;

struct Scratch {
  std::array<std::uint32_t, kHeldMax + sketch::kSlack> begins, ends;
  std::array<std::uint64_t, kHeldMax> units;
  std::array<std::uint64_t, Shingler::kRunMax> hashes;
};

Scratch& scratch() {
  thread_local Scratch of_thread;
  return of_thread;
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

bool Shingler::shingle_windows(std::string_view text, ShingleSink& sink) const {
  Scratch& of_thread = scratch();
  std::uint32_t* const bounds = of_thread.begins.data();
  const bool bytes = rule_.unit == ShingleUnit::kBytes;
  const char* const end = text.data() + text.size();
  std::size_t at = 0, held = 0;
  bool any = false, more = true;
  while (more) {
    while (more && held + kBlock <= kRunMax + rule_.length) {
      const std::size_t count = std::min(kBlock, text.size() - at);
      const std::uint64_t inside =
          count == kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
      const std::uint64_t leads =
          bytes ? inside : kernels_->classify(text.data() + at, count).leads & inside;
      held += kernels_->offsets(leads, static_cast<std::uint32_t>(at), bounds + held);
      at += count;
      more = count == kBlock;
    }
    // The end bounds the last window.
    if (!more) bounds[held++] = static_cast<std::uint32_t>(text.size());
    if (held <= rule_.length) break;
    const std::size_t count = held - rule_.length;
    kernels_->hash_spans(text.data(), end, bounds, bounds + rule_.length, count,
                         of_thread.hashes.data());
    sink.take(std::span(of_thread.hashes).first(count));
    any = true;
    std::copy_n(bounds + count, rule_.length, bounds);
    held = rule_.length;
  }
  return any;
}

bool Shingler::shingle_units(std::string_view text, ShingleSink& sink) const {
  Scratch& of_thread = scratch();
  UnitScanner scanner(text, rule_.unit == ShingleUnit::kUnits, *kernels_);
  const char* const end = text.data() + text.size();
  const std::size_t kept = rule_.length - 1;
  std::size_t held = 0;
  bool any = false, more = true;
  UnitSpans spans{of_thread.begins.data(), of_thread.ends.data()};
  while (more) {
    while (more && held + spans.begun + kBlock <= kRunMax + kept) more = scanner.scan_block(spans);
    kernels_->hash_spans(text.data(), end, spans.begins, spans.ends, spans.ended,
                         of_thread.units.data() + held);
    held += spans.ended;
    // One may be open.
    if (spans.begun > spans.ended) spans.begins[0] = spans.begins[spans.ended];
    spans.begun -= spans.ended;
    spans.ended = 0;
    if (held <= kept) continue;
    const std::size_t count = held - kept;
    kernels_->hash_unit_windows(of_thread.units.data(), count, rule_.length,
                                of_thread.hashes.data());
    sink.take(std::span(of_thread.hashes).first(count));
    any = true;
    std::copy_n(of_thread.units.data() + count, kept, of_thread.units.data());
    held = kept;
  }
  return any;
}

void Shingler::shingle(std::string_view text, std::vector<std::uint64_t>& hashes) const {
  hashes.clear();
  Appender appender(hashes);
  shingle(text, appender);
}

void Shingler::shingle(std::string_view text, ShingleSink& sink) const {
  const bool windows = rule_.unit == ShingleUnit::kChars || rule_.unit == ShingleUnit::kBytes;
  if (windows ? shingle_windows(text, sink) : shingle_units(text, sink)) return;
  std::uint64_t& whole = scratch().hashes[0];
  whole = digest_of(text).low;
  sink.take({&whole, 1});
}

}  // namespace corpusmill
