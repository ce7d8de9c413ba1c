// Takes lines, or paragraphs, that a corpus repeats out of its documents.
//
// One reading counts them, over the documents that exact dedup leaves in; the next one takes out
// what was counted more often than it may be. Menus, footers and licence texts go, the documents
// around them stay.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "prep/exact/dedup_options.h"
#include "prep/exact/fingerprint_set.h"
#include "prep/record/document.h"
#include "prep/repeats/repeated_units.h"
#include "prep/spill/drop_list.h"
#include "prep/stage/rereading_stage.h"
#include "prep/text/text_units.h"

namespace corpusmill {

struct RepeatedTextOptions {
  RepeatedOptions repeated;
  std::string text_field;
  std::uint64_t bytes_max = 0;
  std::filesystem::path tmp_dir;
  std::vector<std::string> file_names;  // [i]: of Origin::file i
};

struct RepeatedTextTally {
  std::uint64_t documents = 0, units = 0, bytes = 0;  // changed or emptied; taken out of them
  nlohmann::json to_json() const;
};

class RepeatedTextStage final : public RereadingStage {
 public:
  // `exact` is the stage before it and outlives it; null: none.
  RepeatedTextStage(RepeatedTextOptions options, RereadingStage* exact);

  // A parallel stage in front of it: const and thread-safe. Fills in DocumentBatch::units.
  void find_units(DocumentBatch& batch) const;

  // A changed document has its new text, and its row in DocumentBatch::rewritten; one of which
  // nothing is left is dropped.
  bool pass(DocumentBatch& batch) override;
  std::optional<LineId> next_reading() override;

  const RepeatedTextTally& removed() const { return removed_; }

 private:
  void count_units(DocumentBatch& batch);
  void remove_units(DocumentBatch& batch);
  void remove_from(DocumentBatch& batch, std::size_t number, const DocumentUnits& units);
  bool goes(const Digest& key);

  RepeatedTextOptions options_;
  RereadingStage* exact_;
  UnitCounter counter_;
  DropListWriter exact_drops_;
  // In the last reading:
  std::optional<FingerprintSet> repeated_;
  FingerprintSet met_;  // of the repeated ones, with keep_first
  std::unique_ptr<DropList> drops_;
  std::unique_ptr<DropReader> reader_;
  RepeatedTextTally removed_;
};

}  // namespace corpusmill
