// Groups, sets and the walk against the definition, on random band keys and random sets.
#include "prep/near/near_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>
#include <set>

#include "tests/reference/greedy_near_dedup.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kPlenty = 64 << 20;

struct RandomCorpus {
  std::vector<std::vector<std::uint64_t>> keys;  // of each document, one per band
  std::vector<ShingleSet> sets;

  bool share_a_band(std::size_t a, std::size_t b) const {
    for (std::size_t band = 0; band < keys[a].size(); ++band) {
      if (keys[a][band] == keys[b][band]) return true;
    }
    return false;
  }
  double alike(std::size_t a, std::size_t b) const {
    std::vector<std::uint64_t> common;
    std::set_intersection(sets[a].begin(), sets[a].end(), sets[b].begin(), sets[b].end(),
                          std::back_inserter(common));
    return static_cast<double>(common.size()) /
           static_cast<double>(sets[a].size() + sets[b].size() - common.size());
  }
};

// Families of sets that differ in a few elements, so that chains of likeness come about; keys from
// so few values that groups overlap.
RandomCorpus random_corpus(std::uint64_t seed, std::size_t documents, std::size_t bands,
                           std::uint64_t keys_per_band) {
  std::mt19937_64 random(seed);
  RandomCorpus corpus;
  for (std::size_t i = 0; i < documents; ++i) {
    ShingleSet set;
    if (i > 0 && random() % 4 != 0) {
      set = corpus.sets[random() % i];
      for (std::uint64_t changes = random() % 5; changes > 0; --changes) {
        set[random() % set.size()] = random() % 1'000'000;
      }
    } else {
      for (std::uint64_t n = 1 + random() % 25; n > 0; --n) set.push_back(random() % 1'000'000);
    }
    make_shingle_set(set);
    corpus.sets.push_back(std::move(set));
    corpus.keys.emplace_back();
    for (std::size_t band = 0; band < bands; ++band) {
      // Spread over the partitions by an odd factor.
      const std::uint64_t value = random() % keys_per_band * bands + band;
      corpus.keys.back().push_back(value * 0x9E3779B97F4A7C15U >> 8);
    }
  }
  return corpus;
}

struct Walked {
  std::vector<std::size_t> of;  // by document
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  WalkCounts counts;
  std::size_t candidates = 0;
};

struct WalkSetting {
  std::uint64_t memory_bytes = kPlenty;
  int threads = 1;
  std::vector<std::size_t> order = {};  // of documents; empty: their own
  WalkOptions options = {};
};

Walked walk(const RandomCorpus& corpus, const WalkSetting& setting) {
  const TempDir folder;
  MemoryBudget budget(setting.memory_bytes);
  BandKeys keys(setting.memory_bytes, folder.path());
  for (const auto& band_keys : corpus.keys) keys.add(band_keys);
  const NearCandidates candidates = find_candidates(
      keys,
      {.threads = setting.threads, .memory_bytes = setting.memory_bytes, .tmp_dir = folder.path()},
      budget);
  SetStore sets(budget, folder.path());
  std::vector<std::uint32_t> candidate_of(corpus.sets.size(), UINT32_MAX);
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    sets.append(corpus.sets[candidates.documents[i]]);
    candidate_of[candidates.documents[i]] = i;
  }
  sets.finish();
  ScratchColumn<std::uint32_t> order(budget, folder.path());
  for (const std::size_t document : setting.order) {
    if (candidate_of[document] != UINT32_MAX) order.push_back(candidate_of[document]);
  }
  order.finish();
  WalkOptions options = setting.options;
  options.threads = setting.threads;
  NearWalk near_walk(candidates, options, budget, folder.path());
  Walked walked;
  near_walk.walk(
      sets, setting.order.empty() ? nullptr : &order,
      [&](const VerifiedPair& pair) {
        walked.pairs.emplace_back(candidates.documents[pair.candidate],
                                  candidates.documents[pair.of]);
      },
      [](std::uint64_t) {});
  walked.of.resize(corpus.sets.size());
  std::iota(walked.of.begin(), walked.of.end(), std::size_t{0});
  for (std::uint64_t i = 0; i < candidates.size(); ++i) {
    walked.of[candidates.documents[i]] = candidates.documents[near_walk.verdicts()[i].of];
  }
  walked.counts = near_walk.counts();
  walked.candidates = candidates.size();
  return walked;
}

std::vector<std::size_t> own_order(const RandomCorpus& corpus) {
  std::vector<std::size_t> order(corpus.sets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

std::vector<std::size_t> expected(const RandomCorpus& corpus, const std::vector<std::size_t>& order,
                                  double threshold) {
  return textbook::remove_near_duplicates(
      order, [&](std::size_t a, std::size_t b) { return corpus.share_a_band(a, b); },
      [&](std::size_t a, std::size_t b) { return corpus.alike(a, b); }, threshold);
}

TEST(NearWalk, RemovesWhatTheDefinitionRemoves) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::uint64_t keys = seed % 3 == 0 ? 3 : 40;
    const RandomCorpus corpus = random_corpus(seed, 30 + seed * 10, 1 + seed % 5, keys);
    WalkSetting setting;
    setting.options.threshold = seed % 2 == 0 ? 0.5 : 0.8;
    EXPECT_EQ(walk(corpus, setting).of,
              expected(corpus, own_order(corpus), setting.options.threshold))
        << seed;
  }
}

TEST(NearWalk, WalksInTheOrderGiven) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const RandomCorpus corpus = random_corpus(seed, 200, 4, 20);
    WalkSetting setting;
    setting.options.threshold = 0.6;
    setting.order = own_order(corpus);
    std::shuffle(setting.order.begin(), setting.order.end(), std::mt19937_64(seed));
    EXPECT_EQ(walk(corpus, setting).of, expected(corpus, setting.order, 0.6)) << seed;
  }
}

TEST(NearWalk, IsTheSameForAnyThreadsAndMemory) {
  const RandomCorpus corpus = random_corpus(77, 5000, 6, 200);
  WalkSetting setting;
  setting.options.threshold = 0.6;
  const Walked plain = walk(corpus, setting);
  EXPECT_EQ(plain.of, expected(corpus, own_order(corpus), 0.6));
  EXPECT_GT(plain.counts.removed, 100u);
  for (const int threads : {1, 2, 4}) {
    for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{300'000}, kPlenty}) {
      setting.threads = threads;
      setting.memory_bytes = memory;
      const Walked other = walk(corpus, setting);
      EXPECT_EQ(other.of, plain.of) << threads << " " << memory;
      EXPECT_EQ(other.pairs, plain.pairs) << threads << " " << memory;
      EXPECT_EQ(other.counts.compared, plain.counts.compared);
    }
  }
}

// Each is like its neighbours alone: the second goes, so the third stays.
TEST(NearWalk, KeepsWhatIsLikeRemovedOnesOnly) {
  RandomCorpus corpus;
  for (std::uint64_t i = 0; i < 4; ++i) {
    ShingleSet set(20);
    std::iota(set.begin(), set.end(), 2 * i);
    corpus.sets.push_back(set);
    corpus.keys.push_back({5});
  }
  WalkSetting setting;
  setting.options.threshold = 0.8;
  const Walked walked = walk(corpus, setting);
  EXPECT_EQ(walked.of, (std::vector<std::size_t>{0, 0, 2, 2}));
  // The second and the third are a pair all the same, for clusters and for people to look at.
  EXPECT_EQ(walked.pairs,
            (std::vector<std::pair<std::size_t, std::size_t>>{{1, 0}, {2, 1}, {3, 2}}));
}

TEST(NearWalk, TakesOnlyDocumentsThatShareABandForCandidates) {
  RandomCorpus corpus;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    corpus.sets.push_back({i});
    corpus.keys.push_back({i * 0x9E3779B97F4A7C15U >> 8});
  }
  corpus.keys[900] = corpus.keys[17];
  const Walked walked = walk(corpus, {});
  EXPECT_EQ(walked.candidates, 2u);
  EXPECT_EQ(walked.counts.compared, 1u);
  EXPECT_EQ(walked.counts.removed, 0u);
}

// All in one bucket, none alike: each is compared with candidates_max at most, and that is told.
TEST(NearWalk, StaysLinearInABucketOfManyDistinctDocuments) {
  constexpr std::size_t kDocuments = 20'000;
  RandomCorpus corpus;
  for (std::uint64_t i = 0; i < kDocuments; ++i) {
    corpus.sets.push_back({i});
    corpus.keys.push_back({7, (i * 0x9E3779B97F4A7C15U) >> 8});
  }
  WalkSetting setting;
  setting.options.candidates_max = 50;
  for (const std::uint64_t memory : {std::uint64_t{0}, kPlenty}) {
    setting.memory_bytes = memory;
    const Walked walked = walk(corpus, setting);
    EXPECT_EQ(walked.counts.removed, 0u);
    EXPECT_LE(walked.counts.compared, kDocuments * 50);
    EXPECT_EQ(walked.counts.cut_off, kDocuments - 50);
  }
}

TEST(NearWalk, StaysLinearAmongManyDocumentsThatAreAlike) {
  constexpr std::size_t kDocuments = 20'000;
  RandomCorpus corpus;
  for (std::uint64_t i = 0; i < kDocuments; ++i) {
    ShingleSet set(30);
    std::iota(set.begin(), set.end(), std::uint64_t{0});
    set.back() = 1000 + i;
    corpus.sets.push_back(set);
    corpus.keys.push_back({1, 2, 3, 4});
  }
  const Walked walked = walk(corpus, {});
  EXPECT_EQ(walked.counts.removed, kDocuments - 1);
  EXPECT_LE(walked.counts.compared, kDocuments * 33);
}

TEST(NearWalk, SettledCandidatesStayWithoutBeingCompared) {
  RandomCorpus corpus = random_corpus(5, 400, 3, 10);
  const TempDir folder;
  MemoryBudget budget(kPlenty);
  BandKeys keys(kPlenty, folder.path());
  for (const auto& band_keys : corpus.keys) keys.add(band_keys);
  const NearCandidates candidates = find_candidates(
      keys, {.memory_bytes = kPlenty, .tmp_dir = folder.path(), .settled_documents = 200}, budget);
  SetStore sets(budget, folder.path());
  std::uint32_t settled = 0;
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    sets.append(corpus.sets[candidates.documents[i]]);
    if (candidates.documents[i] < 200) settled = i + 1;
  }
  sets.finish();
  NearWalk near_walk(candidates, {.threshold = 0.5, .settled = settled}, budget, folder.path());
  near_walk.walk(
      sets, nullptr, [&](const VerifiedPair& pair) { EXPECT_GE(pair.candidate, settled); },
      [](std::uint64_t) {});
  for (std::uint32_t i = 0; i < settled; ++i) EXPECT_EQ(near_walk.verdicts()[i].of, i);
  EXPECT_GT(near_walk.counts().removed, 0u);
}

}  // namespace
}  // namespace corpusmill
