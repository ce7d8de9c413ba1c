// `dedup --index`: what near dedup remembers of corpora that it has seen, so that new data is held
// against them without their being read again. docs/formats.md, "Dedup index".
//
// A folder of segments, one per run, and a manifest, which is the commit record. A segment has the
// texts that stayed, as rows, and for each its fingerprint and band keys. Segments never change.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "common/digest.h"
#include "common/file.h"
#include "common/manifest.h"
#include "prep/input/input_set.h"
#include "prep/output/text_writer.h"
#include "prep/record/document.h"

namespace corpusmill {

// What a segment has of a document besides its text.
struct IndexedDocument {
  Digest fingerprint;
  std::span<const std::uint64_t> band_keys;
};

class DedupIndex {
 public:
  struct Segment {
    std::string name;  // of its files: NAME.jsonl.zst, NAME.keys
    std::uint64_t documents = 0;
    std::uint64_t texts_bytes = 0, keys_bytes = 0;
    std::string texts_digest, keys_digest;
    std::vector<InputInfo> inputs;  // that its documents came from
  };

  // Opens the index in `folder`, or begins one, and locks it. `options` are those that decide which
  // texts are alike. Throws Error: kMismatch where the index was made with others, kCorrupt,
  // kOutputInUse.
  DedupIndex(const std::filesystem::path& folder, nlohmann::json options, unsigned bands);

  const std::vector<Segment>& segments() const { return segments_; }
  std::uint64_t documents() const;
  unsigned bands() const { return bands_; }
  // Rows {"text", "file", "line"}, a line each, in the order of the keys.
  std::filesystem::path texts_path(const Segment& segment) const;
  std::filesystem::path keys_path(const Segment& segment) const;

  // Throws Error(kMismatch) where one of the files is in the index already: against itself
  // everything would be a duplicate. `files_begin`: the first that is new.
  void refuse_known(const InputSet& inputs, std::size_t files_begin) const;

  // Every document of the segment in order; its number counts from 0. Throws Error(kCorrupt) where
  // the file is not the one that was written.
  void for_each(const Segment& segment,
                const std::function<void(std::uint64_t, const IndexedDocument&)>& visit) const;
  // Throws Error(kCorrupt) where the texts that were read are not those that were written.
  void check_texts(const Segment& segment, const InputInfo& read) const;

 private:
  friend class IndexSegmentWriter;
  std::filesystem::path manifest_path() const { return folder_ / "index.json"; }
  void read_manifest(const nlohmann::json& options);
  void publish(Segment segment);

  std::filesystem::path folder_;
  nlohmann::json options_;
  unsigned bands_;
  std::unique_ptr<OutputLock> lock_;
  std::vector<Segment> segments_;
};

// The segment of this run. Not thread-safe.
class IndexSegmentWriter {
 public:
  // `index` outlives it. `file_names[i]` is the name of Origin::file i.
  IndexSegmentWriter(DedupIndex& index, std::vector<std::string> file_names);

  // A document that stays.
  void add(const Document& document, const IndexedDocument& indexed);
  // The files, then the manifest. `inputs` are those that were read.
  void commit(std::vector<InputInfo> inputs);

 private:
  DedupIndex* index_;
  DedupIndex::Segment segment_;
  std::vector<std::string> file_names_;  // as JSON
  TextWriter texts_;
  AtomicFile keys_;
  Digester keys_digest_;
  std::string row_, pending_keys_;
  void write_keys();
};

}  // namespace corpusmill
