// The words of a progress report: pure functions of the counters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace corpusmill {

struct ProgressState {
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;  // 0: unknown
  std::uint64_t documents = 0;
  std::uint64_t drops = 0;
  double seconds = 0;
};

// "12,345,678"
std::string with_separators(std::uint64_t number);
// "950 ms", "12.3 s", "4 min 05 s", "3 h 12 min"
std::string format_duration(double seconds);

// "clean: 45%, 212.4 MB/s, 12,345 documents/s, 17 dropped, 1 min 05 s left"; MB are 10^6 bytes.
std::string progress_line(std::string_view label, const ProgressState& state);
// The same with a bar, cut to `columns` so that the terminal never wraps it.
std::string progress_bar(std::string_view label, const ProgressState& state, std::size_t columns);

// Of standard error; 80 if it has none.
std::size_t terminal_columns();

}  // namespace corpusmill
