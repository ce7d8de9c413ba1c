#include "train/metrics_log.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

TEST(StepLine, IsTheLineOfTheManual) {
  StepMetrics metrics;
  metrics.step = 120;
  metrics.epoch = 0;
  metrics.loss = 3.41234;
  metrics.lr = 4.9e-4;
  metrics.grad_norm = 0.812;
  StepTiming timing;
  timing.tokens_per_second = 12'345.4;
  timing.eta_seconds = 192;
  EXPECT_EQ(step_line(metrics, timing, {2, 2000}),
            "epoch 1/2 step 120/2000 loss 3.4123 lr 4.90e-04 grad 0.81 12345 tok/s ETA 0:03:12");
  metrics.loss_scale = 32'768;
  metrics.skipped = true;
  EXPECT_TRUE(step_line(metrics, timing, {2, 2000})
                  .ends_with("ETA 0:03:12 scale 32768 (overflow: no update)"));
}

TEST(StepRow, KeepsTheClockUnderOneKey) {
  StepMetrics metrics;
  metrics.loss = 0.1 + 0.2;
  StepTiming slow, fast;
  slow.seconds = 9;
  fast.seconds = 1;
  nlohmann::json a = step_row(metrics, slow);
  nlohmann::json b = step_row(metrics, fast);
  EXPECT_NE(a, b);
  a.erase("time");
  b.erase("time");
  EXPECT_EQ(a, b);
  EXPECT_EQ(nlohmann::json::parse(a.dump())["loss"].get<double>(), metrics.loss);
}

TEST(FormatDuration, CutsNoHours) {
  EXPECT_EQ(format_duration(0), "0:00:00");
  EXPECT_EQ(format_duration(59.6), "0:01:00");
  EXPECT_EQ(format_duration(100 * 3600 + 61), "100:01:01");
}

TEST(MetricsLog, DropsWhatAnInterruptedRunWroteAfterItsCheckpoint) {
  const TempDir folder;
  const std::string before = "{\"step\":1}\n{\"step\":2}\n";
  for (const std::string after :
       {"", "{\"step\":3}\n", "{\"step\":3}\n{\"st", "{\"step\":2}", "x\n"}) {
    spill(folder / "metrics.jsonl", before + after);
    MetricsLog log(folder / "metrics.jsonl", 2);
    log.write({{"step", 3}});
    log.close();
    EXPECT_EQ(slurp(folder / "metrics.jsonl"), before + "{\"step\":3}\n") << after;
  }
}

TEST(MetricsLog, AFreshRunStartsEmpty) {
  const TempDir folder;
  spill(folder / "metrics.jsonl", "{\"step\":1}\n");
  MetricsLog(folder / "metrics.jsonl", 0).close();
  EXPECT_EQ(slurp(folder / "metrics.jsonl"), "");
}

}  // namespace
}  // namespace corpusmill
