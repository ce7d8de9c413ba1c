#include "tokenizer/text/byte_trie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace corpusmill {
namespace {

constexpr std::uint32_t kAbsent = 0xFFFFFFFF;

std::uint32_t value_of(const ByteTrie& trie, std::string_view key) {
  std::uint32_t node = ByteTrie::kRoot;
  for (const char byte : key) {
    node = trie.child(node, static_cast<unsigned char>(byte));
    if (node == ByteTrie::kNone) return kAbsent;
  }
  return trie.value(node);
}

TEST(ByteTrieTest, RandomKeysAreFoundAndOthersAreNot) {
  std::mt19937 random(3);
  for (const unsigned alphabet : {2U, 5U, 256U}) {
    std::map<std::string, std::uint32_t> keys;
    const auto random_key = [&] {
      std::string key;
      for (auto length = 1 + random() % 7; length > 0; --length) {
        key += static_cast<char>(random() % alphabet);
      }
      return key;
    };
    for (std::uint32_t i = 0; i < 20'000; ++i) keys.emplace(random_key(), i);
    std::vector<ByteTrie::Entry> entries;
    for (const auto& [key, value] : keys) entries.push_back({key, value});
    std::shuffle(entries.begin(), entries.end(), random);
    const auto trie = ByteTrie::build(entries, kAbsent);
    ASSERT_TRUE(trie);
    for (const auto& [key, value] : keys) ASSERT_EQ(value_of(*trie, key), value);
    for (int i = 0; i < 100'000; ++i) {
      const std::string key = random_key();
      const auto known = keys.find(key);
      ASSERT_EQ(value_of(*trie, key), known == keys.end() ? kAbsent : known->second);
    }
  }
}

TEST(ByteTrieTest, OfNothingAndOfOneLongKey) {
  const auto empty = ByteTrie::build({}, kAbsent);
  ASSERT_TRUE(empty);
  for (unsigned byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(empty->child(ByteTrie::kRoot, static_cast<unsigned char>(byte)), ByteTrie::kNone);
  }
  const std::string key(100'000, 'x');
  const auto deep = ByteTrie::build({{key, 7}}, kAbsent);
  ASSERT_TRUE(deep);
  EXPECT_EQ(value_of(*deep, key), 7U);
  EXPECT_EQ(value_of(*deep, key.substr(1)), kAbsent);
  const std::string too_long(ByteTrie::kUnitsMax + 1, 'x');
  EXPECT_FALSE(ByteTrie::build({{too_long, 7}}, kAbsent));
}

}  // namespace
}  // namespace corpusmill
