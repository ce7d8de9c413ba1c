#include "prep/output/text_writer.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/background_writer.h"
#include "common/file.h"
#include "prep/output/frame_compressor.h"

namespace corpusmill {
namespace {

namespace tbb = oneapi::tbb;

Compression compression_by_suffix(const std::filesystem::path& path) {
  if (path.extension() == ".gz") return Compression::kGzip;
  if (path.extension() == ".zst") return Compression::kZstd;
  return Compression::kNone;
}

}  // namespace

struct TextWriter::State {
  explicit State(const std::filesystem::path& final_path)
      : file(final_path),
        writer(file),
        compression(compression_by_suffix(final_path)),
        compressors([kind = compression] { return FrameCompressor(kind); }) {}

  void end_block();
  void flush();

  AtomicFile file;
  BackgroundWriter writer;
  Compression compression;
  std::string block;                // being filled, under kTextFrameBytes
  std::vector<std::string> blocks;  // full ones, waiting to be compressed together
  std::uint64_t bytes_in = 0;
  bool has_frames = false;
  tbb::enumerable_thread_specific<FrameCompressor> compressors;
};

void TextWriter::State::end_block() {
  blocks.push_back(std::exchange(block, {}));
  if (blocks.size() >= static_cast<std::size_t>(tbb::this_task_arena::max_concurrency())) flush();
}

// Compresses and writes what is waiting, each block a frame. Isolated: called from a pipeline's
// stage, the thread must not pick up the pipeline's next batch while it waits for the others.
void TextWriter::State::flush() {
  tbb::this_task_arena::isolate([this] {
    tbb::parallel_for(std::size_t{0}, blocks.size(), [this](std::size_t i) {
      blocks[i] = compressors.local().compress(blocks[i]);
    });
  });
  for (const std::string& done : blocks) writer.write(done);
  has_frames = has_frames || !blocks.empty();
  blocks.clear();
}

TextWriter::TextWriter(const std::filesystem::path& final_path)
    : state_(std::make_unique<State>(final_path)) {}
TextWriter::~TextWriter() = default;
TextWriter::TextWriter(TextWriter&&) noexcept = default;

void TextWriter::write(std::string_view bytes) {
  State& state = *state_;
  state.bytes_in += bytes.size();
  if (state.compression == Compression::kNone) return state.writer.write(bytes);
  while (!bytes.empty()) {
    if (state.block.capacity() < kTextFrameBytes) state.block.reserve(kTextFrameBytes);
    const std::size_t taken =
        std::min<std::size_t>(bytes.size(), kTextFrameBytes - state.block.size());
    state.block.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (state.block.size() == kTextFrameBytes) state.end_block();
  }
}

void TextWriter::commit() {
  State& state = *state_;
  if (state.compression != Compression::kNone) {
    // A compressed file without a single frame would not be one.
    const bool needs_frame = !state.has_frames && state.blocks.empty();
    if (!state.block.empty() || needs_frame) state.end_block();
    state.flush();
  }
  state.writer.finish();
  state.file.commit();
}

std::uint64_t TextWriter::bytes_in() const {
  return state_->bytes_in;
}
const std::filesystem::path& TextWriter::final_path() const {
  return state_->file.final_path();
}

}  // namespace corpusmill
