#include "tokenizer/byte_level/byte_level_tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "common/digest.h"
#include "common/error.h"
#include "tokenizer/json_tokenizer.h"
#include "tokenizer/text/byte_alphabet.h"

namespace corpusmill {
namespace {

using nlohmann::json;

constexpr char kByteLevel[] =
    R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true})";

// Specials 0 and 1, the bytes from 2 on, "he" 258, "llo" from "ll" 259 and 260; added "<t>" 261.
json small_tokenizer() {
  json vocab = {{"<s>", 0}, {"</s>", 1}};
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    vocab[spell_bytes({&c, 1})] = byte + 2;
  }
  vocab["he"] = 258;
  vocab["ll"] = 259;
  vocab["llo"] = 260;
  const auto added = [](const char* content, int id, bool special) {
    return json{{"id", id}, {"content", content}, {"special", special}, {"normalized", false}};
  };
  return {
      {"added_tokens", {added("<s>", 0, true), added("</s>", 1, true), added("<t>", 261, false)}},
      {"normalizer", nullptr},
      {"pre_tokenizer", json::parse(kByteLevel)},
      {"decoder", json::parse(kByteLevel)},
      {"model",
       {{"type", "BPE"},
        {"vocab", vocab},
        {"merges", json::array({json::array({"h", "e"}), json::array({"l", "l"}),
                                json::array({"ll", "o"})})}}}};
}

std::unique_ptr<Tokenizer> make(const json& file, const std::string& config = "") {
  return make_json_tokenizer(file.dump(), "tokenizer.json", config, "tokenizer_config.json");
}

std::vector<TokenId> ids_of(const Tokenizer& tokenizer, std::string_view text,
                            SpecialInText policy = SpecialInText::kParse) {
  std::vector<TokenId> ids;
  tokenizer.encode(text, policy, ids);
  return ids;
}

// The code and message of the Error that loading throws.
std::pair<ExitCode, std::string> refusal(const json& file, const std::string& config = "") {
  try {
    make(file, config);
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {ExitCode::kDone, ""};
}

void expect_refused(const json& file, ExitCode code, const std::string& named) {
  const auto [found, message] = refusal(file);
  EXPECT_EQ(found, code) << named;
  EXPECT_NE(message.find(named), std::string::npos) << message;
}

// Merges of whole Chinese characters, across their sides and of parts of them.
json chinese_tokenizer() {
  json file = small_tokenizer();
  json& vocab = file["model"]["vocab"];
  json& merges = file["model"]["merges"];
  const auto merge = [&](std::string_view left, std::string_view right) {
    const std::string both = std::string(left) + std::string(right);
    vocab[spell_bytes(both)] = vocab.size();
    merges.push_back({spell_bytes(left), spell_bytes(right)});
  };
  merge("\xE4\xB8", "\x96");  // 世
  merge("\xE7\x95", "\x8C");
  merge("\xE4\xB8", "\x80");
  merge("\xE4", "\xB8");
  merge("\xE7", "\x95");
  merge("\xE4\xB8\x96", "\xE7\x95\x8C");
  merge(" ", "\xE4");
  file["added_tokens"][2]["id"] = vocab.size();
  return file;
}

// Short texts and long ones, Chinese, English, empty, with added tokens in them: many at once give
// what each gives by itself, in any company, and for every policy.
TEST(ByteLevelTokenizerTest, TextsEncodedTogetherAreLikeOneByOne) {
  const std::string kParts[] = {"世界", "世", "一", " 世",      "人", "，",     "hello ", "x",
                                "\n",   "  ", "界", "世世世世", "😀",  "\u3000", "'s"};
  std::mt19937 random(5);
  json with_split = chinese_tokenizer();
  with_split["pre_tokenizer"] = json::parse(
      R"({"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
          {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]})");
  json prefixed = chinese_tokenizer();
  prefixed["pre_tokenizer"]["add_prefix_space"] = true;
  for (const json& file : {chinese_tokenizer(), with_split, prefixed}) {
    const auto tokenizer = make(file);
    for (int round = 0; round < 25; ++round) {
      std::vector<std::string> texts(random() % 400);
      for (std::string& text : texts) {
        const bool is_long = random() % 100 == 0, is_english = random() % 2 == 0;
        if (is_english) text = "世";
        for (auto parts = random() % (is_long ? 9000 : 60); parts > 0; --parts) {
          text += random() % 400 == 0 ? "<s>" : kParts[random() % std::size(kParts)];
          if (is_english) text += "w" + std::to_string(random()) + " are words ";
        }
      }
      const std::vector<std::string_view> views(texts.begin(), texts.end());
      const auto policy = static_cast<SpecialInText>(random() % 3);
      const IdFrame frame{random() % 2 == 0 ? std::optional<TokenId>(0) : std::nullopt,
                          random() % 2 == 0 ? std::optional<TokenId>(1) : std::nullopt};
      std::vector<TokenId> together = {9}, singly = {9};
      std::vector<EncodedText> encoded(texts.size());
      tokenizer->encode_all(views, policy, frame, together, encoded);
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const EncodedText one = tokenizer->encode_framed(texts[i], policy, frame, singly);
        ASSERT_EQ(encoded[i].ids_begin, one.ids_begin) << texts[i];
        ASSERT_EQ(encoded[i].ids_end, one.ids_end) << texts[i];
        ASSERT_EQ(encoded[i].report.specials, one.report.specials);
        ASSERT_EQ(encoded[i].report.refused, one.report.refused);
      }
      ASSERT_EQ(together, singly);
    }
  }
}

TEST(ByteLevelTokenizerTest, EncodesAndDecodes) {
  const auto tokenizer = make(small_tokenizer());
  EXPECT_EQ(ids_of(*tokenizer, "hello"), (std::vector<TokenId>{258, 260}));
  EXPECT_EQ(tokenizer->decode(ids_of(*tokenizer, "<s>hello 世界<t></s>")), "<s>hello 世界<t></s>");
  EXPECT_EQ(tokenizer->kind(), "byte-level-bpe");
  EXPECT_EQ(tokenizer->vocabulary_size(), 262U);
  EXPECT_EQ(tokenizer->token(260), "llo");
  EXPECT_EQ(tokenizer->token(262), "");
  EXPECT_EQ(tokenizer->id_of("<t>"), 261U);
  EXPECT_EQ(tokenizer->id_of("nothing"), std::nullopt);
  EXPECT_EQ(tokenizer->digest(), digest_of(small_tokenizer().dump()).hex());
}

TEST(ByteLevelTokenizerTest, ACharacterCutInTwoDecodesToTheReplacement) {
  const auto tokenizer = make(small_tokenizer());
  std::vector<TokenId> ids = ids_of(*tokenizer, "世x");
  ids.erase(ids.begin() + 2);
  EXPECT_EQ(tokenizer->decode(ids), "\uFFFDx");
}

TEST(ByteLevelTokenizerTest, PoliciesDecideOnSpecialsInText) {
  const auto tokenizer = make(small_tokenizer());
  std::vector<TokenId> ids = {7};
  EXPECT_EQ(tokenizer->encode("he</s>", SpecialInText::kParse, ids).specials, 1U);
  EXPECT_EQ(ids, (std::vector<TokenId>{7, 258, 1}));
  ids = {7};
  EncodeReport report = tokenizer->encode("he</s><t>", SpecialInText::kText, ids);
  EXPECT_EQ(report.specials, 1U);
  EXPECT_FALSE(report.refused);
  EXPECT_EQ(ids.size(), 7U);
  EXPECT_EQ(ids.back(), 261U);
  ids = {7};
  report = tokenizer->encode("he</s>", SpecialInText::kReject, ids);
  EXPECT_TRUE(report.refused);
  EXPECT_EQ(ids, std::vector<TokenId>{7});
  EXPECT_FALSE(tokenizer->encode("he<t>", SpecialInText::kReject, ids).refused);
}

TEST(ByteLevelTokenizerTest, SpecialIdsComeFromTheConfigOrTheUsualNames) {
  EXPECT_EQ(make(small_tokenizer())->special_ids(),
            (SpecialIds{.bos = 0, .eos = 1, .pad = {}, .unk = {}}));
  EXPECT_EQ(make(small_tokenizer(),
                 R"({"bos_token": null, "eos_token": {"content": "<t>"}, "pad_token": "<s>"})")
                ->special_ids(),
            (SpecialIds{.bos = {}, .eos = 261, .pad = 0, .unk = {}}));
  EXPECT_EQ(refusal(small_tokenizer(), R"({"eos_token": "<gone>"})").first, ExitCode::kMismatch);
  EXPECT_EQ(refusal(small_tokenizer(), "{").first, ExitCode::kCorrupt);
}

TEST(ByteLevelTokenizerTest, NfcComposesBeforeMerging) {
  json file = small_tokenizer();
  file["normalizer"] = {{"type", "NFC"}};
  const auto tokenizer = make(file);
  EXPECT_EQ(ids_of(*tokenizer, "e\u0301"), ids_of(*make(small_tokenizer()), "\u00E9"));
  // U+1ACE got its combining class in Unicode 14: to Unicode 9 it is a starter, nothing moves.
  EXPECT_EQ(tokenizer->decode(ids_of(*tokenizer, "a\u1ACE\u0323")), "a\u1ACE\u0323");
}

TEST(ByteLevelTokenizerTest, ANormalizedTokenIsDecodedAsItsNormalizerSpellsIt) {
  json file = small_tokenizer();
  file["normalizer"] = {{"type", "NFC"}};
  file["added_tokens"][2]["content"] = "世e\u0301";
  file["added_tokens"][2]["normalized"] = true;
  EXPECT_EQ(make(file)->decode(std::vector<TokenId>{261}), "世é");
  file["normalizer"] = nullptr;
  EXPECT_EQ(make(file)->decode(std::vector<TokenId>{261}), "世e\u0301");
}

TEST(ByteLevelTokenizerTest, WhatCannotBeProvenIsRefusedByName) {
  const auto with = [](const char* pointer, const json& value) {
    json file = small_tokenizer();
    file[json::json_pointer(pointer)] = value;
    return file;
  };
  const ExitCode mismatch = ExitCode::kMismatch;
  expect_refused(with("/model/type", "WordPiece"), mismatch, "WordPiece");
  expect_refused(with("/model/dropout", 0.1), mismatch, "dropout");
  expect_refused(with("/model/byte_fallback", true), mismatch, "byte_fallback");
  expect_refused(with("/model/end_of_word_suffix", "</w>"), mismatch, "end_of_word_suffix");
  expect_refused(with("/model/continuing_subword_prefix", "##"), mismatch, "subword_prefix");
  expect_refused(with("/normalizer", {{"type", "NFKD"}}), mismatch, "NFKD");
  expect_refused(with("/decoder", nullptr), mismatch, "decoder");
  expect_refused(with("/pre_tokenizer", {{"type", "Metaspace"}}), mismatch, "Metaspace");
  expect_refused(with("/pre_tokenizer", {{"type", "Digits"}}), mismatch, "without ByteLevel");
  const json split = {{"type", "Split"}, {"pattern", {{"Regex", "\\b"}}}, {"behavior", "Isolated"}};
  const json sequence = {{"type", "Sequence"},
                         {"pretokenizers", json::array({split, json::parse(kByteLevel)})}};
  expect_refused(with("/pre_tokenizer", sequence), mismatch, "\\b (at");
  json file = small_tokenizer();
  file["model"]["vocab"]["not a byte"] = file["model"]["vocab"]["a"];
  file["model"]["vocab"].erase("a");
  expect_refused(file, mismatch, "0x61");
}

TEST(ByteLevelTokenizerTest, DamageIsNamed) {
  const auto with = [](const char* pointer, const json& value) {
    json file = small_tokenizer();
    file[json::json_pointer(pointer)] = value;
    return file;
  };
  const ExitCode corrupt = ExitCode::kCorrupt;
  expect_refused(json::array(), corrupt, "model");
  expect_refused(with("/model/vocab", json::array()), corrupt, "vocab");
  expect_refused(with("/model/vocab/he", 1000000000), corrupt, "he");
  expect_refused(with("/model/vocab/he", -1), corrupt, "he");
  expect_refused(with("/model/vocab/he", "2"), corrupt, "he");
  expect_refused(with("/model/vocab/he", 259), corrupt, "259");
  expect_refused(with("/model/merges", "x"), corrupt, "merges");
  expect_refused(with("/model", "BPE"), corrupt, "model");
  expect_refused(with("/model/merges/0", "he"), corrupt, "merge 0");
  expect_refused(with("/model/merges/0", json::array({"h", "zz"})), corrupt, "zz");
  expect_refused(with("/model/merges/0", json::array({"h", "h"})), corrupt, "hh");
  expect_refused(with("/added_tokens/2/id", 300), corrupt, "<t>");
  expect_refused(with("/added_tokens/1/content", "<s>"), corrupt, "twice");
  expect_refused(with("/added_tokens/1/content", ""), corrupt, "empty");
}

TEST(ByteLevelTokenizerTest, WhatIsThereTwiceIsRefused) {
  const std::string bytes = small_tokenizer().dump();
  const auto with = [&](const std::string& found, const std::string& instead) {
    std::string damaged = bytes;
    return damaged.replace(damaged.find(found), found.size(), instead);
  };
  for (const auto& [found, instead] : {std::pair(R"("he":258)", R"("he":258,"he":262)"),
                                       std::pair(R"("normalizer":)", R"("decoder":)"),
                                       std::pair(R"("merges":)", R"("merges":[],"merges":)")}) {
    EXPECT_THROW(make_json_tokenizer(with(found, instead), "twice", "", ""), Error) << found;
  }
}

TEST(ByteLevelTokenizerTest, AFileCutAnywhereThrowsAndNothingElse) {
  const std::string bytes = small_tokenizer().dump();
  for (std::size_t end = 0; end < bytes.size(); end += 7) {
    EXPECT_THROW(make_json_tokenizer(bytes.substr(0, end), "cut", "", ""), Error) << end;
  }
  EXPECT_THROW(make_json_tokenizer(std::string(100'000, '['), "deep", "", ""), Error);
}

TEST(ByteLevelTokenizerTest, RandomDamageNeverDoesMoreThanThrow) {
  const std::string bytes = small_tokenizer().dump();
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(32 + random() % 96);
    }
    try {
      ids_of(*make_json_tokenizer(damaged, "damaged", "", ""), "hello <s> 世界");
    } catch (const Error&) {
    }
  }
}

// The spellings that a file with 300 merges gives a text; `shuffled`: of tokens whose ids do not
// follow the order of the merges that make them.
std::vector<std::string> spellings_of(bool shuffled, std::string_view text) {
  std::mt19937 random(5);
  std::vector<std::string> tokens = {"a", "b", "c", "d"};
  std::set<std::string> made(tokens.begin(), tokens.end());
  json merges = json::array();
  while (merges.size() < 300) {
    const std::string left = tokens[random() % tokens.size()];
    const std::string right = tokens[random() % tokens.size()];
    if (left.size() + right.size() > 4) continue;
    merges.push_back(json::array({left, right}));  // some make what another has made before
    if (made.insert(left + right).second) tokens.push_back(left + right);
  }
  if (shuffled) std::shuffle(tokens.begin() + 4, tokens.end(), random);
  json file = small_tokenizer();
  file["added_tokens"] = json::array();
  file["model"]["merges"] = merges;
  json& vocab = file["model"]["vocab"];
  for (const char* name : {"he", "ll", "llo"}) vocab.erase(name);
  for (std::size_t i = 4; i < tokens.size(); ++i) vocab[tokens[i]] = 254 + i;
  const auto tokenizer = make(file);
  std::vector<std::string> spellings;
  for (const TokenId id : ids_of(*tokenizer, text)) {
    spellings.push_back(id < 258 ? std::string(1, static_cast<char>(id - 2)) : tokens[id - 254]);
  }
  return spellings;
}

TEST(ByteLevelTokenizerTest, IdsNeedNotFollowTheMerges) {
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>('a' + random() % 4);
  const std::vector<std::string> in_order = spellings_of(false, text);
  EXPECT_LT(in_order.size(), text.size());
  EXPECT_EQ(spellings_of(true, text), in_order);
}

TEST(ByteLevelTokenizerTest, TruncationAndPaddingAreIgnoredWithAWarning) {
  json file = small_tokenizer();
  file["truncation"] = {{"max_length", 1}};
  const auto tokenizer = make(file);
  EXPECT_NE(tokenizer->warning().find("truncation"), std::string::npos);
  EXPECT_EQ(ids_of(*tokenizer, "hello").size(), 2U);
  EXPECT_EQ(make(small_tokenizer())->warning(), "");
}

}  // namespace
}  // namespace corpusmill
