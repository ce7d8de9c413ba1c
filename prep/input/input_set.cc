#include "prep/input/input_set.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "common/error.h"
#include "common/file.h"
#include "common/io.h"

namespace corpusmill {
namespace {

constexpr std::array<std::string_view, 6> kFolderSuffixes = {".jsonl",     ".json",    ".jsonl.gz",
                                                             ".jsonl.zst", ".json.gz", ".json.zst"};

bool has_wildcard(std::string_view name) {
  return name.find_first_of("*?[") != name.npos;
}

bool exists(const std::string& path) {
  struct stat status {};
  return io().stat(path.c_str(), &status) == 0;
}

std::vector<std::string> list_folder(const std::string& path) {
  std::vector<std::string> names;
  if (io().list_directory(path.c_str(), &names) != 0) {
    throw_errno(ExitCode::kInputIo, "list the folder", path);
  }
  return names;
}

std::string join_path(const std::string& folder, std::string_view name) {
  if (folder.empty() || folder.back() == '/') return folder + std::string(name);
  return fmt::format("{}/{}", folder, name);
}

// The paths that match `pattern`, component by component, in byte order within each folder. Hidden
// names need a pattern that starts with a dot, as in a shell.
void match_components(const std::string& folder, std::string_view pattern,
                      std::vector<std::string>& matches) {
  const std::size_t slash = pattern.find('/');
  const std::string component(pattern.substr(0, slash));
  const bool last = slash == pattern.npos;
  const auto descend = [&](const std::string& path) {
    if (last) {
      matches.push_back(path);
    } else {
      match_components(path + "/", pattern.substr(slash + 1), matches);
    }
  };
  if (!has_wildcard(component)) {
    const std::string path = join_path(folder, component);
    if (exists(path.empty() ? "/" : path)) descend(path);
    return;
  }
  std::vector<std::string> names;
  if (io().list_directory(folder.empty() ? "." : folder.c_str(), &names) != 0) {
    if (errno == ENOTDIR || errno == ENOENT) return;
    throw_errno(ExitCode::kInputIo, "list the folder", folder);
  }
  for (const std::string& name : names) {
    if (fnmatch(component.c_str(), name.c_str(), FNM_PERIOD) == 0) descend(join_path(folder, name));
  }
}

std::vector<std::string> match_pattern(const std::string& pattern) {
  std::vector<std::string> matches;
  if (pattern.starts_with('/')) {
    match_components("/", std::string_view(pattern).substr(1), matches);
  } else {
    match_components("", pattern, matches);
  }
  return matches;
}

InputFile describe(const std::string& name, const struct stat& status) {
  InputFile file;
  file.name = name;
  file.path = name;
  file.regular = S_ISREG(status.st_mode);
  file.bytes_on_disk = file.regular ? static_cast<std::uint64_t>(status.st_size) : 0;
  file.device = status.st_dev;
  file.inode = status.st_ino;
  file.modified_ns =
      static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  return file;
}

}  // namespace

InputSet InputSet::resolve(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw Error(ExitCode::kUsage, "no input: name files or folders, or - for standard input");
  }
  InputSet inputs;
  for (const std::string& argument : arguments) inputs.add_argument(argument);
  return inputs;
}

void InputSet::add_argument(const std::string& argument) {
  if (argument == "-") return add_standard_input();
  struct stat status {};
  if (io().stat(argument.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return add_folder(argument);
    return add_file(argument);
  }
  if (errno != ENOENT || !has_wildcard(argument)) {
    throw_errno(ExitCode::kInputIo, "read", argument);
  }
  const std::vector<std::string> matches = match_pattern(argument);
  if (matches.empty()) {
    throw Error(ExitCode::kInputIo, fmt::format("no file matches {}", argument));
  }
  for (const std::string& match : matches) add_file(match);
}

void InputSet::add_file(const std::string& name) {
  struct stat status {};
  if (io().stat(name.c_str(), &status) != 0) throw_errno(ExitCode::kInputIo, "read", name);
  if (S_ISDIR(status.st_mode)) {
    warnings_.push_back(fmt::format("{} is a folder and was not entered", name));
    return;
  }
  InputFile file = describe(name, status);
  const auto same = std::find_if(files_.begin(), files_.end(), [&](const InputFile& other) {
    return other.inode == file.inode && other.device == file.device && !other.path.empty();
  });
  if (same != files_.end()) {
    warnings_.push_back(
        same->name == name
            ? fmt::format("{} was given twice and is read once", name)
            : fmt::format("{} is the same file as {} and is read once", name, same->name));
    return;
  }
  // A pipe must not be opened twice.
  if (file.regular) File::open_read(name);
  files_.push_back(std::move(file));
}

void InputSet::add_folder(const std::string& name) {
  std::size_t found = 0;
  for (const std::string& entry : list_folder(name)) {
    const bool wanted =
        !entry.starts_with('.') &&
        std::any_of(kFolderSuffixes.begin(), kFolderSuffixes.end(),
                    [&](std::string_view suffix) { return entry.ends_with(suffix); });
    if (!wanted) continue;
    const std::string path = join_path(name, entry);
    struct stat status {};
    if (io().stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
    add_file(path);
    ++found;
  }
  if (found == 0) {
    throw Error(ExitCode::kInputIo,
                fmt::format("the folder {} holds no .jsonl or .json file (plain, .gz or .zst; "
                            "subfolders are not entered)",
                            name));
  }
}

void InputSet::add_standard_input() {
  const bool again = std::any_of(files_.begin(), files_.end(),
                                 [](const InputFile& file) { return file.path.empty(); });
  if (again) {
    warnings_.push_back("standard input was given twice and is read once");
    return;
  }
  InputFile file;
  file.name = "-";
  files_.push_back(std::move(file));
}

std::vector<std::string> InputSet::names() const {
  std::vector<std::string> names;
  names.reserve(files_.size());
  for (const InputFile& file : files_) names.push_back(file.name);
  return names;
}

std::string InputSet::warning_text() const {
  std::string text;
  for (const std::string& warning : warnings_) text += fmt::format("  note: {}\n", warning);
  return text;
}

void InputSet::refuse_as_output(const std::filesystem::path& output) const {
  struct stat status {};
  if (io().stat(output.c_str(), &status) != 0) return;
  for (const InputFile& file : files_) {
    if (!file.regular || file.inode != status.st_ino || file.device != status.st_dev) continue;
    throw Error(ExitCode::kUsage, fmt::format("the output {} is also an input ({}); give another "
                                              "name",
                                              output.string(), file.name));
  }
}

std::uint64_t InputSet::bytes_on_disk() const {
  std::uint64_t total = 0;
  for (const InputFile& file : files_) {
    if (!file.regular) return 0;
    total += file.bytes_on_disk;
  }
  return total;
}

}  // namespace corpusmill
