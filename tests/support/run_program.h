// Runs the built `corpusmill` as a user would, and what such tests need around it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace corpusmill {

struct ProgramResult {
  int exit_code = -1;  // 128 + the signal where one ended it
  std::string out, err;
};

struct ProgramOptions {
  std::filesystem::path folder = {};     // to run in; empty: here
  std::string standard_output = {};      // a file to open for it ("/dev/full"); empty: captured
  std::uint64_t file_bytes_max = 0;      // RLIMIT_FSIZE, a disk that is full; 0: no limit
  bool close_output_after_line = false;  // as `| head -1` does
};

// Waits for the end. `arguments` follow the program's name.
ProgramResult run_corpusmill(const std::vector<std::string>& arguments,
                             const ProgramOptions& options = {});

// Starts it, kills it with SIGKILL as soon as a file of that name is moved into `folder`, and
// waits. True if it was killed, false if it had ended before.
bool kill_corpusmill_at_file(const std::vector<std::string>& arguments,
                             const std::filesystem::path& folder, const std::string& file_name);

// A tokenizer.json without merges: the id of each byte is its value, and those of the special
// tokens `marks` follow from 256 on.
std::string byte_tokenizer_json(const std::vector<std::string>& marks = {"<|endoftext|>"});

}  // namespace corpusmill
