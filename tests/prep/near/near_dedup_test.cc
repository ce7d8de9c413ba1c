// Near dedup from rows to decisions, against brute force over all pairs.
#include "prep/near/near_dedup.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "common/error.h"
#include "tests/reference/greedy_near_dedup.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

const std::filesystem::path kMixed =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.jsonl";
const std::filesystem::path kMixedPairs =
    std::filesystem::path(CORPUSMILL_SOURCE_DIR) / "../shared/data/mixed_small.neardup_pairs.tsv";

std::string rows_of(const std::vector<std::string>& texts) {
  std::string rows;
  for (const std::string& text : texts) rows += nlohmann::json{{"text", text}}.dump() + "\n";
  return rows;
}

using LinePair = std::pair<std::uint64_t, std::uint64_t>;  // line, of

struct Decided {
  std::map<std::uint64_t, std::uint64_t> removed;  // line, of
  std::map<LinePair, double> pairs;
  std::string pairs_file;
  nlohmann::json report;
};

// Decides over one file, with its pairs.
Decided decide(const std::filesystem::path& file, NearOptions options, int threads = 2,
               std::uint64_t memory_bytes = 256 << 20) {
  const TempDir folder;
  InputOptions input;
  CommonOptions common;
  common.threads = threads;
  common.memory_bytes = memory_bytes;
  common.quiet = true;
  options.pairs = (folder / "pairs.jsonl").string();
  RereadableInput reading(InputSet::resolve({file.string()}), input.line_reader_options(),
                          folder.path());
  NearDecision decision = decide_near_duplicates({.input_options = input,
                                                  .common = common,
                                                  .options = options,
                                                  .input = reading,
                                                  .tmp_dir = folder.path(),
                                                  .exact_in_parallel = {}});
  Decided decided;
  std::vector<DropEntry> entries;
  for (std::size_t chunk = 0; chunk < decision.drops.chunk_count(); ++chunk) {
    decision.drops.read_chunk(chunk, entries);
    for (const DropEntry& entry : entries) decided.removed[entry.line.line()] = entry.of.line();
  }
  decided.pairs_file = slurp(options.pairs);
  std::istringstream pairs(decided.pairs_file);
  for (std::string line; std::getline(pairs, line);) {
    const nlohmann::json pair = nlohmann::json::parse(line);
    decided.pairs[{pair["line"], pair["of_line"]}] = pair["similarity"];
  }
  decided.report = std::move(decision.report);
  return decided;
}

Decided decide(const std::vector<std::string>& texts, const NearOptions& options, int threads = 2,
               std::uint64_t memory_bytes = 256 << 20) {
  const TempDir folder;
  spill(folder / "rows.jsonl", rows_of(texts));
  return decide(folder / "rows.jsonl", options, threads, memory_bytes);
}

std::set<std::string> word_shingles(const std::string& text, std::size_t length) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (words.size() < length) return {text};
  std::set<std::string> shingles;
  for (std::size_t i = 0; i + length <= words.size(); ++i) {
    std::string shingle;
    for (std::size_t k = i; k < i + length; ++k) shingle += words[k] + " ";
    shingles.insert(shingle);
  }
  return shingles;
}

double jaccard(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::size_t common = 0;
  for (const std::string& shingle : a) common += b.count(shingle);
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

// Texts of random words, many of them changed copies of earlier ones, of every degree of likeness.
std::vector<std::string> generated_texts(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::vector<std::uint64_t>> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::uint64_t> words;
    if (i > 0 && random() % 2 == 0) {
      words = texts[random() % i];
      for (std::uint64_t changes = random() % 6; changes > 0; --changes) {
        words[random() % words.size()] = random() % 5000;
      }
    } else {
      for (std::uint64_t n = 40 + random() % 60; n > 0; --n) words.push_back(random() % 5000);
    }
    texts.push_back(std::move(words));
  }
  std::vector<std::string> out;
  for (const auto& words : texts) {
    std::string text;
    for (const std::uint64_t word : words) text += "w" + std::to_string(word) + " ";
    out.push_back(text);
  }
  return out;
}

TEST(NearDedup, AgreesWithBruteForceOnTenThousandDocuments) {
  const std::vector<std::string> texts = generated_texts(10'000, 3);
  NearOptions options;
  options.shingle = "words:5";
  const Decided decided = decide(texts, options);

  std::vector<std::set<std::string>> shingles;
  // Pairs without a common shingle are not alike: only those with one are looked at.
  std::map<std::string, std::vector<std::size_t>> where;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    shingles.push_back(word_shingles(texts[i], 5));
    for (const std::string& shingle : shingles.back()) where[shingle].push_back(i);
  }
  std::set<std::pair<std::size_t, std::size_t>> touching;
  for (const auto& [shingle, documents] : where) {
    for (std::size_t a = 0; a < documents.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) touching.insert({documents[a], documents[b]});
    }
  }
  const LshShape shape = options.sketch().shape;
  double expected = 0, variance = 0;
  std::size_t alike = 0, found = 0;
  std::map<LinePair, double> truth;
  for (const auto& [later, earlier] : touching) {
    const double similarity = jaccard(shingles[later], shingles[earlier]);
    if (similarity < 0.8) continue;
    truth[{later + 1, earlier + 1}] = similarity;
    ++alike;
    const double recall = shape.recall(similarity);
    expected += recall;
    variance += recall * (1 - recall);
    found += decided.pairs.count({later + 1, earlier + 1});
  }
  ASSERT_GT(alike, 2000u);
  // Every pair that is told is one, with the right similarity.
  for (const auto& [pair, similarity] : decided.pairs) {
    ASSERT_TRUE(truth.count(pair) > 0) << pair.first << " " << pair.second;
    EXPECT_NEAR(similarity, truth[pair], 1e-6);
  }
  // The recall is that of the S-curve. Pairs of one family are not independent: five deviations,
  // and a little for that.
  EXPECT_GT(static_cast<double>(found), expected - 5 * std::sqrt(variance) - 0.01 * expected);
  // Removed are those that the definition removes among the pairs found.
  const std::set<LinePair> proposed = [&] {
    std::set<LinePair> pairs;
    for (const auto& [pair, similarity] : decided.pairs) pairs.insert(pair);
    return pairs;
  }();
  std::vector<std::size_t> order(texts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::vector<std::size_t> of = textbook::remove_near_duplicates(
      order,
      [&](std::size_t a, std::size_t b) {
        return proposed.count({a + 1, b + 1}) > 0;
      },
      [&](std::size_t a, std::size_t b) { return jaccard(shingles[a], shingles[b]); }, 0.8);
  std::map<std::uint64_t, std::uint64_t> removed;
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (of[i] != i) removed[i + 1] = of[i] + 1;
  }
  EXPECT_EQ(decided.removed, removed);
  EXPECT_EQ(decided.report["removed"], removed.size());
}

TEST(NearDedup, DistinctShortDocumentsAllSurvive) {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    texts.insert(texts.end(), {"a" + n, "the " + n, "the very " + n, "the very same " + n});
  }
  for (const char* text :
       {"好", "好的", "好的。", "春眠不覺", "春眠不覺 ", " 春眠不覺", "日", "x"}) {
    texts.emplace_back(text);
  }
  for (const char* shingle : {"units:5", "words:5"}) {
    NearOptions options;
    options.shingle = shingle;
    options.threshold = 0.1;
    EXPECT_TRUE(decide(texts, options).removed.empty()) << shingle;
  }
  // Equal ones are alike, where exact dedup has not taken them.
  EXPECT_EQ(decide({"好的", "x", "好的"}, {}).removed,
            (std::map<std::uint64_t, std::uint64_t>{{3, 1}}));
}

TEST(NearDedup, FindsTheKnownPairsOfTheMixedCorpusAndNoOthers) {
  if (!std::filesystem::exists(kMixedPairs)) GTEST_SKIP() << "needs " << kMixedPairs;
  std::map<LinePair, double> known;
  std::ifstream file(kMixedPairs);
  std::string header;
  std::getline(file, header);
  for (double similarity = 0; true;) {
    std::uint64_t a = 0, b = 0;
    if (!(file >> a >> b >> similarity)) break;
    known[{b, a}] = similarity;
  }
  ASSERT_GT(known.size(), 50u);
  for (const double threshold : {0.5, 0.6, 0.7, 0.8}) {
    NearOptions options;
    options.shingle = "chars:5";
    options.threshold = threshold;
    const Decided decided = decide(kMixed, options);
    std::size_t found = 0, above = 0;
    for (const auto& [pair, similarity] : known) {
      if (similarity < threshold) continue;
      ++above;
      found += decided.pairs.count(pair);
    }
    // Equal texts are pairs too here, as there was no exact dedup.
    for (const auto& [pair, similarity] : decided.pairs) {
      if (similarity == 1) continue;
      const auto other = known.find(pair);
      ASSERT_TRUE(other != known.end() && other->second >= threshold - 1e-6) << pair.first;
      EXPECT_NEAR(similarity, other->second, 1e-6);
    }
    EXPECT_GE(found + 1, above) << threshold;  // all but what the bands may miss
    for (const auto& [line, of] : decided.removed) EXPECT_TRUE(decided.pairs.count({line, of}));
  }
}

TEST(NearDedup, IsTheSameForAnyThreadsAndMemory) {
  const TempDir folder;
  const std::filesystem::path file = folder / "rows.jsonl";
  spill(file, rows_of(generated_texts(3000, 8)));
  for (const char* keep : {"first", "longest"}) {
    NearOptions options;
    options.keep = keep;
    options.threshold = 0.6;
    const Decided plain = decide(file, options);
    EXPECT_GT(plain.removed.size(), 500u);
    for (const int threads : {1, 2, 4}) {
      for (const std::uint64_t memory : {64 << 10, 2 << 20, 256 << 20}) {
        const Decided other = decide(file, options, threads, memory);
        EXPECT_EQ(other.removed, plain.removed) << threads << " " << memory;
        EXPECT_TRUE(other.pairs_file == plain.pairs_file) << threads << " " << memory;
        EXPECT_EQ(other.report, plain.report);
      }
    }
  }
}

std::string numbered(const std::string& word, int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += word + std::to_string(i) + " ";
  return text;
}

TEST(NearDedup, KeepsTheLongestOrTheBest) {
  const std::string base = numbered("w", 0, 100);
  NearOptions options;
  options.keep = "longest";
  EXPECT_EQ(decide({base, base + "more", base + "much more"}, options).removed,
            (std::map<std::uint64_t, std::uint64_t>{{1, 3}, {2, 3}}));

  const TempDir folder;
  const auto row = [&](const std::string& text, const nlohmann::json& score) {
    return nlohmann::json{{"text", text}, {"score", score}}.dump() + "\n";
  };
  spill(folder / "rows.jsonl", row(base, nullptr) + row(base + "a", 0.5) + row(base + "b", 7) +
                                   row(base + "c", 7) + row(base + "d", "9"));
  options.keep = "best:score";
  EXPECT_EQ(decide(folder / "rows.jsonl", options).removed,
            (std::map<std::uint64_t, std::uint64_t>{{1, 3}, {2, 3}, {4, 3}, {5, 3}}));
}

TEST(NearDedup, ContainmentRemovesWhatIsInsideAnother) {
  const std::string base = numbered("w", 0, 200);
  const std::vector<std::string> texts = {base, numbered("w", 0, 150)};
  NearOptions options;
  options.threshold = 0.95;
  options.bands = 112;  // sketches are of Jaccard: many bands find the pair, containment decides
  options.rows = 1;
  EXPECT_TRUE(decide(texts, options).removed.empty());
  options.similarity = "containment";
  EXPECT_EQ(decide(texts, options).removed, (std::map<std::uint64_t, std::uint64_t>{{2, 1}}));
}

TEST(NearDedup, StopsWhenOneClusterEatsTheCorpus) {
  std::vector<std::string> texts;
  for (int i = 0; i < 1200; ++i) texts.push_back(numbered("w", 0, 60) + std::to_string(i));
  for (int i = 0; i < 800; ++i) texts.push_back(numbered("v" + std::to_string(i) + "x", 0, 60));
  NearOptions options;
  try {
    decide(texts, options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInputRejected);
    const std::string message = error.what();
    for (const char* part : {"1200 of 2000", "--cluster-share-max 0.1", "line 1:", "w0 w1"}) {
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  }
  options.cluster_share_max = 0.7;
  EXPECT_EQ(decide(texts, options).removed.size(), 1199u);
}

TEST(NearDedup, TwentyThousandTemplatedDocumentsStayNearLinear) {
  std::vector<std::string> texts;
  for (int i = 0; i < 20'000; ++i) {
    texts.push_back(numbered("form", 0, 40) + "name" + std::to_string(i) + " " +
                    numbered("rest", 0, 40));
  }
  NearOptions options;
  options.cluster_share_max = 1;
  const Decided decided = decide(texts, options);
  EXPECT_EQ(decided.removed.size(), texts.size() - 1);
  EXPECT_LE(decided.report["compared_pairs"], 33 * texts.size());
  EXPECT_EQ(decided.report["largest_clusters"][0]["documents"], texts.size());
}

TEST(NearOptions, RefusesWhatContradictsItself) {
  const auto refused = [](auto change) {
    NearOptions options;
    change(options);
    try {
      options.check();
    } catch (const Error& error) {
      return error.code() == ExitCode::kUsage;
    }
    return false;
  };
  EXPECT_FALSE(refused([](NearOptions&) {}));
  EXPECT_TRUE(refused([](NearOptions& options) { options.threshold = 0; }));
  EXPECT_TRUE(refused([](NearOptions& options) { options.threshold = 1.1; }));
  EXPECT_TRUE(refused([](NearOptions& options) { options.shingle = "verse:5"; }));
  EXPECT_TRUE(refused([](NearOptions& options) { options.keep = "best:"; }));
  EXPECT_TRUE(refused([](NearOptions& options) { options.bands = 4; }));
  EXPECT_TRUE(refused([](NearOptions& options) { options.cluster_share_max = 0; }));
}

TEST(NearOptions, ShapeIsChosenForTheThresholdOrGiven) {
  NearOptions options;
  EXPECT_EQ(options.sketch().shape, (LshShape{16, 7}));
  options.preset = "fineweb";
  EXPECT_EQ(options.sketch().shape, (LshShape{14, 8}));
  options.preset.clear();
  options.bands = 20;
  options.rows = 5;
  EXPECT_EQ(options.sketch().shape, (LshShape{20, 5}));
  EXPECT_EQ(options.to_json()["bands"], 20);
}

}  // namespace
}  // namespace corpusmill
