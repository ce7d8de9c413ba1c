// What `repeats` found, for people and programs. docs/formats.md, "Repeated spans".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "common/manifest.h"
#include "prep/repeats/repeated_spans.h"
#include "prep/repeats/shard_corpus.h"

namespace corpusmill {

struct RepeatsSummary {
  std::uint64_t tokens = 0;  // of all documents, BOS and EOS included
  std::uint64_t spans = 0;
  std::uint64_t repeated_tokens = 0;  // in the spans
  std::uint64_t documents = 0;        // that hold a span

  RepeatsSummary(const ShardCorpus& corpus, std::span<const RepeatedSpan> spans);
  nlohmann::json to_json() const;
  std::string to_text() const;
};

// One row with its newline: where the span is and where it was first.
std::string repeat_row(const ShardCorpus& corpus, const RepeatedSpan& span,
                       const std::vector<InputInfo>& inputs);

}  // namespace corpusmill
