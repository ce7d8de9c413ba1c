#include "common/edit_distance.h"

#include <gtest/gtest.h>

namespace corpusmill {
namespace {

TEST(EditDistance, CountsEachKindOfEdit) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("clean", "claen"), 1u);  // a swap is one edit
  EXPECT_EQ(edit_distance("min-chars", "min-char"), 1u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // the restricted form
}

TEST(NearestName, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"check", "clean", "tokenize", "train-tokenizer"};
  EXPECT_EQ(nearest_name("claen", names), "clean");
  EXPECT_EQ(nearest_name("tokenise", names), "tokenize");
  EXPECT_EQ(nearest_name("token", names), "tokenize");  // a beginning of it
  EXPECT_EQ(nearest_name("xyzzy", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

}  // namespace
}  // namespace corpusmill
