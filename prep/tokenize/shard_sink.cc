#include "prep/tokenize/shard_sink.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

std::vector<PublishedShard> shards_of(const std::vector<JournalRecord>& records) {
  std::vector<PublishedShard> shards;
  for (const JournalRecord& record : records) shards.push_back(record.shard);
  return shards;
}

void chain_fingerprint(Digester& chain, const Digest& fingerprint) {
  std::array<char, 16> bytes;
  std::memcpy(bytes.data(), &fingerprint.high, 8);
  std::memcpy(bytes.data() + 8, &fingerprint.low, 8);
  chain.update({bytes.data(), bytes.size()});
}

}  // namespace

ShardSink::ShardSink(ShardSinkOptions options, const std::vector<JournalRecord>& records,
                     TokenizeJournal& journal, Quarantine& quarantine)
    : options_(std::move(options)),
      journal_(journal),
      quarantine_(quarantine),
      writer_(options_.names, options_.shards, shards_of(records),
              [this](const PublishedShard& shard) { journal_shard(shard); }) {
  for (const JournalRecord& record : records) {
    boundaries_.push_back({record.candidates, record.chain, record.shard.info.file_name});
  }
}

void ShardSink::write(const EncodedBatch& batch) {
  for (std::size_t i = 0; i < batch.encoded.size(); ++i) {
    const Document& document = batch.batch.documents[i];
    books_.count_in(document.line.bytes_in);
    if (batch.encoded[i].candidate) write_candidate(document, batch.encoded[i], batch);
    if (document.dropped) {
      books_.count_dropped(document.reason, document.line.bytes_in);
      if (document.reason != DropReason::kEmptyLine) quarantine_.add(document, batch.batch.lines);
    } else {
      books_.count_kept(document.line.bytes_in);
    }
  }
}

void ShardSink::write_candidate(const Document& document, const EncodedDocument& encoded,
                                const EncodedBatch& batch) {
  check_boundaries();
  const bool is_new = next_boundary_ == boundaries_.size();
  if (document.dropped) {
    if (is_new) refusals_.push_back({candidates_, document.reason});
  } else {
    const Split split = options_.split.of(ordinal_++);
    const Origin& origin = document.line.origin;
    if (!encoded.published) {
      writer_.append(
          split,
          {.ids = std::span(batch.ids).subspan(encoded.ids_begin, encoded.ids_count),
           .origin = {origin.file, origin.line},
           .source = document.source.empty() ? options_.input_names[origin.file] : document.source,
           .specials = encoded.specials});
    }
  }
  ++candidates_;
  chain_fingerprint(chain_, document.fingerprint);
}

void ShardSink::check_boundaries() {
  for (; next_boundary_ < boundaries_.size(); ++next_boundary_) {
    const Boundary& boundary = boundaries_[next_boundary_];
    if (boundary.candidates > candidates_) return;
    if (boundary.chain != chain_.digest()) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("the input has changed: its first {} documents are not those of {} "
                              "and the shards before it, which an earlier run wrote; give "
                              "--overwrite to start anew",
                              boundary.candidates, boundary.shard_name));
    }
  }
}

void ShardSink::journal_shard(const PublishedShard& shard) {
  journal_.append({shard, candidates_, chain_.digest(), std::exchange(refusals_, {})});
}

void ShardSink::finish() {
  check_boundaries();
  if (next_boundary_ < boundaries_.size()) {
    throw Error(ExitCode::kMismatch,
                fmt::format("the input has changed: it ends after {} documents, and {}, which an "
                            "earlier run wrote, took {} of them; give --overwrite to start anew",
                            candidates_, boundaries_[next_boundary_].shard_name,
                            boundaries_[next_boundary_].candidates));
  }
  writer_.finish();
  books_.check_closed();
}

}  // namespace corpusmill
