// tokenizer.json files whose BPE starts from characters.
#include "tokenizer/char_bpe/char_bpe_json_spec.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/error.h"
#include "tokenizer/json_tokenizer.h"
#include "tokenizer/part_description.h"

namespace corpusmill {
namespace {

using nlohmann::json;

json replace(const char* from, const char* to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

json sequence(const char* list, const std::vector<json>& parts) {
  return {{"type", "Sequence"}, {list, parts}};
}

// <unk> 0, the byte tokens 1 to 256, then "▁" 257, "a" 258, "b" 259, "▁a" 260, "▁ab" 261.
json small_file() {
  json vocab = {{"<unk>", 0}};
  for (int byte = 0; byte < 256; ++byte) vocab[fmt::format("<0x{:02X}>", byte)] = byte + 1;
  for (const char* token : {"▁", "a", "b", "▁a", "▁ab"}) vocab[token] = vocab.size();
  const json strip = {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}};
  return {{"added_tokens", json::array()},
          {"normalizer",
           sequence("normalizers", {{{"type", "Prepend"}, {"prepend", "▁"}}, replace(" ", "▁")})},
          {"pre_tokenizer", nullptr},
          {"decoder",
           sequence("decoders",
                    {replace("▁", " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}, strip})},
          {"model",
           {{"type", "BPE"},
            {"byte_fallback", true},
            {"fuse_unk", true},
            {"unk_token", "<unk>"},
            {"vocab", vocab},
            {"merges", {"▁ a", "▁a b"}}}}};
}

std::unique_ptr<Tokenizer> make(const json& file) {
  return make_json_tokenizer(file.dump(), "tokenizer.json", "", "");
}

json with(const char* pointer, const json& value) {
  json file = small_file();
  file[json::json_pointer(pointer)] = value;
  return file;
}

std::pair<ExitCode, std::string> refusal(const json& file) {
  try {
    make(file);
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {ExitCode::kDone, ""};
}

void expect_refused(const json& file, const std::string& named,
                    ExitCode expected = ExitCode::kMismatch) {
  const auto [code, message] = refusal(file);
  EXPECT_EQ(code, expected) << named << ": " << message;
  EXPECT_NE(message.find(named), std::string::npos) << message;
}

TEST(CharBpeJson, LlamaStyle) {
  const auto tokenizer = make(small_file());
  EXPECT_EQ(tokenizer->encode_text("ab a"), (std::vector<TokenId>{261, 260}));
  EXPECT_EQ(tokenizer->encode_text("aé"), (std::vector<TokenId>{260, 0xC4, 0xAA}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode_text("ab aé")), "ab aé");
  EXPECT_EQ(tokenizer->parts().splitter, "none");
}

TEST(CharBpeJson, GemmaStyleHasNoMarkInFront) {
  json file = with("/normalizer", replace(" ", "▁"));
  file["pre_tokenizer"] = {{"type", "Split"},
                           {"pattern", {{"String", " "}}},
                           {"behavior", "MergedWithPrevious"},
                           {"invert", false}};
  file["decoder"] =
      sequence("decoders", {replace("▁", " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
  const auto tokenizer = make(file);
  EXPECT_EQ(tokenizer->encode_text("ab a"), (std::vector<TokenId>{258, 259, 260}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode_text(" ab")), " ab");
}

// As in Gemma, where a tab is a token and <0x09> is none.
TEST(CharBpeJson, AByteTokenIsNotNeededForAnAsciiToken) {
  json file = small_file();
  file["model"]["vocab"]["\t"] = file["model"]["vocab"]["<0x09>"];
  file["model"]["vocab"].erase("<0x09>");
  EXPECT_EQ(make(file)->encode_text("a\t"), (std::vector<TokenId>{260, 10}));
}

TEST(CharBpeJson, MetaspaceSaysWhereMarksStand) {
  json file = with("/normalizer", nullptr);
  file["pre_tokenizer"] = {
      {"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "never"}, {"split", false}};
  EXPECT_EQ(make(file)->encode_text("a a"), (std::vector<TokenId>{258, 260}));
  file["pre_tokenizer"]["prepend_scheme"] = "first";
  EXPECT_EQ(make(file)->encode_text("a a"), (std::vector<TokenId>{260, 260}));
  file["pre_tokenizer"]["add_prefix_space"] = false;
  expect_refused(file, "add_prefix_space");
  file["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "_"}};
  expect_refused(file, "mark");
}

TEST(CharBpeJson, WhatCannotBeProvenIsRefusedByName) {
  expect_refused(with("/model/dropout", 0.1), "dropout");
  expect_refused(with("/model/end_of_word_suffix", "</w>"), "end_of_word_suffix");
  expect_refused(with("/normalizer", {{"type", "NFKC"}}), "NFKC");
  expect_refused(with("/normalizer", {{"type", "Prepend"}, {"prepend", "▁"}}), "Replace");
  expect_refused(with("/normalizer", replace(" ", "_")), "Replace");
  expect_refused(with("/normalizer", nullptr), "without marks");
  expect_refused(with("/pre_tokenizer", {{"type", "Whitespace"}}), "Whitespace");
  expect_refused(with("/pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "▁"}}),
                 "Metaspace");
  expect_refused(with("/decoder", {{"type", "Metaspace"}}), "Metaspace");
  expect_refused(with("/decoder/decoders/2", {{"type", "ByteFallback"}}), "ByteFallback");
  expect_refused(with("/decoder/decoders/3/stop", 1), "Strip");
  expect_refused(with("/model/merges/0", "<unk> a"), "is not in the vocabulary",
                 ExitCode::kCorrupt);
  json file = small_file();
  file["model"]["vocab"].erase("<0x41>");
  expect_refused(file, "<0x41>");
  file = with("/model/byte_fallback", false);
  file["model"].erase("unk_token");
  expect_refused(file, "unk_token");
  file["model"]["unk_token"] = "<none>";
  expect_refused(file, "unk_token", ExitCode::kCorrupt);
  file = small_file();
  file["model"]["vocab"]["<0x41>a"] = file["model"]["vocab"].size();
  file["model"]["merges"].push_back(json::array({"<0x41>", "a"}));
  expect_refused(file, "a merge of the token \"<0x41>\"");
}

TEST(PartDescription, SaysItsStepsInOrder) {
  EXPECT_EQ(describe_part(nullptr), "none");
  EXPECT_EQ(describe_part(sequence("normalizers", {})), "none");
  EXPECT_EQ(describe_part(small_file()["normalizer"]),
            "Prepend \"▁\", then Replace of \" \" \"▁\"");
  EXPECT_EQ(describe_part(sequence(
                "pretokenizers",
                {{{"type", "Split"}, {"pattern", {{"Regex", R"(\p{N})"}}}},
                 {{"type", "ByteLevel"}, {"use_regex", false}, {"add_prefix_space", true}}})),
            R"(Split by \p{N}, then ByteLevel add_prefix_space)");
}

}  // namespace
}  // namespace corpusmill
