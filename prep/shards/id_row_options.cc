#include "prep/shards/id_row_options.h"

namespace corpusmill {

void IdRowOptions::add_format_to(CLI::App& app, const std::string& format_help) {
  app.add_option("--format", format, format_help)
      ->check(CLI::IsMember({"text", "json", "bin"}))
      ->capture_default_str();
  app.add_option("--dtype", dtype, "of --format bin: uint16 where every id fits, else uint32")
      ->check(CLI::IsMember({"auto", "uint16", "uint32"}))
      ->capture_default_str();
}

void IdRowOptions::add_output_to(CLI::App& app) {
  add_switch(app, "--strict", strict, "stop with exit code 3 at the first rejected line");
  app.add_option("-o,--output", output,
                 "file to write (.gz, .zst: compressed) instead of standard output");
  common.add_to(app);
}

}  // namespace corpusmill
