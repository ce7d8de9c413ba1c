#include "train/rank_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/error.h"

namespace corpusmill {
namespace {

RankEnvironment from(const std::map<std::string, std::string>& variables) {
  return rank_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

TEST(RankEnvironment, AloneWithoutVariables) {
  EXPECT_EQ(from({}).world_size, 1);
  EXPECT_EQ(from({{"WORLD_SIZE", "1"}, {"RANK", "7"}}).rank, 0);
}

TEST(RankEnvironment, PlainVariables) {
  const auto found = from({{"WORLD_SIZE", "4"}, {"RANK", "3"}, {"MASTER_PORT", "29500"}});
  EXPECT_EQ(found.rank, 3);
  EXPECT_EQ(found.world_size, 4);
  EXPECT_EQ(found.local_rank, 3);
  EXPECT_EQ(found.local_world_size, 4);
  EXPECT_EQ(found.master_addr, "127.0.0.1");
  EXPECT_EQ(found.master_port, 29'500);
  EXPECT_FALSE(found.agent_store);
}

TEST(RankEnvironment, Torchrun) {
  const auto found = from({{"WORLD_SIZE", "8"},
                           {"RANK", "5"},
                           {"LOCAL_RANK", "1"},
                           {"LOCAL_WORLD_SIZE", "4"},
                           {"MASTER_ADDR", "node0"},
                           {"MASTER_PORT", "1234"},
                           {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                           {"TORCHELASTIC_RESTART_COUNT", "2"}});
  EXPECT_EQ(found.local_rank, 1);
  EXPECT_EQ(found.local_world_size, 4);
  EXPECT_EQ(found.master_addr, "node0");
  EXPECT_TRUE(found.agent_store);
  EXPECT_EQ(found.restart_count, "2");
}

TEST(RankEnvironment, RefusesWhatIsMissingOrNoNumberByName) {
  using Variables = std::map<std::string, std::string>;
  const std::map<std::string, Variables> cases = {
      {"RANK", {{"WORLD_SIZE", "2"}, {"MASTER_PORT", "1"}}},
      {"MASTER_PORT", {{"WORLD_SIZE", "2"}, {"RANK", "0"}}},
      {"RANK=2", {{"WORLD_SIZE", "2"}, {"RANK", "2"}, {"MASTER_PORT", "1"}}},
      {"MASTER_PORT=70000", {{"WORLD_SIZE", "2"}, {"RANK", "0"}, {"MASTER_PORT", "70000"}}},
      {"WORLD_SIZE=two", {{"WORLD_SIZE", "two"}}},
      {"WORLD_SIZE=0", {{"WORLD_SIZE", "0"}}}};
  for (const auto& [named, variables] : cases) {
    try {
      from(variables);
      ADD_FAILURE() << named;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_THAT(error.what(), testing::HasSubstr(named));
    }
  }
}

}  // namespace
}  // namespace corpusmill
