#include "common/shard_verify.h"

#include <fmt/format.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "common/digest.h"
#include "common/document_index.h"
#include "common/error.h"
#include "common/file.h"

namespace corpusmill {
namespace {

// Position of the first id that is not below the limit, or `tokens` if all are.
template <typename Stored>
std::size_t first_id_from(std::uint64_t limit, const char* bytes, std::size_t tokens) {
  for (std::size_t i = 0; i < tokens; ++i) {
    Stored id;
    std::memcpy(&id, bytes + i * sizeof id, sizeof id);
    if (id >= limit) return i;
  }
  return tokens;
}

class ShardCheck {
 public:
  ShardCheck(const std::filesystem::path& folder, const Manifest& manifest, const ShardInfo& shard,
             const BytesRead& bytes_read)
      : folder_(folder), manifest_(manifest), shard_(shard), bytes_read_(bytes_read) {}

  std::vector<Damage> run() {
    check_tokens();
    if (!shard_.index_file_name.empty()) check_index();
    return std::move(damages_);
  }

 private:
  void add(const std::string& file, std::optional<std::uint64_t> block, std::uint64_t offset,
           std::string what) {
    damages_.push_back({file, block, offset, std::move(what)});
  }

  void check_tokens() {
    const std::filesystem::path path = folder_ / shard_.file_name;
    if (!file_exists(path)) return add(shard_.file_name, std::nullopt, 0, "missing");
    const File file = File::open_read(path);
    const std::uint64_t expected = shard_.tokens * static_cast<std::uint64_t>(shard_.width);
    const std::uint64_t bytes = file.size();
    std::string buffer(kDigestBlockBytes, '\0');
    Digester whole;
    for (std::uint64_t begin = 0; begin < std::min(bytes, expected); begin += kDigestBlockBytes) {
      const std::uint64_t end = std::min({begin + kDigestBlockBytes, bytes, expected});
      const std::string_view block(buffer.data(), end - begin);
      file.read_at(buffer.data(), block.size(), begin);
      whole.update(block);
      check_block(block, begin);
      if (bytes_read_) bytes_read_(block.size());
    }
    if (bytes != expected) {
      add(shard_.file_name, std::nullopt, std::min(bytes, expected),
          fmt::format("has {} bytes instead of {}", bytes, expected));
    } else if (damages_.empty() && whole.digest().hex() != shard_.digest) {
      add(shard_.file_name, std::nullopt, 0, "the digest of the whole file differs");
    }
  }

  void check_block(std::string_view block, std::uint64_t begin) {
    const std::uint64_t number = begin / kDigestBlockBytes;
    if (digest_of(block).hex() != shard_.block_digests[number]) {
      return add(shard_.file_name, number, begin,
                 fmt::format("the digest of these {} bytes differs", block.size()));
    }
    const std::uint64_t limit = manifest_.tokenizer.vocabulary_size;
    const std::size_t width = static_cast<std::size_t>(shard_.width);
    const std::size_t tokens = block.size() / width;
    const std::size_t bad = shard_.width == TokenWidth::kUint16
                                ? first_id_from<std::uint16_t>(limit, block.data(), tokens)
                                : first_id_from<std::uint32_t>(limit, block.data(), tokens);
    if (bad != tokens) {
      add(shard_.file_name, number, begin + bad * width,
          fmt::format("an id that is not below the vocabulary size {}", limit));
    }
  }

  void check_index() {
    const std::string& name = shard_.index_file_name;
    const std::filesystem::path path = folder_ / name;
    if (!file_exists(path)) return add(name, std::nullopt, 0, "missing");
    const bool is_as_written = digest_of_file(path).hex() == shard_.index_digest;
    if (!is_as_written) add(name, std::nullopt, 0, "the digest of the whole file differs");
    try {
      const DocumentIndex index = DocumentIndex::open(folder_, shard_);
      index.verify_entries(manifest_.inputs.size());
    } catch (const Error& error) {
      if (error.code() != ExitCode::kCorrupt && error.code() != ExitCode::kMismatch) throw;
      if (is_as_written) add(name, std::nullopt, 0, error.what());
    }
  }

  const std::filesystem::path& folder_;
  const Manifest& manifest_;
  const ShardInfo& shard_;
  const BytesRead& bytes_read_;
  std::vector<Damage> damages_;
};

}  // namespace

std::string Damage::to_text() const {
  if (block) return fmt::format("{}: block {}, byte {}: {}", file, *block, offset, what);
  return fmt::format("{}: byte {}: {}", file, offset, what);
}

std::vector<Damage> verify_shard(const std::filesystem::path& folder, const Manifest& manifest,
                                 std::size_t shard, const BytesRead& bytes_read) {
  return ShardCheck(folder, manifest, manifest.shards.at(shard), bytes_read).run();
}

std::vector<Damage> verify_shards(const std::filesystem::path& folder, const Manifest& manifest,
                                  int threads, const BytesRead& bytes_read) {
  std::vector<std::vector<Damage>> found(manifest.shards.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t shard = next++; shard < found.size(); shard = next++) {
      try {
        found[shard] = verify_shard(folder, manifest, shard, bytes_read);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = found.size();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int i = 1; i < threads && static_cast<std::size_t>(i) < found.size(); ++i) {
      helpers.emplace_back(work);
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
  std::vector<Damage> all;
  for (std::vector<Damage>& damages : found) {
    all.insert(all.end(), std::make_move_iterator(damages.begin()),
               std::make_move_iterator(damages.end()));
  }
  return all;
}

void verify_or_throw(const std::filesystem::path& folder, const Manifest& manifest, int threads) {
  const std::vector<Damage> damages = verify_shards(folder, manifest, threads, {});
  if (damages.empty()) return;
  throw Error(ExitCode::kCorrupt,
              fmt::format("{} ({} damages in all; `corpusmill verify` lists them)",
                          (folder / damages.front().to_text()).string(), damages.size()));
}

}  // namespace corpusmill
