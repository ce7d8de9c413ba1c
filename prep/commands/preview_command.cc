// corpusmill preview: some rows, for people.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "common/error.h"
#include "common/options.h"
#include "prep/commands/commands.h"
#include "prep/input/input_options.h"
#include "prep/input/line_reader.h"
#include "prep/record/line_classifier.h"
#include "prep/stage/run_summary.h"
#include "prep/text/json_scanner.h"
#include "prep/text/terminal_text.h"

namespace corpusmill {
namespace {

struct PreviewOptions {
  CommonOptions common;
  InputOptions input;
  std::uint64_t rows = 3;
  std::uint64_t width = 200;
};

constexpr std::uint64_t kPreviewBatchBytes = 64 << 10;
constexpr std::size_t kKeyCharactersMax = 80;

PreviewOptions parse_options(const std::vector<std::string>& arguments) {
  PreviewOptions options;
  OptionSet set("preview", "Show the first rows, their fields and the fields' types");
  options.input.add_to(set.app());
  set.app().add_option("-n,--rows", options.rows, "rows to show")->capture_default_str();
  set.app()
      .add_option("--width", options.width, "characters of a value to show")
      ->capture_default_str();
  options.common.add_to(set.app());
  set.example("corpusmill preview data.jsonl -n 5");
  set.parse(arguments);
  return options;
}

// "string" of "a string".
std::string type_name(JsonKind kind) {
  const std::string_view name = json_kind_name(kind);
  return std::string(name.substr(name.find(' ') + 1));
}

struct FieldStatistics {
  std::size_t first_seen = 0;
  std::map<std::string, std::uint64_t> rows_by_type;
};

// Rows as text for people, and what their fields are.
class Preview {
 public:
  explicit Preview(const PreviewOptions& options)
      : options_(options), record_text_(options.input.record_text()) {}

  bool is_full() const { return rows_ == options_.rows; }

  void add(const Line& line, std::string_view raw, const std::string& file_name, Books& books) {
    ++rows_;
    text_ += fmt::format("{}:{}  ({} bytes)\n", terminal_text(file_name), line.origin.line,
                         line.bytes_in);
    LineVerdict verdict;
    if (line.too_long) {
      verdict.dropped = true;
      verdict.reason = DropReason::kLineTooLong;
      verdict.detail = "the line is longer than the limit";
    } else {
      verdict = classify_line(raw, record_text_);
    }
    books.count_in(line.bytes_in);
    if (verdict.dropped) {
      books.count_dropped(verdict.reason, line.bytes_in);
      text_ += fmt::format("  bad line: {}: {}\n", drop_reason_name(verdict.reason),
                           terminal_text(verdict.detail));
    } else {
      books.count_kept(line.bytes_in);
    }
    if (verdict.dropped && verdict.reason < DropReason::kDuplicateKey) {
      text_ += fmt::format("  {}\n\n", terminal_text(raw, options_.width));
    } else {
      add_fields(raw);
    }
  }

  std::string fields_text() const {
    std::string text = fmt::format("fields of {} row{}:\n", rows_, rows_ == 1 ? "" : "s");
    for (const auto& [name, statistics] : in_order_of_appearance()) {
      std::string types;
      for (const auto& [type, rows] : statistics->rows_by_type) {
        types += fmt::format("{}{} ({})", types.empty() ? "" : ", ", type, rows);
      }
      text += fmt::format("  {:<24} {}\n", terminal_text(name, kKeyCharactersMax), types);
    }
    return text;
  }

  nlohmann::json fields_json() const {
    nlohmann::json json = nlohmann::json::object();
    for (const auto& [name, statistics] : fields_) json[name] = statistics.rows_by_type;
    return json;
  }

  const std::string& text() const { return text_; }

 private:
  using NamedField = std::pair<std::string, const FieldStatistics*>;

  void add_fields(std::string_view raw) {
    scan_json(raw, kNestingDepthMax, [&](const JsonMember& member) {
      const auto slice = [&](std::size_t begin, std::size_t end) {
        return raw.substr(begin, end - begin);
      };
      const std::string key = decode_json_string(slice(member.key_begin, member.key_end));
      const std::string_view value = slice(member.value_begin, member.value_end);
      const bool is_string = member.value_kind == JsonKind::kString;
      text_ += fmt::format(
          "  {}: {}\n", terminal_text(key, kKeyCharactersMax),
          is_string
              ? fmt::format("\"{}\"", terminal_text(decode_json_string(value), options_.width))
              : terminal_text(value, options_.width));
      const auto [field, is_new] = fields_.try_emplace(key);
      if (is_new) field->second.first_seen = fields_.size();
      ++field->second.rows_by_type[type_name(member.value_kind)];
    });
    text_ += '\n';
  }

  std::vector<NamedField> in_order_of_appearance() const {
    std::vector<NamedField> fields;
    for (const auto& [name, statistics] : fields_) fields.emplace_back(name, &statistics);
    std::sort(fields.begin(), fields.end(), [](const NamedField& a, const NamedField& b) {
      return a.second->first_seen < b.second->first_seen;
    });
    return fields;
  }

  const PreviewOptions& options_;
  RecordText record_text_;
  std::uint64_t rows_ = 0;
  std::string text_;
  std::map<std::string, FieldStatistics> fields_;
};

void read_rows(const PreviewOptions& options, const InputSet& inputs, Preview& preview,
               Books& books) {
  LineReaderOptions reader_options = options.input.line_reader_options();
  reader_options.batch_bytes = kPreviewBatchBytes;
  LineReader reader(inputs, reader_options);
  while (!preview.is_full()) {
    const std::optional<LineBatch> batch = reader.next();
    if (!batch) return;
    for (const Line& line : batch->lines) {
      preview.add(line, batch->text_of(line), inputs.files()[line.origin.file].name, books);
      if (preview.is_full()) return;
    }
  }
}

}  // namespace

ExitCode preview_command(const std::vector<std::string>& arguments) {
  const PreviewOptions options = parse_options(arguments);
  RunSummary summary("preview", options.common);
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  Preview preview(options);
  read_rows(options, inputs, preview, summary.books);
  fmt::print(options.common.json ? stderr : stdout, "{}{}", preview.text(), preview.fields_text());
  if (options.common.json) {
    summary.documents = summary.books.kept().lines;
    summary.more["fields"] = preview.fields_json();
    summary.finish(inputs.warning_text());
  }
  return ExitCode::kDone;
}

}  // namespace corpusmill
