#include "prep/near/dedup_index.h"

#include <gtest/gtest.h>

#include "common/error.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

ExitCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

class DedupIndexTest : public testing::Test {
 protected:
  void add_segment(std::uint64_t first, std::uint64_t documents, const std::string& input) {
    DedupIndex index(path_, options_, 3);
    IndexSegmentWriter writer(index, {input});
    for (std::uint64_t i = first; i < first + documents; ++i) {
      Document document;
      document.text = "some text";
      document.line.origin = {0, i + 1, 0};
      const std::vector<std::uint64_t> keys = {i, 2 * i, 3 * i};
      writer.add(document, {{i, ~i}, keys});
    }
    writer.commit({{input, 100 + first, "digest"}});
  }

  TempDir folder_;
  std::filesystem::path path_ = folder_ / "index";
  nlohmann::json options_ = {{"threshold", 0.8}};
};

TEST_F(DedupIndexTest, GivesBackSegmentAfterSegment) {
  EXPECT_EQ(DedupIndex(path_, options_, 3).documents(), 0u);
  add_segment(0, 100'000, "a.jsonl");
  add_segment(100'000, 5, "b.jsonl");
  const DedupIndex index(path_, options_, 3);
  ASSERT_EQ(index.segments().size(), 2u);
  EXPECT_EQ(index.documents(), 100'005u);
  std::uint64_t next = 0;
  for (const DedupIndex::Segment& segment : index.segments()) {
    index.for_each(segment, [&](std::uint64_t, const IndexedDocument& document) {
      ASSERT_EQ(document.fingerprint, (Digest{next, ~next}));
      ASSERT_EQ(document.band_keys[2], 3 * next);
      ++next;
    });
    EXPECT_TRUE(std::filesystem::exists(index.texts_path(segment)));
  }
  EXPECT_EQ(next, 100'005u);
}

TEST_F(DedupIndexTest, RefusesOtherOptionsDamageAndASecondRun) {
  add_segment(0, 10, "a.jsonl");
  EXPECT_EQ(code_of([&] { DedupIndex(path_, {{"threshold", 0.7}}, 3); }), ExitCode::kMismatch);
  const DedupIndex index(path_, options_, 3);
  EXPECT_EQ(code_of([&] { DedupIndex(path_, options_, 3); }), ExitCode::kOutputInUse);
  const std::filesystem::path keys = index.keys_path(index.segments()[0]);
  std::string bytes = slurp(keys);
  bytes[30] = static_cast<char>(bytes[30] + 1);
  spill(keys, bytes);
  const auto read = [&] { index.for_each(index.segments()[0], [](auto, const auto&) {}); };
  EXPECT_EQ(code_of(read), ExitCode::kCorrupt);
  spill(keys, bytes.substr(1));
  EXPECT_EQ(code_of(read), ExitCode::kCorrupt);
}

TEST_F(DedupIndexTest, RefusesInputsThatItHas) {
  const std::filesystem::path input = folder_ / "a.jsonl";
  spill(input, std::string(100, '\n'));
  add_segment(0, 10, input.string());
  const DedupIndex index(path_, options_, 3);
  EXPECT_EQ(code_of([&] { index.refuse_known(InputSet::resolve({input.string()}), 0); }),
            ExitCode::kMismatch);
  index.refuse_known(InputSet::resolve({input.string()}), 1);
  spill(input, std::string(101, '\n'));
  index.refuse_known(InputSet::resolve({input.string()}), 0);
}

TEST_F(DedupIndexTest, ASegmentThatIsNotInTheManifestDoesNotCount) {
  add_segment(0, 10, "a.jsonl");
  {
    DedupIndex index(path_, options_, 3);
    IndexSegmentWriter writer(index, {"b.jsonl"});
    Document document;
    const std::vector<std::uint64_t> keys(3);
    writer.add(document, {{}, keys});
  }
  EXPECT_EQ(DedupIndex(path_, options_, 3).documents(), 10u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_), {}), 3);
}

}  // namespace
}  // namespace corpusmill
