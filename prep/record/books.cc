#include "prep/record/books.h"

#include <fmt/format.h>

#include "common/error.h"
#include "common/progress_line.h"

namespace corpusmill {
namespace {

constexpr DropReason reason_at(std::size_t index) {
  return static_cast<DropReason>(index);
}

// Manifests from before that reason was known are read too.
bool may_lack(DropReason reason) {
  return reason == DropReason::kOnlyRepeats;
}

std::uint64_t recorded(const nlohmann::json& json, DropReason reason) {
  const std::string name(drop_reason_name(reason));
  return may_lack(reason) ? json.value(name, std::uint64_t{0}) : json.at(name).get<std::uint64_t>();
}

std::string table_row(std::string_view name, const Tally& tally) {
  return fmt::format("  {:<20}{:>14} lines{:>12.1f} MB\n", name, with_separators(tally.lines),
                     static_cast<double>(tally.bytes) / 1e6);
}

}  // namespace

Books& Books::operator+=(const Books& other) {
  in_ += other.in_;
  kept_ += other.kept_;
  for (std::size_t i = 0; i < kDropReasonCount; ++i) dropped_[i] += other.dropped_[i];
  return *this;
}

Tally Books::dropped(DropClass wanted) const {
  Tally sum;
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    if (drop_class(reason_at(i)) == wanted) sum += dropped_[i];
  }
  return sum;
}

Tally Books::dropped_in_all() const {
  Tally sum;
  for (const Tally& tally : dropped_) sum += tally;
  return sum;
}

void Books::check_closed() const {
  Tally accounted = kept_;
  accounted += dropped_in_all();
  if (accounted == in_) return;
  throw Error(ExitCode::kInternal,
              fmt::format("the books do not close: {} lines of {} bytes came in, {} lines of {} "
                          "bytes are accounted for\n{}",
                          in_.lines, in_.bytes, accounted.lines, accounted.bytes, to_text()));
}

nlohmann::json Books::to_json() const {
  nlohmann::json rejected = nlohmann::json::object();
  nlohmann::json filtered = nlohmann::json::object();
  nlohmann::json dropped_bytes = nlohmann::json::object();
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    const std::string name(drop_reason_name(reason_at(i)));
    if (drop_class(reason_at(i)) == DropClass::kRejected) rejected[name] = dropped_[i].lines;
    if (drop_class(reason_at(i)) == DropClass::kFiltered) filtered[name] = dropped_[i].lines;
    dropped_bytes[name] = dropped_[i].bytes;
  }
  return {{"lines_in", in_.lines},
          {"bytes_in", in_.bytes},
          {"kept", kept_.lines},
          {"kept_bytes", kept_.bytes},
          {"empty_lines", dropped(DropReason::kEmptyLine).lines},
          {"rejected", std::move(rejected)},
          {"filtered", std::move(filtered)},
          {"exact_duplicates", dropped(DropReason::kExactDuplicate).lines},
          {"near_duplicates", dropped(DropReason::kNearDuplicate).lines},
          {"dropped_bytes", std::move(dropped_bytes)}};
}

Books Books::from_json(const nlohmann::json& json) {
  Books books;
  try {
    books.in_ = {json.at("lines_in"), json.at("bytes_in")};
    books.kept_ = {json.at("kept"), json.at("kept_bytes")};
    for (std::size_t i = 0; i < kDropReasonCount; ++i) {
      Tally& tally = books.dropped_[i];
      tally.bytes = recorded(json.at("dropped_bytes"), reason_at(i));
      switch (drop_class(reason_at(i))) {
        case DropClass::kEmptyLine:
          tally.lines = json.at("empty_lines");
          break;
        case DropClass::kRejected:
          tally.lines = recorded(json.at("rejected"), reason_at(i));
          break;
        case DropClass::kFiltered:
          tally.lines = recorded(json.at("filtered"), reason_at(i));
          break;
        case DropClass::kExactDuplicate:
          tally.lines = json.at("exact_duplicates");
          break;
        case DropClass::kNearDuplicate:
          tally.lines = json.at("near_duplicates");
          break;
      }
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::kCorrupt, fmt::format("damaged books: {}", error.what()));
  }
  return books;
}

std::string Books::to_text() const {
  std::string text = table_row("in", in_) + table_row("kept", kept_);
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    if (dropped_[i].lines > 0) text += table_row(drop_reason_name(reason_at(i)), dropped_[i]);
  }
  return text;
}

}  // namespace corpusmill
