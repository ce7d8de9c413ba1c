// Tokenizer files that nobody means well with: an Error or a working tokenizer, in bounded time.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "common/error.h"
#include "tests/fuzz/fuzz_cases.h"

namespace corpusmill::fuzz {
namespace {

using nlohmann::json;

std::string byte_level_file(const json& extra_vocab, const json& merges, const json& added) {
  json file = json::parse(tokenizer_seeds().front());
  for (const auto& [token, id] : extra_vocab.items()) file["model"]["vocab"][token] = id;
  file["model"]["merges"] = merges;
  file["added_tokens"] = added;
  return file.dump();
}

json added_token(const std::string& content, std::uint64_t id) {
  return {{"id", id}, {"content", content}, {"special", true}, {"normalized", false}};
}

ExitCode code_of(const std::string& bytes) {
  try {
    tokenizer_of(bytes)->encode_text("hello");
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

TEST(HostileFiles, SeedsLoad) {
  for (const std::string& seed : tokenizer_seeds()) {
    EXPECT_EQ(code_of(seed), ExitCode::kDone) << seed.substr(0, 80);
  }
}

TEST(HostileFiles, CutAtEveryByte) {
  for (const std::string& seed : tokenizer_seeds()) {
    const std::size_t step = seed.size() > 4000 ? 11 : 1;
    for (std::size_t end = 0; end < seed.size(); end += step) {
      try_tokenizer_file(seed.substr(0, end));
    }
  }
}

TEST(HostileFiles, FlippedBytesAndShuffledPieces) {
  std::mt19937 random(11);
  for (const std::string& seed : tokenizer_seeds()) {
    for (int round = 0; round < 400; ++round) {
      std::string bytes = seed;
      for (std::size_t i = random() % 4 + 1; i > 0; --i) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      if (round % 4 == 0) {
        const std::size_t at = random() % bytes.size();
        bytes.insert(random() % bytes.size(), bytes.substr(at, random() % 200));
      }
      try_tokenizer_file(bytes);
    }
  }
}

TEST(HostileFiles, HugeIdsAndDeepNesting) {
  const json none = json::array();
  EXPECT_EQ(code_of(byte_level_file({{"x!", 4'194'304}}, none, none)), ExitCode::kCorrupt);
  EXPECT_EQ(code_of(byte_level_file({{"x!", 4'194'303}}, none, none)), ExitCode::kDone);
  EXPECT_EQ(code_of(byte_level_file({{"x!", 1e300}}, none, none)), ExitCode::kCorrupt);
  EXPECT_EQ(code_of("{\"model\":" + std::string(5'000'000, '[')), ExitCode::kCorrupt);
  EXPECT_EQ(code_of("{\"model\":" + std::string(900, '[') + std::string(900, ']') + "}"),
            ExitCode::kCorrupt);
}

TEST(HostileFiles, MergesThatGoInCircles) {
  const json none = json::array();
  const json vocab = {{"ab", 300}, {"aba", 301}, {"", 302}};
  const auto merges = [](const std::vector<std::vector<std::string>>& list) { return json(list); };
  EXPECT_EQ(code_of(byte_level_file(
                vocab, merges({{"a", "b"}, {"a", "b"}, {"ab", "a"}, {"ab", "a"}}), none)),
            ExitCode::kDone);
  EXPECT_EQ(code_of(byte_level_file(vocab, merges({{"ab", ""}}), none)), ExitCode::kCorrupt);
  EXPECT_EQ(code_of(byte_level_file(vocab, merges({{"", ""}}), none)), ExitCode::kCorrupt);
  EXPECT_EQ(code_of(byte_level_file(vocab, merges({{"ab"}}), none)), ExitCode::kCorrupt);
  EXPECT_EQ(code_of(byte_level_file(vocab, none, none)), ExitCode::kDone);
}

TEST(HostileFiles, AMillionAddedTokens) {
  json added = json::array();
  for (int i = 0; i < 300'000; ++i) {
    added.push_back(added_token("<" + std::to_string(i) + ">", 259 + static_cast<unsigned>(i)));
  }
  const auto tokenizer = tokenizer_of(byte_level_file(json::object(), json::array(), added));
  EXPECT_EQ(tokenizer->vocabulary_size(), 300'259U);
  EXPECT_EQ(tokenizer->encode_text("<7>x<299999>"), (std::vector<TokenId>{266, 'x', 300'258}));
  EXPECT_EQ(tokenizer->encode_text(std::string(10'000, '<')).size(), 10'000U);
}

TEST(HostileFiles, InvalidUtf8IsCorrupt) {
  std::string bytes = tokenizer_seeds().front();
  bytes.insert(bytes.find("\"vocab\"") + 1, "\xFF");
  EXPECT_EQ(code_of(bytes), ExitCode::kCorrupt);
}

}  // namespace
}  // namespace corpusmill::fuzz
