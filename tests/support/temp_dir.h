// A folder of a test's own, removed with all that is in it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace corpusmill {

class TempDir {
 public:
  // kMemory: on a file system in memory, where there is one, for tests that sync thousands of
  // times.
  enum class On { kDisk, kMemory };
  explicit TempDir(On where = On::kDisk);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Whole files, not through common/io.h: what tests look at and damage is not counted as ours.
std::string slurp(const std::filesystem::path& path);
void spill(const std::filesystem::path& path, const std::string& bytes);

// Every file below the folder, by path relative to it, with its content.
std::map<std::string, std::string> folder_content(const std::filesystem::path& folder);

}  // namespace corpusmill
