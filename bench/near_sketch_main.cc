// Our side of bench/near_sketch.py: one thread from a JSONL file to band keys in memory.
//
//   near_sketch_bench FILE RULE [parse|shingle|sketch]
//
// Prints one JSON object: bytes of the file and of its texts, documents, seconds by the clock and
// of the processor, and a digest of the keys, which is the same on every machine.
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include "prep/input/input_set.h"
#include "prep/input/line_reader.h"
#include "prep/record/document_parser.h"
#include "prep/signature/sketcher.h"
#include "prep/signature/span_hash.h"

namespace corpusmill {
namespace {

struct Counter : ShingleSink {
  void take(std::span<const std::uint64_t> hashes) override {
    for (const std::uint64_t hash : hashes) sum += hash;
  }
  std::uint64_t sum = 0;
};

void run(const std::string& file, const std::string& rule_text, const std::string& last_step) {
  const ShingleRule rule = ShingleRule::parse(rule_text);
  const Shingler shingler(rule);
  const Sketcher sketcher({rule, LshShape{16, 7}});
  std::vector<std::uint64_t> keys(sketcher.bands());
  LineReader reader(InputSet::resolve({file}));
  const DocumentParser parser;
  std::uint64_t bytes = 0, text_bytes = 0, documents = 0, digest = 0;
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t start_cpu = std::clock();
  while (auto lines = reader.next()) {
    bytes += lines->bytes_on_disk;
    const DocumentBatch batch = parser.parse(std::move(*lines));
    for (const Document& document : batch.documents) {
      if (document.dropped) continue;
      ++documents;
      text_bytes += document.text.size();
      if (last_step == "shingle") {
        Counter counter;
        shingler.shingle(document.text, counter);
        digest += counter.sum;
      } else if (last_step == "sketch") {
        sketcher.sketch(document.text, keys);
        for (const std::uint64_t key : keys) digest = multiply_mix(digest ^ key, span_hash::kFirst);
      }
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double cpu = static_cast<double>(std::clock() - start_cpu) / CLOCKS_PER_SEC;
  fmt::print(
      "{{\"bytes\": {}, \"text_bytes\": {}, \"documents\": {}, \"seconds\": {:.4f}, "
      "\"cpu_seconds\": {:.4f}, \"digest\": \"{:016x}\"}}\n",
      bytes, text_bytes, documents, seconds.count(), cpu, digest);
}

}  // namespace
}  // namespace corpusmill

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    fmt::print(stderr, "usage: near_sketch_bench FILE RULE [parse|shingle|sketch]\n");
    return 2;
  }
  corpusmill::run(argv[1], argv[2], argc == 4 ? argv[3] : "sketch");
  return 0;
}
