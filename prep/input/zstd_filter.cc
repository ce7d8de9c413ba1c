#include "prep/input/zstd_filter.h"

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

#include "common/error.h"

namespace corpusmill {
namespace {

enum class Position { kBetweenFrames, kInFrame, kPadding };

}  // namespace

struct ZstdDecoder::State {
  explicit State(std::string file_name) : name(std::move(file_name)) {
    if (stream == nullptr) throw Error(ExitCode::kInternal, "libzstd could not be started");
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, kZstdWindowLogMax);
  }
  ~State() { ZSTD_freeDStream(stream); }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: zstd data is {} at compressed byte {}", name, what, offset));
  }
  DecodeStep decode_some(std::string_view input, char* out, std::size_t out_bytes);

  std::string name;
  ZSTD_DStream* stream = ZSTD_createDStream();
  Position position = Position::kBetweenFrames;
  std::uint64_t frames = 0;
  std::uint64_t offset = 0;  // compressed bytes consumed
};

DecodeStep ZstdDecoder::State::decode_some(std::string_view input, char* out,
                                           std::size_t out_bytes) {
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  ZSTD_outBuffer room{out, out_bytes, 0};
  const std::size_t result = ZSTD_decompressStream(stream, &room, &in);
  offset += in.pos;
  if (ZSTD_isError(result)) {
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      fail(fmt::format("refused: it wants a window over {} MiB; compress it without --long",
                       (1U << kZstdWindowLogMax) >> 20));
    }
    fail(fmt::format("damaged ({})", ZSTD_getErrorName(result)));
  }
  if (result == 0) {
    position = Position::kBetweenFrames;
    ++frames;
  }
  return {in.pos, room.pos};
}

ZstdDecoder::ZstdDecoder(std::string name) : state_(std::make_unique<State>(std::move(name))) {}
ZstdDecoder::ZstdDecoder(ZstdDecoder&&) noexcept = default;
ZstdDecoder::~ZstdDecoder() = default;

DecodeStep ZstdDecoder::decode(std::string_view input, char* out, std::size_t out_bytes) {
  State& state = *state_;
  DecodeStep total;
  while (total.produced < out_bytes) {
    const std::string_view rest = input.substr(total.consumed);
    if (state.position == Position::kInFrame) {
      const DecodeStep step =
          state.decode_some(rest, out + total.produced, out_bytes - total.produced);
      total.consumed += step.consumed;
      total.produced += step.produced;
      if (state.position == Position::kInFrame && step.consumed == 0 && step.produced == 0) break;
      continue;
    }
    if (rest.empty()) break;
    if (state.position == Position::kBetweenFrames && rest.front() != '\0') {
      state.position = Position::kInFrame;
      continue;
    }
    state.position = Position::kPadding;
    const std::size_t zeros = std::min(rest.find_first_not_of('\0'), rest.size());
    state.offset += zeros;
    total.consumed += zeros;
    if (zeros < rest.size()) state.fail("followed by bytes that are not zstd");
  }
  return total;
}

void ZstdDecoder::finish() {
  if (state_->position == Position::kInFrame) state_->fail("cut short");
  if (state_->frames == 0) state_->fail("missing");
}

}  // namespace corpusmill
