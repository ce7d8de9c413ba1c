#include "tokenizer/text/non_ascii.h"

#include <gtest/gtest.h>

#include <string>

namespace corpusmill {
namespace {

TEST(NonAsciiTest, TheFirstByteIsFoundWhereverItStands) {
  for (std::size_t size = 0; size < 110; ++size) {
    std::string text(size, '\x7F');
    for (std::size_t at = 0; at <= size; ++at) EXPECT_EQ(find_non_ascii(text, at), size);
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t place = 0; place < size; ++place) {
      text[place] = place % 2 == 0 ? '\x80' : '\xFF';
      for (std::size_t at = 0; at <= place; ++at) EXPECT_EQ(find_non_ascii(text, at), place);
      EXPECT_EQ(find_non_ascii(text, place + 1), size);
      EXPECT_FALSE(is_ascii(text));
      text[place] = 'a';
    }
  }
}

TEST(NonAsciiTest, BytesAreCountedWhereverTheyStand) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t begin = 0; begin <= size; ++begin) {
      for (std::size_t end = begin; end <= size; ++end) {
        std::string text(size, '\x7F');
        text.replace(begin, end - begin, end - begin, size % 2 == 0 ? '\x80' : '\xFF');
        ASSERT_EQ(count_non_ascii(text), end - begin) << size << " " << begin;
      }
    }
  }
}

}  // namespace
}  // namespace corpusmill
