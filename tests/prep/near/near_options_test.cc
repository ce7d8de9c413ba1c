// Options of near dedup that change how it looks, not what it decides.
#include "prep/near/near_options.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "prep/near/near_dedup.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

const std::filesystem::path kMixed =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.jsonl";

struct Decided {
  std::set<std::pair<std::uint64_t, std::uint64_t>> removed;  // line, of
  nlohmann::json report;
};

Decided decide(const NearOptions& options) {
  const TempDir folder;
  InputOptions input;
  CommonOptions common;
  common.threads = 2;
  common.memory_bytes = 256 << 20;
  common.quiet = true;
  RereadableInput reading(InputSet::resolve({kMixed.string()}), input.line_reader_options(),
                          folder.path());
  NearDecision decision = decide_near_duplicates({.input_options = input,
                                                  .common = common,
                                                  .options = options,
                                                  .input = reading,
                                                  .tmp_dir = folder.path(),
                                                  .exact_in_parallel = {}});
  Decided decided{{}, std::move(decision.report)};
  std::vector<DropEntry> entries;
  for (std::size_t chunk = 0; chunk < decision.drops.chunk_count(); ++chunk) {
    decision.drops.read_chunk(chunk, entries);
    for (const DropEntry& entry : entries) {
      decided.removed.emplace(entry.line.line(), entry.of.line());
    }
  }
  return decided;
}

struct NearOptionsTest : testing::Test {
  void SetUp() override {
    if (!std::filesystem::exists(kMixed)) GTEST_SKIP() << "no ../shared/data";
  }
};

// An estimate from all documents is exact, and changes nothing else.
TEST_F(NearOptionsTest, EstimatesOnRequest) {
  NearOptions options;
  options.estimate = 1'000'000;
  const Decided with = decide(options), without = decide({});
  EXPECT_FALSE(without.report.contains("estimate"));
  const nlohmann::json& estimate = with.report.at("estimate");
  EXPECT_EQ(estimate["documents"], with.report["documents"]);
  EXPECT_EQ(estimate["sampled"], with.report["documents"]);
  EXPECT_EQ(estimate["alike_pairs_found"], with.report["verified_pairs"]);
  EXPECT_EQ(with.removed, without.removed);
}

// Other proposals, the same decisions, but for what either's bands miss.
TEST_F(NearOptionsTest, DecidesAlikeWithDatatrovesSignatures) {
  const Decided ours = decide({});
  ASSERT_GT(ours.removed.size(), 20u);
  for (const std::string compat : {"datatrove", "datatrove-sha1"}) {
    NearOptions options;
    options.compat = compat;
    const Decided theirs = decide(options);
    EXPECT_EQ(theirs.report["compat"], compat);
    EXPECT_EQ(theirs.report["bands"], 14);
    EXPECT_EQ(theirs.report["rows"], 8);
    std::size_t common = 0;
    for (const auto& removed : theirs.removed) common += ours.removed.count(removed);
    // Its bands find 92 % at the threshold, and white space makes few words of Chinese.
    EXPECT_GE(10 * common, 8 * ours.removed.size());
    EXPECT_GE(common + 5, theirs.removed.size());
  }
}

}  // namespace
}  // namespace corpusmill
