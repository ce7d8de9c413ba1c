#include "prep/near/recall_estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "common/error.h"
#include "common/memory_budget.h"
#include "prep/near/sample_index.h"
#include "prep/record/line_id.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

// Texts of words, many of them another one with some words changed.
std::vector<std::string> make_texts(std::size_t count) {
  std::mt19937_64 random(8);
  std::vector<std::vector<std::uint64_t>> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::uint64_t> words;
    if (i > 0 && random() % 2 == 0) {
      words = texts[random() % i];
      for (std::uint64_t changes = random() % 6; changes > 0; --changes) {
        words[random() % words.size()] = random() % 10'000;
      }
    } else {
      for (std::uint64_t left = 2 + random() % 120; left > 0; --left) {
        words.push_back(random() % 10'000);
      }
    }
    texts.push_back(words);
  }
  std::vector<std::string> written;
  for (const auto& words : texts) {
    std::string& text = written.emplace_back();
    for (const std::uint64_t word : words) text += std::to_string(word) + " ";
  }
  return written;
}

struct Counted {
  std::uint64_t alike = 0, found = 0, proposed = 0;
};

class RecallEstimateTest : public ::testing::Test {
 protected:
  RecallEstimateTest() : budget_(1 << 24), lines_(budget_, folder_.path()) {
    std::string rows;
    std::uint64_t line = 0;
    for (const std::string& text : texts_) {
      // Lines between them that take no part.
      if (++line % 5 == 0) {
        rows += "no document\n";
        ++line;
      }
      rows += "{\"text\": \"" + text + "\"}\n";
      lines_.push_back(LineId::of({0, line, 0}).packed());
    }
    lines_.finish();
    spill(folder_ / "rows.jsonl", rows);
  }

  RecallEstimate estimate(std::uint64_t sample, SimilarityKind kind, double threshold,
                          int threads = 2) {
    const InputSet inputs = InputSet::resolve({(folder_ / "rows.jsonl").string()});
    return estimate_recall({.inputs = inputs,
                            .input = input_,
                            .lines = lines_,
                            .sketch = sketch_,
                            .kind = kind,
                            .threshold = threshold,
                            .sample = sample,
                            .memory_bytes = 1 << 24,
                            .threads = threads,
                            .on_read = {}});
  }

  // Every pair of all texts.
  Counted count_all(SimilarityKind kind, double threshold) const {
    const Shingler shingler(sketch_.rule);
    const Sketcher sketcher(sketch_);
    std::vector<ShingleSet> sets(texts_.size());
    std::vector<std::vector<std::uint64_t>> keys(texts_.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      shingler.shingle(texts_[i], sets[i]);
      make_shingle_set(sets[i]);
      keys[i].resize(sketcher.bands());
      sketcher.sketch(texts_[i], keys[i]);
    }
    Counted counted;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const bool alike = similarity(sets[i], sets[j], kind, threshold).has_value();
        bool shares = false;
        for (std::size_t band = 0; band < keys[i].size(); ++band) {
          shares = shares || keys[i][band] == keys[j][band];
        }
        counted.alike += alike;
        counted.proposed += shares;
        counted.found += alike && shares;
      }
    }
    return counted;
  }

  const TempDir folder_;
  const std::vector<std::string> texts_ = make_texts(600);
  const SketchOptions sketch_{ShingleRule::parse("units:5"), LshShape{16, 7}};
  InputOptions input_;
  MemoryBudget budget_;
  ScratchColumn<std::uint64_t> lines_;
};

// A sample of everything is brute force.
TEST_F(RecallEstimateTest, OfAllDocumentsIsBruteForce) {
  for (const SimilarityKind kind : {SimilarityKind::kJaccard, SimilarityKind::kContainment}) {
    for (const double threshold : {0.3, 0.5, 0.8, 1.0}) {
      const Counted expected = count_all(kind, threshold);
      const RecallEstimate found = estimate(10'000, kind, threshold);
      EXPECT_EQ(found.documents, texts_.size());
      EXPECT_EQ(found.sampled, texts_.size());
      EXPECT_EQ(found.alike, expected.alike) << threshold;
      EXPECT_EQ(found.alike_found, expected.found) << threshold;
      EXPECT_EQ(found.proposed, expected.proposed) << threshold;
      EXPECT_GT(expected.alike, 0u);
    }
  }
}

TEST_F(RecallEstimateTest, FindsWhatTheCurveSays) {
  const RecallEstimate found = estimate(10'000, SimilarityKind::kJaccard, 0.5);
  ASSERT_GT(found.alike, 300u);
  EXPECT_NEAR(found.recall(), found.expected_recall(),
              5 * 0.5 / std::sqrt(static_cast<double>(found.alike)));
}

TEST_F(RecallEstimateTest, ASampleIsAShareOfThePairs) {
  const RecallEstimate all = estimate(10'000, SimilarityKind::kJaccard, 0.5);
  const RecallEstimate some = estimate(150, SimilarityKind::kJaccard, 0.5);
  EXPECT_EQ(some.sampled, 150u);
  EXPECT_LT(some.alike, all.alike);
  EXPECT_GT(some.alike, all.alike / 5);
  const RecallEstimate again = estimate(150, SimilarityKind::kJaccard, 0.5, 1);
  EXPECT_EQ(again.to_json(), some.to_json());
}

TEST_F(RecallEstimateTest, RefusesASampleThatDoesNotFit) {
  const InputSet inputs = InputSet::resolve({(folder_ / "rows.jsonl").string()});
  EXPECT_THROW(estimate_recall({.inputs = inputs,
                                .input = input_,
                                .lines = lines_,
                                .sketch = sketch_,
                                .sample = 600,
                                .memory_bytes = 10'000,
                                .on_read = {}}),
               Error);
}

}  // namespace
}  // namespace corpusmill
