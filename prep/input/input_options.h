// The options of every command that reads JSONL rows, with the same names and meaning everywhere.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "prep/input/line_reader.h"
#include "prep/record/record_text.h"

namespace corpusmill {

struct InputOptions {
  std::vector<std::string> inputs;          // positional
  std::string text_field = "text";          // --text-field
  std::string text_template;                // --template
  std::uint64_t line_bytes_max = 64 << 20;  // --line-bytes-max

  // Throws nothing; CLI11 checks what is given.
  void add_to(CLI::App& app);
  // For commands that look at lines alone: the positional inputs and the line limit.
  void add_inputs_to(CLI::App& app);
  // Throws Error(kUsage) for a malformed template.
  RecordText record_text() const;
  LineReaderOptions line_reader_options() const;
};

}  // namespace corpusmill
