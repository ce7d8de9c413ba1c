#include "common/token_shard_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/digest.h"
#include "common/error.h"
#include "common/file.h"

namespace corpusmill {
namespace {

constexpr std::string_view kShardSuffix = ".bin";
constexpr std::string_view kIndexSuffix = ".docs";
constexpr std::string_view kManifestSuffix = ".json";

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::uint64_t header_digest_of(const DocumentIndexHeader& header) {
  return digest_of(
             {reinterpret_cast<const char*>(&header), offsetof(DocumentIndexHeader, header_digest)})
      .low;
}

ShardSetNames::ShardSetNames(const std::filesystem::path& prefix)
    : folder_(prefix.parent_path()), name_(prefix.filename().string()) {
  if (folder_.empty()) folder_ = ".";
  if (name_.ends_with(kManifestSuffix)) name_.resize(name_.size() - kManifestSuffix.size());
  if (name_.empty() || name_ == "." || name_ == "..") {
    throw Error(ExitCode::kUsage,
                fmt::format("the output {} names a folder; add the beginning of the file names, as "
                            "in {}",
                            prefix.string(), (prefix / "data").string()));
  }
}

std::filesystem::path ShardSetNames::manifest_path() const {
  return folder_ / (name_ + std::string(kManifestSuffix));
}

std::string ShardSetNames::shard_name(Split split, std::uint64_t number) const {
  return fmt::format("{}{}-{:05d}{}", name_, split == Split::kTrain ? "" : ".val", number,
                     kShardSuffix);
}

std::string ShardSetNames::index_name(Split split, std::uint64_t number) const {
  return index_name_of_shard(shard_name(split, number));
}

bool ShardSetNames::owns(std::string_view file_name) const {
  const std::string final_name = final_name_of_temporary(file_name);
  if (!final_name.empty()) {
    return final_name == name_ + std::string(kManifestSuffix) || owns(final_name);
  }
  if (!take_prefix(file_name, name_)) return false;
  take_prefix(file_name, ".val");
  if (!take_prefix(file_name, "-")) return false;
  const std::size_t digits = std::min(file_name.find_first_not_of("0123456789"), file_name.size());
  const std::string_view suffix = file_name.substr(digits);
  return digits >= 5 && (suffix == kShardSuffix || suffix == kIndexSuffix);
}

std::string index_name_of_shard(std::string_view shard_name) {
  if (shard_name.ends_with(kShardSuffix)) shard_name.remove_suffix(kShardSuffix.size());
  return fmt::format("{}{}", shard_name, kIndexSuffix);
}

void remove_shard_set(const ShardSetNames& names) {
  if (!file_exists(names.folder())) return;
  remove_file(names.manifest_path());
  for (const std::string& name : list_directory(names.folder())) {
    if (names.owns(name)) remove_file(names.folder() / name);
  }
}

}  // namespace corpusmill
