#include "prep/document_parser.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "prep/line_classifier.h"

namespace corpusmill {
namespace {

static_assert(ByteBuffer::kSpareBytes >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t kPooledBytes = 1 << 20;
constexpr std::size_t kIdleBuffersMax = 64;

// What one thread needs to parse.
struct Scratch {
  simdjson::dom::parser parser;
  std::vector<std::string_view> values;  // of the record's fields; unset ones have no data()
  std::string_view source;
  std::string joined;
  std::vector<std::pair<std::size_t, std::size_t>> text_spans, source_spans;
};

// The texts of one batch, one after the other. Views into it are made when it has stopped growing.
class TextArena {
 public:
  explicit TextArena(ByteBuffer buffer) : buffer_(std::move(buffer)) {}
  std::pair<std::size_t, std::size_t> append(std::string_view text) {
    if (used_ + text.size() > buffer_.capacity()) grow(used_ + text.size());
    std::memcpy(buffer_.data() + used_, text.data(), text.size());
    used_ += text.size();
    return {used_ - text.size(), text.size()};
  }
  ByteBuffer take() { return std::move(buffer_); }

 private:
  void grow(std::size_t wanted) {
    ByteBuffer larger(std::max(wanted, 2 * buffer_.capacity()));
    if (used_ > 0) std::memcpy(larger.data(), buffer_.data(), used_);
    buffer_ = std::move(larger);
  }
  ByteBuffer buffer_;
  std::size_t used_ = 0;
};

// True for most texts that are not blank: no white space is encoded with these first bytes.
bool starts_visibly(std::string_view text) {
  if (text.empty()) return false;
  const auto first = static_cast<unsigned char>(text.front());
  return (first > 0x20 && first < 0x80) || first >= 0xE4;
}

// Fills scratch.values with the fields of a good line, and scratch.source; false for every other
// line.
bool parse_fast(std::string_view line, const std::vector<std::string>& names,
                std::string_view source_field, Scratch& scratch) {
  simdjson::dom::object object;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(line.data());
  if (scratch.parser.parse(bytes, line.size(), false).get(object) != simdjson::SUCCESS) {
    return false;
  }
  std::vector<std::string_view>& values = scratch.values;
  values.assign(names.size(), {});
  scratch.source = {};
  for (const auto& [key, value] : object) {
    if (!source_field.empty() && key == source_field && value.is_string()) {
      scratch.source = value.get_string().value_unsafe();
    }
    const auto name = std::find(names.begin(), names.end(), key);
    if (name == names.end()) continue;
    std::string_view& wanted = values[static_cast<std::size_t>(name - names.begin())];
    if (wanted.data() != nullptr) return false;
    if (value.get(wanted) != simdjson::SUCCESS) return false;
  }
  const auto is_missing = [](std::string_view value) { return value.data() == nullptr; };
  if (std::any_of(values.begin(), values.end(), is_missing)) return false;
  return std::any_of(values.begin(), values.end(), [](std::string_view value) {
    return starts_visibly(value) || !is_blank(value);
  });
}

}  // namespace

struct DocumentParser::State {
  explicit State(DocumentParserOptions given) : options(std::move(given)) {}

  void parse_line(std::string_view line, Document& document, Scratch& scratch,
                  TextArena& texts) const;

  DocumentParserOptions options;
  std::shared_ptr<BufferPool> pool = BufferPool::make(kPooledBytes, kIdleBuffersMax);
  oneapi::tbb::enumerable_thread_specific<Scratch> scratches;
};

DocumentParser::DocumentParser(DocumentParserOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}
DocumentParser::~DocumentParser() = default;
DocumentParser::DocumentParser(DocumentParser&&) noexcept = default;

// Leaves the places of text and source in scratch.text_spans and scratch.source_spans.
void DocumentParser::State::parse_line(std::string_view line, Document& document, Scratch& scratch,
                                       TextArena& texts) const {
  std::pair<std::size_t, std::size_t>& span = scratch.text_spans.emplace_back(0, 0);
  scratch.source_spans.emplace_back(0, 0);
  const RecordText& record_text = options.record_text;
  if (document.line.too_long) {
    document.drop(DropReason::kLineTooLong);
    document.detail = "the line is longer than the limit";
    return;
  }
  LineVerdict verdict;
  if (!parse_fast(line, record_text.fields(), options.source_field, scratch)) {
    scratch.source = {};
    verdict = classify_line(line, record_text);
    if (verdict.dropped) {
      document.drop(verdict.reason);
      document.column = verdict.column;
      document.detail = std::move(verdict.detail);
      return;
    }
    scratch.values.assign(verdict.values.begin(), verdict.values.end());
  }
  if (!options.want_text) return;
  if (!scratch.source.empty()) scratch.source_spans.back() = texts.append(scratch.source);
  if (record_text.is_single_field()) {
    span = texts.append(scratch.values.front());
    return;
  }
  scratch.joined.clear();
  record_text.append(scratch.values, scratch.joined);
  span = texts.append(scratch.joined);
}

DocumentBatch DocumentParser::parse(LineBatch&& lines) const {
  const State& state = *state_;
  Scratch& scratch = state_->scratches.local();
  scratch.text_spans.clear();
  scratch.source_spans.clear();

  DocumentBatch batch;
  batch.lines = std::move(lines);
  batch.documents.reserve(batch.lines.lines.size());
  TextArena texts(state.options.want_text ? state.pool->take() : ByteBuffer());
  for (const Line& line : batch.lines.lines) {
    Document& document = batch.documents.emplace_back();
    document.line = line;
    state.parse_line(batch.lines.text_of(line), document, scratch, texts);
  }
  batch.texts = texts.take();
  for (std::size_t i = 0; i < batch.documents.size(); ++i) {
    const auto [begin, bytes] = scratch.text_spans[i];
    batch.documents[i].text = batch.texts.view(begin, bytes);
    const auto [source_begin, source_bytes] = scratch.source_spans[i];
    if (source_bytes > 0) batch.documents[i].source = batch.texts.view(source_begin, source_bytes);
  }
  return batch;
}

}  // namespace corpusmill
