#include "tests/support/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace corpusmill {
namespace {

std::string program_path() {
  return std::string(CORPUSMILL_BINARY_DIR) + "/bin/corpusmill";
}

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  }
  std::array<int, 2> ends{};
};

[[noreturn]] void exec_program(const std::vector<std::string>& arguments,
                               const ProgramOptions& options, int out, int err) {
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(126);
  if (options.file_bytes_max > 0) {
    const rlimit limit = {options.file_bytes_max, options.file_bytes_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (!options.standard_output.empty()) out = open(options.standard_output.c_str(), O_WRONLY);
  const int in = open("/dev/null", O_RDONLY);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  std::string program = program_path();
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

std::string read_all(int descriptor, bool one_line_only) {
  std::string text;
  std::array<char, 4096> buffer;
  ssize_t count = 0;
  while ((count = read(descriptor, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (one_line_only && text.find('\n') != std::string::npos) break;
  }
  close(descriptor);
  return text;
}

int exit_code_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramResult run_corpusmill(const std::vector<std::string>& arguments,
                             const ProgramOptions& options) {
  const Pipe out, err;
  const pid_t child = fork();
  if (child == 0) exec_program(arguments, options, out.ends[1], err.ends[1]);
  close(out.ends[1]);
  close(err.ends[1]);
  ProgramResult result;
  std::thread reader([&] { result.err = read_all(err.ends[0], false); });
  result.out = read_all(out.ends[0], options.close_output_after_line);
  reader.join();
  result.exit_code = exit_code_of(child);
  return result;
}

bool kill_corpusmill_at_file(const std::vector<std::string>& arguments,
                             const std::filesystem::path& folder, const std::string& file_name) {
  const int watcher = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(watcher, folder.c_str(), IN_MOVED_TO);
  const Pipe out;
  const pid_t child = fork();
  if (child == 0) exec_program(arguments, {}, out.ends[1], out.ends[1]);
  close(out.ends[1]);
  // The pipe's end tells that the program ended without making the file.
  std::array<pollfd, 2> waits = {{{watcher, POLLIN, 0}, {out.ends[0], POLLIN, 0}}};
  alignas(inotify_event) std::array<char, 4096> buffer;
  bool over = false;
  while (!over && poll(waits.data(), waits.size(), -1) > 0) {
    if (waits[1].revents != 0) over = read(out.ends[0], buffer.data(), buffer.size()) <= 0;
    if (waits[0].revents == 0) continue;
    const ssize_t count = read(watcher, buffer.data(), buffer.size());
    for (ssize_t at = 0; at < count;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      over = over || file_name == event->name;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  kill(child, SIGKILL);
  close(watcher);
  close(out.ends[0]);
  return exit_code_of(child) == 128 + SIGKILL;
}

std::string byte_tokenizer_json(const std::vector<std::string>& marks) {
  // GPT-2's alphabet: printable Latin-1 bytes are themselves, the others follow from U+0100.
  nlohmann::json vocabulary = nlohmann::json::object();
  std::uint32_t next = 0x100;
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    const bool printable = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
    const std::uint32_t spelling = printable ? byte : next++;
    std::string utf8;
    if (spelling < 0x80) {
      utf8.push_back(static_cast<char>(spelling));
    } else {
      utf8.push_back(static_cast<char>(0xC0 | (spelling >> 6)));
      utf8.push_back(static_cast<char>(0x80 | (spelling & 0x3F)));
    }
    vocabulary[utf8] = byte;
  }
  const nlohmann::json byte_level = {{"type", "ByteLevel"},
                                     {"add_prefix_space", false},
                                     {"trim_offsets", true},
                                     {"use_regex", true}};
  nlohmann::json added = nlohmann::json::array();
  for (const std::string& mark : marks) {
    added.push_back({{"id", 256 + added.size()},
                     {"content", mark},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  const nlohmann::json tokenizer = {{"version", "1.0"},
                                    {"truncation", nullptr},
                                    {"padding", nullptr},
                                    {"added_tokens", added},
                                    {"normalizer", nullptr},
                                    {"pre_tokenizer", byte_level},
                                    {"post_processor", nullptr},
                                    {"decoder", byte_level},
                                    {"model",
                                     {{"type", "BPE"},
                                      {"dropout", nullptr},
                                      {"unk_token", nullptr},
                                      {"continuing_subword_prefix", nullptr},
                                      {"end_of_word_suffix", nullptr},
                                      {"fuse_unk", false},
                                      {"byte_fallback", false},
                                      {"vocab", vocabulary},
                                      {"merges", nlohmann::json::array()}}}};
  return tokenizer.dump();
}

}  // namespace corpusmill
