#include "common/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/digest.h"
#include "common/error.h"
#include "tests/support/sample_shards.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

Manifest small_set(const TempDir& dir) {
  return write_sample_set(dir / "data", sample_documents(1, 10, 20, 500), 4, 500);
}

// Writes `value` as a manifest whose digest is right, whatever it says.
void write_signed(const std::filesystem::path& path, json value) {
  value.erase("manifest_digest");
  value["manifest_digest"] = digest_of_json(value);
  spill(path, value.dump(1) + "\n");
}

Error parse_error(const std::string& text) {
  try {
    Manifest::parse(text, "data.json");
  } catch (const Error& error) {
    return error;
  }
  return {ExitCode::kDone, "loaded"};
}

Error load_error(const std::filesystem::path& path) {
  return parse_error(slurp(path));
}

TEST(ManifestTest, RoundTripAndSameBytes) {
  TempDir dir;
  const Manifest written = small_set(dir);
  const Manifest read = Manifest::load(dir / "data.json");
  EXPECT_EQ(read.to_json(), written.to_json());
  EXPECT_EQ(read.tokenizer, written.tokenizer);
  EXPECT_EQ(read.shards.size(), 3u);
  EXPECT_EQ(read.documents(Split::kTrain), 8u);
  EXPECT_EQ(read.documents(Split::kValidation), 2u);
  read.commit(dir / "again.json");
  EXPECT_EQ(slurp(dir / "again.json"), slurp(dir / "data.json"));
}

TEST(ManifestTest, InputNamesOfAnyBytes) {
  TempDir dir;
  Manifest manifest = sample_manifest(500);
  manifest.inputs[0].name = "caf\xe9.jsonl";
  manifest.inputs[1].name = "line\nbreak \xe4\xb8\xad.jsonl";
  manifest.commit(dir / "data.json");
  EXPECT_EQ(Manifest::load(dir / "data.json").inputs[0].name, "caf\xef\xbf\xbd.jsonl");
  EXPECT_EQ(Manifest::load(dir / "data.json").inputs[1].name, manifest.inputs[1].name);
}

TEST(ManifestTest, EveryFlippedBitIsFound) {
  TempDir dir;
  small_set(dir);
  const std::string text = slurp(dir / "data.json");
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const ExitCode code = parse_error(flipped).code();
    ASSERT_TRUE(code == ExitCode::kCorrupt || code == ExitCode::kMismatch) << "bit " << bit;
  }
}

TEST(ManifestTest, EveryTruncationIsFound) {
  TempDir dir;
  small_set(dir);
  const std::string text = slurp(dir / "data.json");
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    ASSERT_EQ(parse_error(text.substr(0, bytes)).code(), ExitCode::kCorrupt) << bytes;
  }
}

TEST(ManifestTest, OtherVersionsAndFormatsAreMismatches) {
  TempDir dir;
  json value = small_set(dir).to_json();
  value["format_version"] = 2;
  write_signed(dir / "data.json", value);
  const Error error = load_error(dir / "data.json");
  EXPECT_EQ(error.code(), ExitCode::kMismatch);
  EXPECT_THAT(error.what(), HasSubstr("format version 2; this program reads version 1"));
  write_signed(dir / "data.json", {{"format", "another"}});
  EXPECT_EQ(load_error(dir / "data.json").code(), ExitCode::kMismatch);
}

TEST(ManifestTest, EveryMissingFieldIsNamed) {
  TempDir dir;
  const json whole = small_set(dir).to_json();
  const std::vector<std::string> places = {
      "",          "/tokenizer",        "/tokenizer/special_ids",
      "/inputs/0", "/shards/1",         "/shards/1/index",
      "/totals",   "/totals/validation"};
  for (const std::string& place : places) {
    for (const auto& [key, ignored] : whole.at(json::json_pointer(place)).items()) {
      if (place.empty() && (key == "format" || key == "manifest_digest")) continue;
      json value = whole;
      value.at(json::json_pointer(place)).erase(key);
      write_signed(dir / "data.json", value);
      const Error error = load_error(dir / "data.json");
      EXPECT_EQ(error.code(), ExitCode::kCorrupt) << place << " " << key;
      EXPECT_THAT(error.what(), HasSubstr(key + ": missing")) << place;
    }
  }
}

// What a digest cannot find, because whoever wrote it was wrong before.
TEST(ManifestTest, ContradictionsAreRefused) {
  TempDir dir;
  const json whole = small_set(dir).to_json();
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"op", "replace"}, {"path", "/shards/0/file_name"}, {"value", "../data.bin"}}, "plain"},
      {{{"op", "replace"}, {"path", "/shards/0/file_name"}, {"value", "data-00001.bin"}}, "twice"},
      {{{"op", "replace"}, {"path", "/shards/0/tokens"}, {"value", -1}}, "non-negative"},
      {{{"op", "replace"}, {"path", "/shards/0/tokens"}, {"value", 1.5}}, "non-negative"},
      {{{"op", "replace"}, {"path", "/shards/0/tokens"}, {"value", 1}}, "bytes"},
      {{{"op", "replace"}, {"path", "/shards/0/largest_id"}, {"value", 500}}, "not below 500"},
      {{{"op", "replace"}, {"path", "/shards/0/dtype"}, {"value", "int8"}}, "uint16"},
      {{{"op", "replace"}, {"path", "/shards/0/split"}, {"value", "validation"}},
       "train shard after"},
      {{{"op", "add"}, {"path", "/shards/0/block_digests/0"}, {"value", "00"}}, "every MiB"},
      {{{"op", "replace"}, {"path", "/shards/0/digest"}, {"value", "00"}}, "32 hexadecimal"},
      {{{"op", "replace"}, {"path", "/tokenizer/special_ids/eos"}, {"value", 500}}, "not below"},
      {{{"op", "replace"}, {"path", "/totals/train/documents"}, {"value", 9}}, "not the sum"},
      {{{"op", "replace"}, {"path", "/tokens_by_source"}, {"value", {{"a", 1}}}}, "add up"},
      {{{"op", "replace"}, {"path", "/options/shard_tokens"}, {"value", 1}}, "options_digest"},
      {{{"op", "replace"}, {"path", "/books"}, {"value", {{"lines_in", 1}}}}, "books.rejected"},
      {{{"op", "replace"},
        {"path", "/books"},
        {"value",
         {{"lines_in", 5},
          {"kept", 1},
          {"empty_lines", 1},
          {"rejected", {{"x", 1}}},
          {"filtered", json::object()},
          {"exact_duplicates", 1},
          {"near_duplicates", 0}}}},
       "do not close"},
  };
  for (const auto& [operation, message] : cases) {
    write_signed(dir / "data.json", whole.patch(json::array({operation})));
    const Error error = load_error(dir / "data.json");
    EXPECT_EQ(error.code(), ExitCode::kCorrupt) << operation;
    EXPECT_THAT(error.what(), HasSubstr(message)) << operation;
  }
}

TEST(ManifestTest, WhatLoadWouldRefuseIsNotWritten) {
  TempDir dir;
  Manifest manifest = sample_manifest(500);
  manifest.tokens_by_source = {{"a.jsonl", 3}};
  try {
    manifest.commit(dir / "data.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kInternal);
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "data.json"));
}

}  // namespace
}  // namespace corpusmill
