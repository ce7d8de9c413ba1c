// The text target on generated inputs.
#include <gtest/gtest.h>

#include <random>

#include "tests/fuzz/fuzz_cases.h"

namespace corpusmill::fuzz {
namespace {

TEST(TextFuzz, RandomTextsAreTheTextbooks) {
  std::mt19937 random(5);
  const std::vector<std::string> words = {
      "a",    "b",    "ab",   " ",    "\n", "世", "é",
      "世世", "\xE4", "\x96", "aaaa", "x",  "1",  std::string(1, '\0')};
  for (int round = 0; round < 1500; ++round) {
    std::string bytes(1, static_cast<char>(random()));
    for (auto parts = random() % 60; parts > 0; --parts) bytes += words[random() % words.size()];
    ASSERT_NO_THROW(try_text(bytes)) << testing::PrintToString(bytes);
  }
}

TEST(TextFuzz, LongRunsToo) {
  for (int table = 0; table < 8; ++table) {
    for (const char* run : {"a", "ab", "世", " ", "é"}) {
      std::string bytes(1, static_cast<char>(table));
      while (bytes.size() < 900) bytes += run;
      ASSERT_NO_THROW(try_text(bytes)) << run;
    }
  }
}

}  // namespace
}  // namespace corpusmill::fuzz
