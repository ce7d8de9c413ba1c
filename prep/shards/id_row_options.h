// The options that `encode` and `decode` have in common: where rows of ids or texts come from and
// go to, and how ids are written.
#pragma once

#include <string>

#include "common/options.h"
#include "prep/input/input_options.h"

namespace corpusmill {

struct IdRowOptions {
  InputOptions input;
  CommonOptions common;
  std::string output;           // --output; empty or "-": standard output
  std::string format = "text";  // --format: text, json, bin
  std::string dtype = "auto";   // --dtype of --format bin
  bool strict = false;          // --strict

  // --format and --dtype; `format_help` says what each format is for this command.
  void add_format_to(CLI::App& app, const std::string& format_help);
  // --strict, --output and the options that every command has.
  void add_output_to(CLI::App& app);
};

}  // namespace corpusmill
