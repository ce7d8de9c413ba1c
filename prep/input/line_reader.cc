#include "prep/input/line_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "prep/input/byte_source.h"

namespace corpusmill {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kIdleBuffersMax = 64;
constexpr std::uint64_t kBatchBytesMin = 16;            // room for a byte order mark
constexpr std::uint64_t kLineBytesLimit = 0xF000'0000;  // simdjson's documents end below 4 GiB

// Splits [begin, end) of the batch's buffer, which starts where `next` says, and moves `next` on.
void split_lines(LineBatch& batch, std::size_t begin, std::size_t end, std::uint64_t line_bytes_max,
                 Origin& next) {
  const char* const data = batch.buffer.data();
  Origin origin = next;
  std::size_t at = begin;
  while (at < end) {
    const void* const newline = std::memchr(data + at, '\n', end - at);
    const std::size_t stop =
        newline == nullptr ? end
                           : static_cast<std::size_t>(static_cast<const char*>(newline) - data);
    const std::size_t after = newline == nullptr ? end : stop + 1;
    Line& line = batch.lines.emplace_back();
    line.origin = origin;
    line.begin = at;
    line.bytes = stop - at;
    line.bytes_in = after - at;
    if (newline != nullptr && line.bytes > 0 && data[stop - 1] == '\r') --line.bytes;
    if (line.bytes > line_bytes_max) {
      line.too_long = true;
      line.bytes = 0;
    }
    ++origin.line;
    origin.offset += line.bytes_in;
    at = after;
  }
  next = origin;
}

}  // namespace

struct LineReader::State {
  State(InputSet input_set, LineReaderOptions given)
      : inputs(std::move(input_set)),
        options(given),
        pool(BufferPool::make(given.batch_bytes, kIdleBuffersMax)),
        next_file(given.files_begin) {}

  bool open_next_file();
  void close_file();
  ByteBuffer take_buffer();
  bool fill(ByteBuffer& buffer, std::size_t& used);
  std::size_t skip_byte_order_mark(const ByteBuffer& buffer, std::size_t used);
  std::optional<LineBatch> read_batch();
  LineBatch skip_long_line(ByteBuffer buffer, std::size_t used);
  void finish_batch(LineBatch& batch);
  // A line that has not ended within this many bytes is too long, whatever follows: its newline may
  // still be CRLF.
  std::size_t open_line_bytes_max() const { return options.line_bytes_max + 1; }

  InputSet inputs;
  LineReaderOptions options;
  std::shared_ptr<BufferPool> pool;
  std::vector<InputInfo> finished;
  std::unique_ptr<ByteSource> source;
  std::size_t next_file;  // to be opened
  bool at_start_of_file = false;
  Origin next;      // of the byte after the last batch's lines
  ByteBuffer rest;  // read, but in no batch yet
  std::size_t rest_begin = 0, rest_bytes = 0;
  std::uint64_t disk_bytes_told = 0;
  std::uint64_t line_count_guess = 0;
  std::uint64_t sequence = 0;
};

bool LineReader::State::open_next_file() {
  if (next_file >= std::min(options.files_end, inputs.files().size())) return false;
  source = open_byte_source(inputs.files()[next_file], options.digest_inputs);
  next = {static_cast<std::uint32_t>(next_file), 1, 0};
  at_start_of_file = true;
  rest_bytes = 0;
  disk_bytes_told = 0;
  ++next_file;
  return true;
}

void LineReader::State::close_file() {
  finished.push_back(source->finish());
  source.reset();
}

// A buffer that starts with what the last batch left over.
ByteBuffer LineReader::State::take_buffer() {
  ByteBuffer buffer = rest_bytes < options.batch_bytes ? pool->take() : ByteBuffer(2 * rest_bytes);
  if (rest_bytes > 0) std::memcpy(buffer.data(), rest.data() + rest_begin, rest_bytes);
  return buffer;
}

// Fills the buffer; false once the file has ended.
bool LineReader::State::fill(ByteBuffer& buffer, std::size_t& used) {
  while (used < buffer.capacity()) {
    const std::size_t got = source->read(buffer.data() + used, buffer.capacity() - used);
    if (got == 0) return false;
    used += got;
  }
  return true;
}

std::size_t LineReader::State::skip_byte_order_mark(const ByteBuffer& buffer, std::size_t used) {
  if (!at_start_of_file) return 0;
  at_start_of_file = false;
  if (!buffer.view(0, used).starts_with(kByteOrderMark)) return 0;
  next.offset += kByteOrderMark.size();
  return kByteOrderMark.size();
}

void LineReader::State::finish_batch(LineBatch& batch) {
  batch.sequence = sequence++;
  const std::uint64_t disk_bytes = source->bytes_on_disk();
  batch.bytes_on_disk = disk_bytes - disk_bytes_told;
  disk_bytes_told = disk_bytes;
}

// One batch of the open file; nothing at its end.
std::optional<LineBatch> LineReader::State::read_batch() {
  ByteBuffer buffer = take_buffer();
  std::size_t used = std::exchange(rest_bytes, 0);
  bool more = fill(buffer, used);
  const std::size_t begin = skip_byte_order_mark(buffer, used);
  const void* last = nullptr;
  while (more) {
    last = memrchr(buffer.data() + begin, '\n', used - begin);
    if (last != nullptr) break;
    if (used - begin > open_line_bytes_max())
      return skip_long_line(std::move(buffer), used - begin);
    ByteBuffer larger(std::min(2 * buffer.capacity(), begin + open_line_bytes_max() + 1));
    std::memcpy(larger.data(), buffer.data(), used);
    buffer = std::move(larger);
    more = fill(buffer, used);
  }
  if (used == begin) return std::nullopt;
  const std::size_t end =
      more ? static_cast<std::size_t>(static_cast<const char*>(last) - buffer.data()) + 1 : used;

  LineBatch batch;
  batch.buffer = std::move(buffer);
  batch.lines.reserve(line_count_guess + line_count_guess / 4 + 1);
  split_lines(batch, begin, end, options.line_bytes_max, next);
  line_count_guess = batch.lines.size();
  if (end < used) {
    rest_bytes = used - end;
    rest_begin = 0;
    if (rest.capacity() < rest_bytes) rest = ByteBuffer(std::max(rest_bytes, options.batch_bytes));
    std::memcpy(rest.data(), batch.buffer.data() + end, rest_bytes);
  }
  finish_batch(batch);
  return batch;
}

// The first `skipped` bytes of a line over the limit have been read; its end is looked for, and
// nothing of it kept.
LineBatch LineReader::State::skip_long_line(ByteBuffer buffer, std::size_t skipped) {
  Line line;
  line.origin = next;
  line.too_long = true;
  line.bytes_in = skipped;
  while (const std::size_t got = source->read(buffer.data(), buffer.capacity())) {
    const void* const newline = std::memchr(buffer.data(), '\n', got);
    if (newline == nullptr) {
      line.bytes_in += got;
      continue;
    }
    const auto after =
        static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
    line.bytes_in += after;
    rest_begin = after;
    rest_bytes = got - after;
    rest = std::move(buffer);
    break;
  }
  ++next.line;
  next.offset += line.bytes_in;
  LineBatch batch;
  batch.lines.push_back(line);
  finish_batch(batch);
  return batch;
}

LineReader::LineReader(InputSet inputs, LineReaderOptions options) {
  if (options.line_bytes_max > kLineBytesLimit) {
    throw Error(ExitCode::kUsage, "the limit on a line's length must stay under 4 GiB");
  }
  options.batch_bytes = std::max(options.batch_bytes, kBatchBytesMin);
  state_ = std::make_unique<State>(std::move(inputs), options);
}
LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;

std::optional<LineBatch> LineReader::next() {
  State& state = *state_;
  while (state.source || state.open_next_file()) {
    if (std::optional<LineBatch> batch = state.read_batch()) return batch;
    state.close_file();
  }
  return std::nullopt;
}

const InputSet& LineReader::inputs() const {
  return state_->inputs;
}
const std::vector<InputInfo>& LineReader::finished_inputs() const {
  return state_->finished;
}

LineBatch line_batch_of(std::string_view bytes) {
  LineBatch batch;
  batch.buffer = ByteBuffer::copy_of(bytes);
  Origin next{0, 1, 0};
  split_lines(batch, 0, bytes.size(), bytes.size(), next);
  return batch;
}

}  // namespace corpusmill
