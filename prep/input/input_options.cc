#include "prep/input/input_options.h"

#include "common/options.h"

namespace corpusmill {

void InputOptions::add_to(CLI::App& app) {
  add_inputs_to(app);
  auto* const field = app.add_option("--text-field", text_field, "field that holds the text");
  app.add_option("--template", text_template,
                 "join several fields into the text, as in '{question}\\n{answer}'")
      ->excludes(field);
}

void InputOptions::add_inputs_to(CLI::App& app) {
  app.add_option("inputs", inputs,
                 "JSONL files (plain, gzip or zstd), folders, patterns; - is standard input")
      ->required();
  add_bytes_option(app, "--line-bytes-max", line_bytes_max,
                   "a longer line is rejected as line_too_long");
}

RecordText InputOptions::record_text() const {
  return text_template.empty() ? RecordText::field(text_field)
                               : RecordText::parse_template(text_template);
}

LineReaderOptions InputOptions::line_reader_options() const {
  LineReaderOptions options;
  options.line_bytes_max = line_bytes_max;
  return options;
}

}  // namespace corpusmill
