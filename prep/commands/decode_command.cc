// corpusmill decode: token ids back into text.
#include <fmt/format.h>

#include <memory>

#include "common/error.h"
#include "common/stop_signal.h"
#include "prep/commands/commands.h"
#include "prep/input/byte_source.h"
#include "prep/output/row_output.h"
#include "prep/shards/id_row_options.h"
#include "prep/shards/id_rows.h"
#include "prep/stage/row_run.h"
#include "prep/text/json_text.h"
#include "prep/tokenize/shard_options.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

struct DecodeOptions : IdRowOptions {
  std::string tokenizer;
  bool jsonl = false;
};

DecodeOptions parse_options(const std::vector<std::string>& arguments) {
  DecodeOptions options;
  OptionSet set("decode", "Turn token ids, as encode writes them, back into text");
  CLI::App& app = set.app();
  options.input.add_inputs_to(app);
  app.get_option("inputs")->description("files of ids (plain, gzip or zstd); - is standard input");
  app.add_option("--tokenizer", options.tokenizer, "the one that the ids are of")->required();
  options.add_format_to(
      app,
      "text: ids with spaces between them, a line for each document; json: {\"ids\": [...]} or a "
      "bare list; bin: uint16 or uint32, a file is one document");
  add_switch(app, "--jsonl", options.jsonl, "write rows of {\"text\": ...} instead of plain lines");
  options.add_output_to(app);
  set.example("echo '15496 995' | corpusmill decode --tokenizer tokenizer.json -");
  set.example("corpusmill decode --tokenizer tokenizer.json --format json --jsonl ids.jsonl");
  set.parse(arguments);
  check_row_output(options.output, options.common);
  return options;
}

// From ids to rows of text. Thread-safe.
class RowDecoder {
 public:
  RowDecoder(const DecodeOptions& options, const Tokenizer& tokenizer)
      : tokenizer_(tokenizer), format_(id_format_of(options.format)), jsonl_(options.jsonl) {}

  ConvertedBatch decode(LineBatch&& lines) const {
    ConvertedBatch converted;
    converted.batch.lines = std::move(lines);
    converted.batch.documents.reserve(converted.batch.lines.lines.size());
    std::vector<TokenId> ids;
    for (const Line& line : converted.batch.lines.lines) {
      Document& document = converted.batch.documents.emplace_back();
      document.line = line;
      if (line.too_long) {
        document.drop(DropReason::kLineTooLong);
        document.detail = "the line is longer than the limit";
      } else if (auto fault = parse_id_row(converted.batch.lines.text_of(line), format_,
                                           tokenizer_.vocabulary_size(), ids)) {
        document.drop(fault->reason);
        document.detail = std::move(fault->detail);
      } else {
        converted.tokens += ids.size();
        append_row(ids, converted.rows);
      }
    }
    return converted;
  }

  void append_row(std::span<const TokenId> ids, std::string& rows) const {
    const std::string text = tokenizer_.decode(ids);
    if (jsonl_) {
      rows += "{\"text\": ";
      append_json_text_of_bytes(text, rows);
      rows += "}\n";
    } else {
      rows.append(text) += '\n';
    }
  }

 private:
  const Tokenizer& tokenizer_;
  IdFormat format_;
  bool jsonl_;
};

std::string read_whole(const InputFile& file, std::uint64_t bytes_max) {
  constexpr std::size_t kBlockBytes = 1 << 20;
  const std::unique_ptr<ByteSource> source = open_byte_source(file, false);
  std::string bytes;
  for (;;) {
    throw_if_stop_requested();
    const std::size_t before = bytes.size();
    bytes.resize(before + kBlockBytes);
    const std::size_t count = source->read(bytes.data() + before, kBlockBytes);
    bytes.resize(before + count);
    if (count == 0) break;
    if (bytes.size() > bytes_max) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{}: too large to decode as one document; raise --memory, or look at "
                              "a window of it with inspect",
                              file.name));
    }
  }
  source->finish();
  return bytes;
}

// Ids, text and its row are in memory at once: about 16 bytes for one of the file.
void decode_binary(const DecodeOptions& options, const Tokenizer& tokenizer,
                   const RowDecoder& decoder, RunSummary& summary) {
  const InputSet inputs = InputSet::resolve(options.input.inputs);
  inputs.refuse_as_output(options.output);
  const TokenWidth width =
      choose_width(options.dtype, tokenizer.vocabulary_size(), options.tokenizer);
  RowOutput output(options.output);
  std::uint64_t tokens = 0;
  for (const InputFile& file : inputs.files()) {
    const std::string bytes = read_whole(file, options.common.memory_bytes / 16);
    const auto ids = parse_binary_ids(bytes, width, tokenizer.vocabulary_size(), file.name);
    std::string row;
    decoder.append_row(ids, row);
    output.write(row);
    tokens += ids.size();
  }
  output.commit();
  summary.documents = inputs.files().size();
  summary.tokens = tokens;
  if (output.is_file()) summary.outputs.push_back(options.output);
  summary.finish(inputs.warning_text());
}

}  // namespace

ExitCode decode_command(const std::vector<std::string>& arguments) {
  const DecodeOptions options = parse_options(arguments);
  RunSummary summary("decode", options.common);
  const std::unique_ptr<Tokenizer> tokenizer = load_tokenizer(options.tokenizer);
  const RowDecoder decoder(options, *tokenizer);
  if (id_format_of(options.format) == IdFormat::kBinary) {
    decode_binary(options, *tokenizer, decoder, summary);
    return ExitCode::kDone;
  }
  run_rows({.command = "decode",
            .input = options.input,
            .common = options.common,
            .output = options.output,
            .strict = options.strict,
            .convert = [&](LineBatch&& lines) { return decoder.decode(std::move(lines)); }},
           summary);
  return ExitCode::kDone;
}

}  // namespace corpusmill
