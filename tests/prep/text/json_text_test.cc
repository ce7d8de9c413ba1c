#include "prep/text/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "prep/text/utf8.h"

namespace corpusmill {
namespace {

TEST(JsonText, WritesWhatTheLibraryWrites) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t n = random() % 40; n > 0; --n) {
      const std::uint64_t kind = random() % 8;
      const std::uint64_t value = kind == 0   ? random() % 0x20
                                  : kind == 1 ? (random() % 2 == 0 ? '"' : '\\')
                                  : kind == 2 ? 0x80 + random() % 0xD000
                                  : kind == 3 ? 0x1F300 + random() % 100
                                              : 0x20 + random() % 0x60;
      append_utf8(static_cast<char32_t>(value), text);
    }
    std::string written = "before";
    append_json_text(text, written);
    ASSERT_EQ(written, "before" + nlohmann::json(text).dump());
  }
}

TEST(JsonText, TakesBytesThatAreNotUtf8) {
  for (const char* const text : {"", "plain", "\xE6\xBC\xA2 \"",
                                 "a\xFF\xFE"
                                 "b\n",
                                 "\xE6\xBC"}) {
    std::string written;
    append_json_text_of_bytes(text, written);
    const auto replace = nlohmann::json::error_handler_t::replace;
    EXPECT_EQ(written, nlohmann::json(text).dump(-1, ' ', false, replace));
  }
}

}  // namespace
}  // namespace corpusmill
