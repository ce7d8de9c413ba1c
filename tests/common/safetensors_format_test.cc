#include "common/safetensors_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/error.h"

namespace corpusmill {
namespace {

// A file of the given JSON header and that many bytes of tensors.
std::string file_of(std::string_view json, std::size_t data_bytes) {
  std::string file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(json.size() >> (8 * i) & 0xFF));
  file += json;
  file.append(data_bytes, 'x');
  return file;
}

SafetensorsHeader parse(std::string_view file) {
  return parse_safetensors(std::as_bytes(std::span(file.data(), file.size())), "model.safetensors");
}

std::string fault_of(std::string_view file) {
  try {
    parse(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCorrupt);
    return error.what();
  }
  return "accepted";
}

TEST(SafetensorsFormat, ReadsWhatItLaidOut) {
  std::vector<SafetensorsEntry> entries = {{.name = "b", .dtype = "F32", .shape = {2, 3}},
                                           {.name = "a", .dtype = "BF16", .shape = {5}},
                                           {.name = "scalar", .dtype = "I64", .shape = {}},
                                           {.name = "none", .dtype = "F32", .shape = {0, 7}}};
  std::string file = layout_safetensors(entries, {{"format", "pt"}});
  EXPECT_EQ(file.size() % 8, 0U);
  EXPECT_EQ(entries[1].begin, file.size() + 24);
  file.append(24 + 10 + 8, 'x');
  const SafetensorsHeader header = parse(file);
  EXPECT_EQ(header.entries, entries);
  EXPECT_EQ(header.metadata, (SafetensorsMetadata{{"format", "pt"}}));
}

TEST(SafetensorsFormat, RefusesToLayOutNonsense) {
  std::vector<SafetensorsEntry> twice = {{.name = "a", .dtype = "F32", .shape = {1}},
                                         {.name = "a", .dtype = "F32", .shape = {1}}};
  EXPECT_THROW(layout_safetensors(twice, {}), Error);
  std::vector<SafetensorsEntry> unknown = {{.name = "a", .dtype = "F31", .shape = {1}}};
  EXPECT_THROW(layout_safetensors(unknown, {}), Error);
}

TEST(SafetensorsFormat, AcceptsAFileWithoutTensors) {
  EXPECT_TRUE(parse(file_of("{}", 0)).entries.empty());
}

TEST(SafetensorsFormat, NamesEachFault) {
  using testing::HasSubstr;
  const auto tensor = [](std::string_view dtype, std::string_view shape, std::string_view offsets) {
    return "{\"t\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":" + std::string(shape) +
           ",\"data_offsets\":" + std::string(offsets) + "}}";
  };
  EXPECT_EQ(fault_of(file_of(tensor("F32", "[2]", "[0,8]"), 8)), "accepted");
  EXPECT_THAT(fault_of("1234567"), HasSubstr("7 bytes long"));
  EXPECT_THAT(fault_of(file_of("{}", 0).substr(0, 9)), HasSubstr("does not fit"));
  EXPECT_THAT(fault_of(std::string(8, '\xFF') + "{}"), HasSubstr("longer than"));
  EXPECT_THAT(fault_of(file_of(" {}", 0)), HasSubstr("does not start with {"));
  EXPECT_THAT(fault_of(file_of("{\"t\":", 0)), HasSubstr("not JSON"));
  EXPECT_THAT(fault_of(file_of("{\"t\":1}", 0)), HasSubstr("is not {dtype"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[2]", "[0,4]"), 4)), HasSubstr("contradicts"));
  EXPECT_THAT(fault_of(file_of(tensor("F33", "[2]", "[0,8]"), 8)), HasSubstr("dtype \"F33\""));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[2]", "[0,8]"), 7)), HasSubstr("outside"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[2]", "[8,0]"), 8)), HasSubstr("outside"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[2]", "[4,12]"), 12)), HasSubstr("hole"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[2]", "[0,8]"), 9)), HasSubstr("1 bytes follow"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[-2]", "[0,8]"), 8)), HasSubstr("-2"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[2.0]", "[0,8]"), 8)), HasSubstr("2.0"));
  EXPECT_THAT(fault_of(file_of(tensor("F32", "[4294967296,4294967296,4]", "[0,0]"), 0)),
              HasSubstr("contradicts"));
  EXPECT_THAT(fault_of(file_of(R"({"__metadata__":{"step":3}})", 0)), HasSubstr("not a string"));
}

TEST(SafetensorsFormat, RefusesOverlapsAndRepeats) {
  const std::string overlap = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                              R"("b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})";
  EXPECT_THAT(fault_of(file_of(overlap, 6)), testing::HasSubstr("overlaps"));
  const std::string twice = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                            R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  EXPECT_THAT(fault_of(file_of(twice, 4)), testing::HasSubstr("twice"));
}

TEST(SafetensorsFormat, DamageIsRefusedOrHarmless) {
  std::vector<SafetensorsEntry> entries = {{.name = "one", .dtype = "F32", .shape = {2, 3}},
                                           {.name = "two", .dtype = "F16", .shape = {6}}};
  std::string good = layout_safetensors(entries, {{"k", "v"}});
  good.append(36, '\0');
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    const std::size_t changes = 1 + random() % 3;
    for (std::size_t k = 0; k < changes; ++k) {
      bad[random() % bad.size()] = static_cast<char>(random() % 256);
    }
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    try {
      for (const SafetensorsEntry& entry : parse(bad).entries) {
        ASSERT_LE(entry.begin, entry.end);
        ASSERT_LE(entry.end, bad.size());
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::kCorrupt);
    }
  }
}

}  // namespace
}  // namespace corpusmill
