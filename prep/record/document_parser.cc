#include "prep/record/document_parser.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "prep/record/flat_record.h"
#include "prep/record/line_classifier.h"
#include "prep/text/json_escapes.h"

namespace corpusmill {
namespace {

static_assert(ByteBuffer::kSpareBytes >= simdjson::SIMDJSON_PADDING);
static_assert(ByteBuffer::kSpareBytes >= kFlatRecordSpareBytes);
static_assert(ByteBuffer::kSpareBytes >= kUnescapeSpareBytes);

constexpr std::size_t kPooledBytes = 1 << 20;
constexpr std::size_t kIdleBuffersMax = 64;

using Span = std::pair<std::size_t, std::size_t>;  // begin, bytes

// A string of a document that was written to the batch's texts.
struct PlacedText {
  std::size_t document;
  std::string_view Document::*member;
  Span span;
};

// What one thread needs to parse.
struct Scratch {
  simdjson::dom::parser parser;
  std::vector<RawString> raw_values;
  RawString raw_source;
  std::vector<std::string_view> values;  // of the record's fields; unset ones have no data()
  std::string_view source;
  std::string joined;
  std::vector<PlacedText> placed;
};

// The texts of one batch, one after the other. Views into it are made when it has stopped growing.
class TextArena {
 public:
  explicit TextArena(ByteBuffer buffer) : buffer_(std::move(buffer)) {}
  Span append(std::string_view text) {
    make_room(text.size());
    if (!text.empty()) std::memcpy(buffer_.data() + used_, text.data(), text.size());
    return claim(text.size());
  }
  // kUnescapeSpareBytes behind the text are readable.
  Span append_unescaped(std::string_view escaped) {
    make_room(escaped.size());
    return claim(unescape(escaped, buffer_.data() + used_));
  }
  ByteBuffer take() { return std::move(buffer_); }

 private:
  void make_room(std::size_t bytes) {
    const std::size_t wanted = used_ + bytes;
    if (wanted <= buffer_.capacity()) return;
    ByteBuffer larger(std::max(wanted, 2 * buffer_.capacity()));
    if (used_ > 0) std::memcpy(larger.data(), buffer_.data(), used_);
    buffer_ = std::move(larger);
  }
  Span claim(std::size_t bytes) {
    used_ += bytes;
    return {used_ - bytes, bytes};
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

// False for blank ones and for a few others.
bool is_surely_visible(const RawString& raw) {
  std::string_view bytes = raw.bytes;
  if (!raw.has_escapes) return starts_visibly(bytes) || !is_blank(bytes);
  while (bytes.starts_with('\\')) {
    if (bytes[1] == '"' || bytes[1] == '\\' || bytes[1] == '/') return true;
    bytes.remove_prefix(2);
  }
  return starts_visibly(bytes);
}

// Fills scratch.values with the fields of a good line, and scratch.source; false for every other
// line.
bool parse_whole(std::string_view line, const DocumentParserOptions& options, Scratch& scratch) {
  const std::vector<std::string>& names = options.record_text.fields();
  const std::string_view source_field = options.source_field;
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
  return options.keep_blank ||
         std::any_of(values.begin(), values.end(), [](std::string_view value) {
           return starts_visibly(value) || !is_blank(value);
         });
}

// Newlines are ASCII: where all bytes are UTF-8, each line is.
bool is_utf8(const LineBatch& batch) {
  if (batch.lines.empty()) return true;
  const std::uint64_t begin = batch.lines.front().begin;
  const Line& last = batch.lines.back();
  const std::string_view bytes = batch.buffer.view(begin, last.begin + last.bytes - begin);
  return bytes.empty() || simdjson::validate_utf8(bytes.data(), bytes.size());
}

}  // namespace

struct DocumentParser::State {
  explicit State(DocumentParserOptions given) : options(std::move(given)) {}

  void parse_line(std::string_view line, std::size_t number, Document& document, Scratch& scratch,
                  TextArena& texts) const;
  bool parse_flat(std::string_view line, std::size_t number, Document& document, Scratch& scratch,
                  TextArena& texts) const;

  DocumentParserOptions options;
  std::shared_ptr<BufferPool> pool = BufferPool::make(kPooledBytes, kIdleBuffersMax);
  oneapi::tbb::enumerable_thread_specific<Scratch> scratches;
};

DocumentParser::DocumentParser(DocumentParserOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}
DocumentParser::~DocumentParser() = default;
DocumentParser::DocumentParser(DocumentParser&&) noexcept = default;

// True if the line is a good one of the plain kind. Strings without escapes are viewed where they
// stand, in the line.
bool DocumentParser::State::parse_flat(std::string_view line, std::size_t number,
                                       Document& document, Scratch& scratch,
                                       TextArena& texts) const {
  const RecordText& record_text = options.record_text;
  std::vector<RawString>& values = scratch.raw_values;
  RawString& source = scratch.raw_source;
  if (!scan_flat_record(line, record_text.fields(), options.source_field, values, source)) {
    return false;
  }
  if (!options.keep_blank && std::none_of(values.begin(), values.end(), is_surely_visible)) {
    return false;
  }
  if (!options.want_text) return true;

  const bool has_escapes = std::any_of(values.begin(), values.end(),
                                       [](const RawString& raw) { return raw.has_escapes; });
  if (!record_text.is_single_field() && has_escapes) return false;
  const auto take = [&](const RawString& raw, std::string_view Document::*member) {
    if (raw.has_escapes) {
      scratch.placed.push_back({number, member, texts.append_unescaped(raw.bytes)});
    } else {
      document.*member = raw.bytes;
    }
  };
  take(source, &Document::source);
  if (record_text.is_single_field()) {
    take(values.front(), &Document::text);
    return true;
  }
  scratch.values.clear();
  for (const RawString& raw : values) scratch.values.push_back(raw.bytes);
  scratch.joined.clear();
  record_text.append(scratch.values, scratch.joined);
  scratch.placed.push_back({number, &Document::text, texts.append(scratch.joined)});
  return true;
}

void DocumentParser::State::parse_line(std::string_view line, std::size_t number,
                                       Document& document, Scratch& scratch,
                                       TextArena& texts) const {
  const RecordText& record_text = options.record_text;
  LineVerdict verdict;
  if (!parse_whole(line, options, scratch)) {
    scratch.source = {};
    verdict = classify_line(line, record_text, options.keep_blank);
    if (verdict.dropped) {
      document.drop(verdict.reason);
      document.column = verdict.column;
      document.detail = std::move(verdict.detail);
      return;
    }
    scratch.values.assign(verdict.values.begin(), verdict.values.end());
  }
  if (!options.want_text) return;
  if (!scratch.source.empty()) {
    scratch.placed.push_back({number, &Document::source, texts.append(scratch.source)});
  }
  scratch.joined.clear();
  if (!record_text.is_single_field()) record_text.append(scratch.values, scratch.joined);
  const std::string_view text =
      record_text.is_single_field() ? scratch.values.front() : std::string_view(scratch.joined);
  scratch.placed.push_back({number, &Document::text, texts.append(text)});
}

DocumentBatch DocumentParser::parse(LineBatch&& lines) const {
  const State& state = *state_;
  Scratch& scratch = state_->scratches.local();
  scratch.placed.clear();

  DocumentBatch batch;
  batch.lines = std::move(lines);
  batch.documents.reserve(batch.lines.lines.size());
  TextArena texts(state.options.want_text ? state.pool->take() : ByteBuffer());
  const bool all_utf8 = is_utf8(batch.lines);
  for (const Line& line : batch.lines.lines) {
    const std::size_t number = batch.documents.size();
    Document& document = batch.documents.emplace_back();
    document.line = line;
    if (line.too_long) {
      document.drop(DropReason::kLineTooLong);
      document.detail = "the line is longer than the limit";
      continue;
    }
    const std::string_view bytes = batch.lines.text_of(line);
    if (all_utf8 && state.parse_flat(bytes, number, document, scratch, texts)) continue;
    state.parse_line(bytes, number, document, scratch, texts);
  }
  batch.texts = texts.take();
  for (const PlacedText& text : scratch.placed) {
    batch.documents[text.document].*text.member =
        batch.texts.view(text.span.first, text.span.second);
  }
  return batch;
}

}  // namespace corpusmill
