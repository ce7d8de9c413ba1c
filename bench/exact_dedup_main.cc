// Our side of bench/exact_dedup.py: from a JSONL file to the decision, nothing written.
//
//   exact_dedup_bench FILE THREADS [parse|key|decide]
//
// The pipeline of `corpusmill dedup` without its sink. Prints one JSON object: bytes of the file,
// documents, duplicates, seconds by the clock and of the processor.
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <string>

#include "prep/exact/exact_dedup.h"
#include "prep/exact/key_stage.h"
#include "prep/input/line_reader.h"
#include "prep/record/document_parser.h"
#include "prep/stage/pipeline.h"

namespace corpusmill {
namespace {

void run(const std::string& file, int threads, const std::string& last_step) {
  const InputSet inputs = InputSet::resolve({file});
  LineReader reader(inputs);
  const DocumentParser parser;
  const KeyStage keys{ExactOptions{}};
  ExactDeduplicator dedup({.bytes_max = 4ULL << 30,
                           .tmp_dir = std::filesystem::temp_directory_path(),
                           .file_names = inputs.names()});
  std::uint64_t bytes = 0, documents = 0, duplicates = 0;
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t start_cpu = std::clock();
  run_pipeline(
      {.threads = threads}, [&] { return reader.next(); }, parallel([&](LineBatch lines) {
        DocumentBatch batch = parser.parse(std::move(lines));
        if (last_step != "parse") keys.fill(batch);
        return batch;
      }),
      in_order([&](DocumentBatch batch) {
        if (last_step == "decide") dedup.pass(batch);
        bytes += batch.lines.bytes_on_disk;
        for (const Document& document : batch.documents) {
          ++documents;
          duplicates += document.reason == DropReason::kExactDuplicate ? 1 : 0;
        }
      }));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double cpu = static_cast<double>(std::clock() - start_cpu) / CLOCKS_PER_SEC;
  fmt::print(
      "{{\"bytes\": {}, \"documents\": {}, \"duplicates\": {}, \"seconds\": {:.4f}, "
      "\"cpu_seconds\": {:.4f}}}\n",
      bytes, documents, duplicates, seconds.count(), cpu);
}

}  // namespace
}  // namespace corpusmill

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    fmt::print(stderr, "usage: exact_dedup_bench FILE THREADS [parse|key|decide]\n");
    return 2;
  }
  corpusmill::run(argv[1], std::stoi(argv[2]), argc == 4 ? argv[3] : "decide");
  return 0;
}
