#include "prep/input/gzip_filter.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib: the largest window, gzip wrapper only

enum class Position { kBetweenMembers, kInMember, kPadding };

uInt clamp_size(std::size_t bytes) {
  return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

}  // namespace

struct GzipDecoder::State {
  explicit State(std::string file_name) : name(std::move(file_name)) {
    if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) {
      throw Error(ExitCode::kInternal, "zlib could not be started");
    }
  }
  ~State() { inflateEnd(&stream); }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: gzip data is {} at compressed byte {}", name, what, offset));
  }
  void begin_member() {
    inflateReset(&stream);
    position = Position::kInMember;
  }
  DecodeStep inflate_some(std::string_view input, char* out, std::size_t out_bytes);

  std::string name;
  z_stream stream{};
  Position position = Position::kBetweenMembers;
  std::uint64_t members = 0;
  std::uint64_t offset = 0;  // compressed bytes consumed
};

DecodeStep GzipDecoder::State::inflate_some(std::string_view input, char* out,
                                            std::size_t out_bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = clamp_size(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = clamp_size(out_bytes);
  const uInt in_before = stream.avail_in;
  const uInt out_before = stream.avail_out;
  const int result = inflate(&stream, Z_NO_FLUSH);
  const DecodeStep step{in_before - stream.avail_in, out_before - stream.avail_out};
  offset += step.consumed;
  if (result == Z_STREAM_END) {
    position = Position::kBetweenMembers;
    ++members;
  } else if (result != Z_OK && result != Z_BUF_ERROR) {
    fail(fmt::format("damaged ({})", stream.msg != nullptr ? stream.msg : "inflate failed"));
  }
  return step;
}

GzipDecoder::GzipDecoder(std::string name) : state_(std::make_unique<State>(std::move(name))) {}
GzipDecoder::GzipDecoder(GzipDecoder&&) noexcept = default;
GzipDecoder::~GzipDecoder() = default;

DecodeStep GzipDecoder::decode(std::string_view input, char* out, std::size_t out_bytes) {
  State& state = *state_;
  DecodeStep total;
  while (total.produced < out_bytes) {
    const std::string_view rest = input.substr(total.consumed);
    if (state.position == Position::kInMember) {
      const DecodeStep step =
          state.inflate_some(rest, out + total.produced, out_bytes - total.produced);
      total.consumed += step.consumed;
      total.produced += step.produced;
      if (state.position == Position::kInMember && step.consumed == 0 && step.produced == 0) break;
      continue;
    }
    if (rest.empty()) break;
    if (state.position == Position::kBetweenMembers && rest.front() == '\x1f') {
      state.begin_member();
      continue;
    }
    state.position = Position::kPadding;
    const std::size_t zeros = std::min(rest.find_first_not_of('\0'), rest.size());
    state.offset += zeros;
    total.consumed += zeros;
    if (zeros < rest.size()) state.fail("followed by bytes that are not gzip");
  }
  return total;
}

void GzipDecoder::finish() {
  if (state_->position == Position::kInMember) state_->fail("cut short");
  if (state_->members == 0) state_->fail("missing");
}

}  // namespace corpusmill
