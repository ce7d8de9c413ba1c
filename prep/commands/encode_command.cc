// corpusmill encode: texts into token ids, a row for each.
#include <memory>

#include "prep/commands/commands.h"
#include "prep/record/document_parser.h"
#include "prep/shards/id_row_options.h"
#include "prep/shards/id_rows.h"
#include "prep/stage/row_run.h"
#include "prep/tokenize/document_encoder.h"
#include "prep/tokenize/encode_stage.h"
#include "prep/tokenize/shard_options.h"

namespace corpusmill {
namespace {

struct EncodeOptions : IdRowOptions {
  TokenizerOptions tokenizer;
  bool jsonl = false, bos = false, eos = false;
};

EncodeOptions parse_options(const std::vector<std::string>& arguments) {
  EncodeOptions options;
  OptionSet set("encode", "Turn texts into token ids, a row for each; no BOS, no EOS unless asked");
  CLI::App& app = set.app();
  options.input.add_to(app);
  app.get_option("inputs")->description(
      "text files, a document a line (plain, gzip or zstd); with --jsonl rows; - is standard "
      "input");
  options.tokenizer.add_to(app);
  app.get_option("--tokenizer")->required();
  add_switch(app, "--jsonl", options.jsonl, "the lines are JSONL rows, as for tokenize");
  options.add_format_to(
      app,
      "text: ids with spaces between them, a line each; json: {\"ids\": [...]}, a line each; bin: "
      "uint16 or uint32, nothing between the documents");
  add_switch(app, "--bos", options.bos, "begin every document with BOS");
  add_switch(app, "--eos", options.eos, "end every document with EOS");
  options.add_output_to(app);
  set.example("echo 'Hello world' | corpusmill encode --tokenizer tokenizer.json -");
  set.example("corpusmill encode --tokenizer tokenizer.json --jsonl rows.jsonl --format json");
  set.parse(arguments);
  check_row_output(options.output, options.common);
  return options;
}

// From lines to rows of ids. Thread-safe.
class RowEncoder {
 public:
  RowEncoder(const EncodeOptions& options, const Tokenizer& tokenizer)
      : jsonl_(options.jsonl),
        format_(id_format_of(options.format)),
        width_(
            choose_width(options.dtype, tokenizer.vocabulary_size(), options.tokenizer.tokenizer)),
        parser_({.record_text = options.input.record_text(), .keep_blank = true}),
        encoder_(tokenizer, {.bos = options.bos,
                             .eos = options.eos,
                             .special_in_text = options.tokenizer.policy()}) {}

  ConvertedBatch encode(LineBatch&& lines) const {
    ConvertedBatch converted;
    converted.batch =
        jsonl_ ? parser_.parse(std::move(lines)) : documents_of_plain_lines(std::move(lines));
    std::vector<TokenId> ids;
    for (Document& document : converted.batch.documents) {
      if (document.dropped) continue;
      ids.clear();
      const EncodeReport report = encoder_.encode(document.text, ids);
      converted.specials += report.specials;
      if (report.refused) {
        refuse_candidate(document, DropReason::kSpecialInText);
        continue;
      }
      converted.tokens += ids.size();
      append_id_row(ids, format_, width_, converted.rows);
    }
    return converted;
  }

 private:
  bool jsonl_;
  IdFormat format_;
  TokenWidth width_;
  DocumentParser parser_;
  DocumentEncoder encoder_;
};

}  // namespace

ExitCode encode_command(const std::vector<std::string>& arguments) {
  const EncodeOptions options = parse_options(arguments);
  RunSummary summary("encode", options.common);
  const std::unique_ptr<Tokenizer> tokenizer = load_tokenizer(options.tokenizer.tokenizer);
  const RowEncoder encoder(options, *tokenizer);
  run_rows({.command = "encode",
            .input = options.input,
            .common = options.common,
            .output = options.output,
            .strict = options.strict,
            .convert = [&](LineBatch&& lines) { return encoder.encode(std::move(lines)); }},
           summary, tokenizer->warning().empty() ? "" : "  note: " + tokenizer->warning() + "\n");
  return ExitCode::kDone;
}

}  // namespace corpusmill
