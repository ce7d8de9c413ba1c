#include "prep/output/frame_compressor.h"

#include <zlib.h>
#include <zstd.h>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib: the largest window, gzip wrapper
constexpr int kGzipMemoryLevel = 8;

[[noreturn]] void fail() {
  throw Error(ExitCode::kInternal, "a block could not be compressed");
}

std::string compress_zstd(ZSTD_CCtx* context, std::string_view block) {
  std::string frame(ZSTD_compressBound(block.size()), '\0');
  const std::size_t bytes =
      ZSTD_compress2(context, frame.data(), frame.size(), block.data(), block.size());
  if (ZSTD_isError(bytes)) fail();
  frame.resize(bytes);
  return frame;
}

std::string compress_gzip(z_stream& stream, std::string_view block) {
  deflateReset(&stream);
  std::string member(deflateBound(&stream, block.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
  stream.avail_in = static_cast<uInt>(block.size());
  stream.next_out = reinterpret_cast<Bytef*>(member.data());
  stream.avail_out = static_cast<uInt>(member.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) fail();
  member.resize(member.size() - stream.avail_out);
  return member;
}

}  // namespace

struct FrameCompressor::State {
  explicit State(Compression kind) : compression(kind) {
    if (compression == Compression::kZstd) {
      zstd = ZSTD_createCCtx();
      if (zstd == nullptr) fail();
      ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, kZstdLevel);
      ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    } else if (compression == Compression::kGzip) {
      const int result = deflateInit2(&gzip, kGzipLevel, Z_DEFLATED, kGzipWindowBits,
                                      kGzipMemoryLevel, Z_DEFAULT_STRATEGY);
      if (result != Z_OK) fail();
    }
  }
  ~State() {
    ZSTD_freeCCtx(zstd);
    if (compression == Compression::kGzip) deflateEnd(&gzip);
  }

  Compression compression;
  ZSTD_CCtx* zstd = nullptr;
  z_stream gzip{};
};

FrameCompressor::FrameCompressor(Compression compression)
    : state_(std::make_unique<State>(compression)) {}
FrameCompressor::~FrameCompressor() = default;
FrameCompressor::FrameCompressor(FrameCompressor&&) noexcept = default;

std::string FrameCompressor::compress(std::string_view block) {
  switch (state_->compression) {
    case Compression::kZstd:
      return compress_zstd(state_->zstd, block);
    case Compression::kGzip:
      return compress_gzip(state_->gzip, block);
    case Compression::kNone:
      break;
  }
  return std::string(block);
}

}  // namespace corpusmill
