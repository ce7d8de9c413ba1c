// The exception that ends a run, and the exit codes that scripts rely on (docs/commands.md).
//
// Library code throws Error; only a main prints it and exits. A bad record is never an Error: it is
// a drop reason (prep/record/drop_reason.h).
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace corpusmill {

enum class ExitCode : int {
  kDone = 0,
  kFoundBad = 1,       // `check` found bad lines, `verify` found damage
  kUsage = 2,          // usage or config
  kInputRejected = 3,  // input rejected in strict mode
  kOutputIo = 4,       // output cannot be written
  kInputIo = 5,        // input cannot be read
  kOutputInUse = 6,    // another run writes the same output
  kCorrupt = 7,        // corrupt file or truncated input
  kMismatch = 8,       // config, tokenizer, data or options do not match
  kPeerFailed = 9,     // a peer rank failed
  kNonFinite = 10,     // training left the finite numbers
  kInternal = 70,      // a bug of ours
  kStopped = 75,       // stopped by a signal; the same command continues
};

// What happened, to which file, at which line or offset, and what to do about it.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// Throws "<action> <path>: <strerror(errno)>". Read errno before any other call can change it.
[[noreturn]] void throw_errno(ExitCode code, std::string_view action,
                              const std::filesystem::path& path);

}  // namespace corpusmill
