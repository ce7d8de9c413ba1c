// The input files of a run, found and checked before any work: files, folders, globs, `-` for
// standard input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace corpusmill {

struct InputFile {
  std::string name;                 // as given, or folder/name; "-" for standard input
  std::filesystem::path path;       // empty for standard input
  bool regular = false;             // a file of known size that can be checked for change
  std::uint64_t bytes_on_disk = 0;  // 0 where unknown
  std::uint64_t device = 0, inode = 0;
  std::int64_t modified_ns = 0;
};

class InputSet {
 public:
  // In the order given. A folder stands for its *.jsonl, *.json, *.jsonl.gz, *.jsonl.zst (and
  // *.json.gz, *.json.zst) in byte order, without its subfolders; a name with * ? [ that is no file
  // is matched against the names of folders, in byte order too. A file that comes twice is read
  // once and named in warnings(). Throws Error(kInputIo) for what is missing or unreadable, and
  // for a folder or pattern without a match; Error(kUsage) for an empty list.
  static InputSet resolve(const std::vector<std::string>& arguments);

  const std::vector<InputFile>& files() const { return files_; }
  std::vector<std::string> names() const;
  std::uint64_t bytes_on_disk() const;  // 0 where any file's size is unknown
  const std::vector<std::string>& warnings() const { return warnings_; }
  std::string warning_text() const;  // as lines for the end of a summary
  // Throws Error(kUsage) if `output` is one of the files that are read.
  void refuse_as_output(const std::filesystem::path& output) const;

 private:
  void add_argument(const std::string& argument);
  void add_file(const std::string& name);
  void add_folder(const std::string& name);
  void add_standard_input();

  std::vector<InputFile> files_;
  std::vector<std::string> warnings_;
};

}  // namespace corpusmill
