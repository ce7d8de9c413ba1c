#include "common/stop_signal.h"

#include <gtest/gtest.h>

#include <csignal>

#include "common/error.h"

namespace corpusmill {
namespace {

struct StopSignal : testing::Test {
  void SetUp() override { clear_stop_request(); }
  void TearDown() override { clear_stop_request(); }
};

TEST_F(StopSignal, NothingAskedNothingThrown) {
  EXPECT_FALSE(stop_requested());
  EXPECT_NO_THROW(throw_if_stop_requested());
}

TEST_F(StopSignal, ASignalBecomesARequest) {
  install_stop_signals();
  std::raise(SIGTERM);
  EXPECT_TRUE(stop_requested());
  try {
    throw_if_stop_requested();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kStopped);
    EXPECT_STREQ(error.what(), "stopped by signal 15; the same command continues");
  }
}

TEST_F(StopSignal, TheSecondSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        install_stop_signals();
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST_F(StopSignal, BrokenPipesAreLeftToWrites) {
  install_stop_signals();
  std::raise(SIGPIPE);
  std::raise(SIGXFSZ);
  EXPECT_FALSE(stop_requested());
}

TEST_F(StopSignal, RequestedByHand) {
  request_stop(SIGUSR1);
  EXPECT_TRUE(stop_requested());
  EXPECT_THROW(throw_if_stop_requested(), Error);
}

}  // namespace
}  // namespace corpusmill
