#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "common/options.h"
#include "common/stop_signal.h"
#include "common/version.h"
#include "train/commands.h"
#include "train/precision.h"
#include "train/training_run.h"

namespace corpusmill {
namespace {

// `pretrain config.toml ...` or, as MiniMind's users write it, flags alone.
ConfigFile config_style(const std::vector<std::string>& arguments) {
  const bool file_first = !arguments.empty() && !arguments.front().starts_with("-");
  return file_first ? ConfigFile::kPositional : ConfigFile::kFlag;
}

int thread_share(const TrainOptions& options, const RankEnvironment& environment) {
  if (options.threads > 0) return options.threads;
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return std::max(1, cores / environment.local_world_size);
}

TrainOptions parse_options(const std::vector<std::string>& arguments) {
  TrainOptions options;
  OptionSet set("pretrain", "Train a model on token shards, from a config file and flags",
                config_style(arguments));
  options.add_to(set.app());
  set.example("corpusmill pretrain configs/tiny.toml --data data/corpus.json -o out/tiny");
  set.example("torchrun --nproc-per-node 2 --no-python corpusmill-train pretrain config.toml",
              "two ranks share each global batch");
  set.parse(arguments);
  options.validate();
  return options;
}

}  // namespace

ExitCode pretrain_command(const std::vector<std::string>& arguments) {
  const TrainOptions options = parse_options(arguments);
  const RankEnvironment environment = rank_environment();
  install_stop_signals();
  set_compute_threads(thread_share(options, environment));
  const auto start = std::chrono::steady_clock::now();
  ProcessGroup group(environment, std::chrono::seconds(options.peer_timeout_seconds));
  const LineSink line = [&](const std::string& text) {
    if (!options.quiet) fmt::print(stderr, "{}\n", text);
  };
  const RunSummary summary = run_training(options, group, environment, line);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!group.is_root()) return ExitCode::kDone;
  if (summary.steps_here == 0) {
    line(fmt::format("nothing to do: all {} steps are in {}", summary.steps_total,
                     summary.checkpoint.string()));
  }
  if (options.json) {
    nlohmann::json report = summary.to_json();
    report["command"] = "pretrain";
    report["version"] = tool_version();
    report["seconds"] = seconds;
    report["threads"] = at::get_num_threads();
    fmt::print("{}\n", report.dump(2));
  }
  return ExitCode::kDone;
}

}  // namespace corpusmill
