#include "tokenizer/byte_level/rank_tokenizer.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "common/error.h"
#include "common/file.h"
#include "tests/support/temp_dir.h"
#include "tokenizer/byte_level/rank_encodings.h"
#include "tokenizer/byte_level/rank_file.h"

namespace corpusmill {
namespace {

using Ranks = std::map<std::string, TokenId>;

constexpr char kConfig[] =
    R"({"pat_str": "llama3", "special_tokens": {"<|end|>": 5000, "<|x y|>": 5001},
        "eos_token": "<|end|>"})";

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63U];
    }
  }
  return out;
}

std::string file_of(const Ranks& ranks) {
  std::string file;
  for (const auto& [token, rank] : ranks) file += base64(token) + " " + std::to_string(rank) + "\n";
  return file;
}

Ranks single_bytes() {
  Ranks ranks;
  for (int byte = 0; byte < 256; ++byte) {
    ranks[std::string(1, static_cast<char>(byte))] = static_cast<TokenId>(byte);
  }
  return ranks;
}

std::unique_ptr<Tokenizer> make(const std::string& file, const std::string& config = kConfig) {
  return make_rank_tokenizer(file, "ranks", config, "tokenizer_config.json");
}

// Again and again the adjacent parts whose bytes together have the lowest rank, leftmost first.
std::vector<TokenId> expected_ids(const Ranks& ranks, const std::string& pretoken) {
  if (ranks.count(pretoken) > 0) return {ranks.at(pretoken)};
  std::vector<std::string> parts;
  for (const char c : pretoken) parts.emplace_back(1, c);
  for (;;) {
    std::size_t best = parts.size();
    TokenId best_rank = kTokenIdsMax;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find(parts[i] + parts[i + 1]);
      if (found == ranks.end() || found->second >= best_rank) continue;
      best = i;
      best_rank = found->second;
    }
    if (best == parts.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& part : parts) ids.push_back(ranks.at(part));
  return ids;
}

ExitCode code_of(const std::string& file, const std::string& config, const std::string& named) {
  try {
    make(file, config);
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
    return error.code();
  }
  ADD_FAILURE() << named << " is not refused";
  return ExitCode::kDone;
}

TEST(RankTokenizerTest, EqualsMergingByTheRankOfWhatIsJoined) {
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    Ranks ranks = single_bytes();
    // Any strings of three letters: some are out of the merges' reach, some have several ways.
    for (TokenId rank = 256; rank < 300; ++rank) {
      std::string token(2 + random() % 4, 'a');
      for (char& c : token) c = static_cast<char>('a' + random() % 3);
      ranks.emplace(token, rank);
    }
    const auto tokenizer = make(file_of(ranks));
    for (int i = 0; i < 100; ++i) {
      std::string pretoken(1 + random() % (i % 5 == 0 ? 80 : 12), 'a');
      for (char& c : pretoken) c = static_cast<char>('a' + random() % 3);
      std::vector<TokenId> ids;
      tokenizer->encode(pretoken, SpecialInText::kText, ids);
      ASSERT_EQ(ids, expected_ids(ranks, pretoken)) << pretoken;
      ASSERT_EQ(tokenizer->decode(ids), pretoken);
    }
  }
}

TEST(RankTokenizerTest, SpecialsAreTextUnlessAskedFor) {
  const auto tokenizer = make(file_of(single_bytes()));
  EXPECT_EQ(tokenizer->kind(), "tiktoken");
  EXPECT_EQ(tokenizer->default_policy(), SpecialInText::kText);
  EXPECT_EQ(tokenizer->special_ids().eos, 5000U);
  EXPECT_EQ(tokenizer->vocabulary_size(), 5002U);
  EXPECT_EQ(tokenizer->encode_text("<|end|>").size(), 7U);
  std::vector<TokenId> ids;
  EXPECT_EQ(tokenizer->encode("é<|x y|>", SpecialInText::kParse, ids).specials, 1U);
  EXPECT_EQ(ids, (std::vector<TokenId>{0xC3, 0xA9, 5001}));
  EXPECT_EQ(tokenizer->decode(ids), "é<|x y|>");
}

TEST(RankTokenizerTest, PublishedFilesAreKnownByTheirDigest) {
  const auto llama3 = find_rank_encoding("22e6ee98364f2a1fe7339703bb9e9d7b");
  ASSERT_TRUE(llama3);
  EXPECT_EQ(llama3->name, "llama3");
  ASSERT_EQ(llama3->specials.size(), 256U);
  EXPECT_EQ(llama3->specials.back().content, "<|reserved_special_token_245|>");
  EXPECT_EQ(llama3->specials.back().id, 128255U);
  const auto llama4 = find_rank_encoding("fd1ec8f19c117ba2d2fc82dae9636e64");
  ASSERT_TRUE(llama4);
  EXPECT_EQ(llama4->specials.size(), 2048U);
  for (std::size_t i = 0; i < 2048; ++i) EXPECT_EQ(llama4->specials[i].id, 200'000 + i);
  EXPECT_FALSE(find_rank_encoding("00000000000000000000000000000000"));
  EXPECT_TRUE(find_rank_pattern("cl100k_base"));
  EXPECT_FALSE(find_rank_pattern("cl200k_base"));
}

TEST(RankTokenizerTest, AnUnknownFileNeedsAPattern) {
  const std::string file = file_of(single_bytes());
  EXPECT_EQ(code_of(file, "", "pat_str"), ExitCode::kMismatch);
  EXPECT_EQ(code_of(file, "{}", "cl100k_base"), ExitCode::kMismatch);
  EXPECT_EQ(code_of(file, R"({"pat_str": 3})", "pat_str"), ExitCode::kMismatch);
  // Which engines read differently.
  for (const char* pattern : {R"(\\p{N}{1,3}+|.)", R"(a$|.)", R"(^a|.)", R"(\\w+|.)"}) {
    const std::string config = std::string(R"({"pat_str": ")") + pattern + R"("})";
    EXPECT_EQ(code_of(file, config, "pat_str has"), ExitCode::kMismatch) << pattern;
  }
  EXPECT_EQ(make(file, R"({"pat_str": "\\p{N}{1,2}|[^a]+|a"})")->encode_text("12a").size(), 3U);
  // A published expression is known as it is written.
  EXPECT_TRUE(make(file, R"({"pat_str": "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++)"
                         R"(| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s"})"));
}

TEST(RankTokenizerTest, TheDigestCoversWhatTheConfigDecides) {
  const std::string file = file_of(single_bytes());
  std::set<std::string> digests;
  for (const char* config :
       {R"({"pat_str": "llama3"})", R"({"pat_str": "qwen"})",
        R"({"pat_str": "llama3", "special_tokens": {"<x>": 300}})",
        R"({"pat_str": "llama3", "special_tokens": {"<x>": 301}, "eos_token": "<x>"})",
        R"({"pat_str": "llama3", "special_tokens": {"<x>": 301}, "bos_token": "<x>"})"}) {
    digests.insert(make(file, config)->digest());
  }
  EXPECT_EQ(digests.size(), 4U);
}

TEST(RankTokenizerTest, DamageIsNamed) {
  const std::string file = file_of(single_bytes());
  const ExitCode corrupt = ExitCode::kCorrupt;
  EXPECT_EQ(code_of(file + "YWI= \n", kConfig, "ranks:257"), corrupt);
  EXPECT_EQ(code_of(file + "YWI 256\n", kConfig, "ranks:257"), corrupt);
  EXPECT_EQ(code_of(file + "Y=I= 256\n", kConfig, "ranks:257"), corrupt);
  EXPECT_EQ(code_of(file + " 256\n", kConfig, "ranks:257"), corrupt);
  EXPECT_EQ(code_of(file + "YWI= 255\n", kConfig, "255 twice"), corrupt);
  EXPECT_EQ(code_of(file + "YQ== 256\n", kConfig, "twice"), corrupt);
  EXPECT_EQ(code_of(file + "YWI= 99999999\n", kConfig, "99999999"), corrupt);
  EXPECT_EQ(code_of(file + "YWI= 5000\n", kConfig, "<|end|>"), corrupt);
  EXPECT_EQ(code_of(file, R"({"pat_str": "llama3", "special_tokens": {"x": -1}})", "-1"), corrupt);
  EXPECT_EQ(code_of(file, R"({"pat_str": "llama3", "special_tokens": 1})", "special"), corrupt);
  Ranks without = single_bytes();
  without.erase("a");
  EXPECT_EQ(code_of(file_of(without), kConfig, "0x61"), ExitCode::kMismatch);
  const std::string huge = base64(std::string(60'000, 'a')) + " 256\n";
  EXPECT_EQ(code_of(file + huge, kConfig, "too long"), ExitCode::kMismatch);
}

TEST(RankTokenizerTest, AFolderMayHoldOneSuchFile) {
  const TempDir folder;
  write_file_atomically(folder / "tokenizer_config.json", kConfig);
  write_file_atomically(folder / "my.tiktoken", "\n" + file_of(single_bytes()));
  EXPECT_THROW(load_tokenizer(folder.path()), Error);  // it begins with no token
  write_file_atomically(folder / "my.tiktoken", file_of(single_bytes()));
  EXPECT_EQ(load_tokenizer(folder.path())->kind(), "tiktoken");
  write_file_atomically(folder / "other.tiktoken", file_of(single_bytes()));
  EXPECT_THROW(load_tokenizer(folder.path()), Error);
}

TEST(RankTokenizerTest, Base64NeedsItsPadding) {
  const auto decoded = [](std::string_view text) {
    std::string bytes;
    return append_base64_decoded(text, bytes) ? bytes : "(refused)";
  };
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("YQ=="), "a");
  EXPECT_EQ(decoded("YWI="), "ab");
  EXPECT_EQ(decoded("YWJj"), "abc");
  for (const char* bad : {"Y", "YW", "YWI", "====", "Y===", "YQ==YQ==", "YW I", "YW-_"}) {
    EXPECT_EQ(decoded(bad), "(refused)") << bad;
  }
}

}  // namespace
}  // namespace corpusmill
