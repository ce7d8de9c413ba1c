#include "train/training_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "common/error.h"
#include "common/file.h"
#include "common/version.h"
#include "train/checkpoint.h"
#include "train/resume.h"
#include "train/trainer.h"
#include "train/training_data.h"

namespace corpusmill {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Precision resolve_precision(const std::string& name, torch::Device device) {
  if (name != "auto") return parse_precision(name);
  return device.is_cuda() ? Precision::kBfloat16 : Precision::kFloat32;
}

// Everything about a run that is settled before its first step.
struct RunPlan {
  TrainerOptions trainer;
  BatchPlan batches;
  std::uint64_t total_steps;
  nlohmann::json config;  // what a continuation must share
};

RunPlan plan_run(const TrainOptions& options, const TrainingData& data,
                 const RankEnvironment& environment) {
  TrainerOptions trainer;
  trainer.model = resolve_model(options.model, data.vocabulary_size, options.seq_len);
  require_vocabulary_fits(data, trainer.model, options.data);
  const BatchPlan batches(data.train.windows(options.seq_len), options.global_batch(),
                          options.seed);
  std::uint64_t total = options.epochs * batches.batches_per_epoch();
  if (options.max_steps > 0) total = std::min(total, options.max_steps);
  trainer.device = parse_device(options.device, environment.local_rank);
  trainer.precision = resolve_precision(options.dtype, trainer.device);
  trainer.optimizer = {options.beta1, options.beta2, options.adam_eps, options.weight_decay,
                       options.decay_all};
  trainer.schedule = {parse_lr_decay(options.schedule), options.learning_rate, options.min_lr_ratio,
                      static_cast<std::int64_t>(options.warmup_steps),
                      static_cast<std::int64_t>(total)};
  trainer.schedule.validate();
  trainer.grad_clip = options.grad_clip;
  trainer.seed = options.seed;
  trainer.seq_len = options.seq_len;
  trainer.micro_batch = options.batch_size;
  nlohmann::json config =
      options.shaping_config(std::string(precision_name(trainer.precision)), total);
  config["data_digest"] = data.train.digest();
  config["tokenizer_digest"] = data.tokenizer.digest;
  const nlohmann::json model = trainer.model.to_json();
  for (const auto& [key, value] : model.items()) config["model." + key] = value;
  return {trainer, batches, total, config};
}

class TrainingRun {
 public:
  TrainingRun(const TrainOptions& options, ProcessGroup& group, const RankEnvironment& environment,
              const LineSink& line)
      : options_(options),
        out_(options.output),
        group_(group),
        line_(line),
        data_(open_training_data(options, [&](const std::string& text) { warn(text); })),
        plan_(plan_run(options, data_, environment)),
        trainer_(plan_.trainer, plan_.batches, group) {
    if (plan_.batches.global_batch() < static_cast<std::uint64_t>(group.world_size())) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{} ranks cannot share a global batch of {} windows; raise "
                              "batch_size or accumulation_steps",
                              group.world_size(), plan_.batches.global_batch()));
    }
    eval_windows_ = data_.validation.windows(options.seq_len);
    if (options.eval_windows > 0) eval_windows_ = std::min(eval_windows_, options.eval_windows);
  }

  RunSummary run() {
    require_equal_on_all_ranks(group_, "config", plan_.config.dump(), "the configuration");
    if (group_.is_root()) prepare_output();
    resume();
    first_step_ = trainer_.steps_done();
    require_equal_on_all_ranks(group_, "weights", parameter_digest(trainer_),
                               "the model at the start");
    if (group_.is_root()) metrics_.emplace(out_ / "metrics.jsonl", trainer_.steps_done());
    introduce();
    if (trainer_.steps_done() < plan_.total_steps) train();
    if (metrics_) metrics_->close();
    return summary();
  }

 private:
  void say(const std::string& text) const {
    if (group_.is_root()) line_(text);
  }
  void warn(const std::string& text) const { say("warning: " + text); }

  void prepare_output() {
    make_directories(out_);
    lock_.emplace(out_);
    remove_checkpoint_drafts(out_);
    data_.tokenizer.file_name = copy_tokenizer(data_, out_);
  }

  void resume() {
    const auto found = choose_checkpoint(options_.resume, out_, plan_.config, group_,
                                         [&](const std::string& text) { warn(text); });
    if (!found) return;
    restore_checkpoint(*found, trainer_);
    checkpoint_ = found->folder;
    summary_.loss = found->state.run.at("loss").get<double>();
  }

  void introduce() const {
    const ModelConfig& model = plan_.trainer.model;
    say(fmt::format(
        "model {:.2f}M parameters ({}x{}, {}/{} heads, vocabulary {}), {} on {}, {} "
        "rank{}",
        static_cast<double>(model.parameter_count()) / 1e6, model.hidden_size,
        model.num_hidden_layers, model.num_attention_heads, model.num_key_value_heads,
        model.vocab_size, precision_name(plan_.trainer.precision), plan_.trainer.device.str(),
        group_.world_size(), group_.world_size() == 1 ? "" : "s"));
    say(fmt::format(
        "data {} tokens, {} windows of {}; {} steps of {} windows ({} tokens); left "
        "out of each epoch: {} windows and a tail of {} tokens",
        data_.train.tokens(), plan_.batches.windows(), options_.seq_len, plan_.total_steps,
        plan_.batches.global_batch(), plan_.batches.global_batch() * options_.seq_len,
        plan_.batches.dropped_windows(), data_.train.tail_tokens(options_.seq_len)));
    if (eval_windows_ == 0) {
      say("no validation: the data have no validation split of one window or more");
    }
    if (trainer_.steps_done() > 0) {
      say(fmt::format("resumed from {}: {} of {} steps done", checkpoint_.string(),
                      trainer_.steps_done(), plan_.total_steps));
    }
  }

  void train() {
    LoaderOptions loading;
    loading.seq_len = options_.seq_len;
    loading.micro_batch = options_.batch_size;
    loading.first_step = first_step_;
    loading.last_step = plan_.total_steps;
    loading.rank = static_cast<std::uint64_t>(group_.rank());
    loading.world_size = static_cast<std::uint64_t>(group_.world_size());
    BatchLoader loader(data_.train, plan_.batches, loading);
    start_ = last_line_ = Clock::now();
    steps_at_last_line_ = first_step_;
    while (trainer_.steps_done() < plan_.total_steps) {
      const StepOutcome outcome = trainer_.step(loader);
      summary_.loss = outcome.metrics.loss;
      const bool last = trainer_.steps_done() == plan_.total_steps;
      if (last || first_of_run() || due(options_.log_steps)) log(outcome.metrics);
      if (last || due(options_.eval_steps)) validate();
      const bool stop = outcome.stop_requested && !last;
      if (last || stop || due(options_.save_steps)) save();
      if (stop) {
        throw Error(ExitCode::kStopped,
                    fmt::format("stopped by a signal after step {}, saved in {}; the same command "
                                "continues",
                                trainer_.steps_done(), checkpoint_.string()));
      }
    }
  }

  bool first_of_run() const { return trainer_.steps_done() == 1; }
  bool due(std::uint64_t interval) const {
    return interval > 0 && trainer_.steps_done() % interval == 0;
  }

  void log(const StepMetrics& metrics) {
    if (!group_.is_root()) return;
    const std::uint64_t step_tokens = plan_.batches.global_batch() * options_.seq_len;
    const auto steps = static_cast<double>(metrics.step - steps_at_last_line_);
    StepTiming timing;
    timing.tokens_per_second =
        steps * static_cast<double>(step_tokens) / std::max(1e-9, seconds_since(last_line_));
    timing.seconds = seconds_since(start_);
    timing.eta_seconds = timing.seconds / static_cast<double>(metrics.step - first_step_) *
                         static_cast<double>(plan_.total_steps - metrics.step);
    last_line_ = Clock::now();
    steps_at_last_line_ = metrics.step;
    say(step_line(metrics, timing, {options_.epochs, plan_.total_steps}));
    metrics_->write(step_row(metrics, timing));
  }

  void validate() {
    if (eval_windows_ == 0) return;
    const ValidationResult result = trainer_.validate(data_.validation, eval_windows_);
    summary_.validation_loss = result.loss;
    if (!group_.is_root()) return;
    say(fmt::format("step {}/{} validation loss {:.4f} over {} tokens", trainer_.steps_done(),
                    plan_.total_steps, result.loss, result.tokens));
    metrics_->write({{"kind", "validation"},
                     {"step", trainer_.steps_done()},
                     {"loss", result.loss},
                     {"tokens", result.tokens}});
    last_line_ = Clock::now();
    steps_at_last_line_ = trainer_.steps_done();
  }

  CheckpointState state() const {
    CheckpointState state;
    const std::uint64_t step = trainer_.steps_done();
    state.epoch = plan_.batches.epoch_of(step);
    state.batch_in_epoch = step % plan_.batches.batches_per_epoch();
    state.schedule = {{"decay", options_.schedule},
                      {"peak", options_.learning_rate},
                      {"total_steps", plan_.total_steps}};
    state.model = plan_.trainer.model.to_json();
    state.config = plan_.config;
    state.run = {{"tool_version", tool_version()},      {"torch_version", TORCH_VERSION},
                 {"ranks", group_.world_size()},        {"micro_batch", options_.batch_size},
                 {"threads", torch::get_num_threads()}, {"device", plan_.trainer.device.str()},
                 {"loss", summary_.loss.value_or(0)}};
    state.data_digest = data_.train.digest();
    state.tokenizer = data_.tokenizer;
    return state;
  }

  void save() {
    require_equal_on_all_ranks(group_, fmt::format("weights-{}", trainer_.steps_done()),
                               parameter_digest(trainer_),
                               fmt::format("the model after step {}", trainer_.steps_done()));
    checkpoint_ = out_ / checkpoint_name(trainer_.steps_done());
    if (!group_.is_root()) return;
    metrics_->sync();
    save_checkpoint(out_, trainer_, state());
    keep_newest_checkpoints(out_, options_.keep_checkpoints);
    say(fmt::format("saved {}", checkpoint_.string()));
  }

  RunSummary summary() {
    summary_.steps = trainer_.steps_done();
    summary_.steps_total = plan_.total_steps;
    summary_.steps_here = trainer_.steps_done() - first_step_;
    summary_.tokens = trainer_.tokens_seen();
    summary_.checkpoint = checkpoint_;
    return summary_;
  }

  const TrainOptions& options_;
  const std::filesystem::path out_;
  ProcessGroup& group_;
  const LineSink& line_;
  TrainingData data_;
  RunPlan plan_;
  Trainer trainer_;
  std::uint64_t eval_windows_ = 0;
  std::optional<OutputLock> lock_;  // rank 0's, as is the log
  std::optional<MetricsLog> metrics_;
  std::filesystem::path checkpoint_;  // the last one saved or read
  std::uint64_t first_step_ = 0;
  Clock::time_point start_, last_line_;
  std::uint64_t steps_at_last_line_ = 0;
  RunSummary summary_;
};

}  // namespace

nlohmann::json RunSummary::to_json() const {
  nlohmann::json json = {{"steps", steps},
                         {"steps_total", steps_total},
                         {"steps_here", steps_here},
                         {"tokens", tokens},
                         {"loss", loss ? nlohmann::json(*loss) : nlohmann::json(nullptr)},
                         {"outputs", {checkpoint.string()}}};
  json["validation_loss"] =
      validation_loss ? nlohmann::json(*validation_loss) : nlohmann::json(nullptr);
  return json;
}

RunSummary run_training(const TrainOptions& options, ProcessGroup& group,
                        const RankEnvironment& environment, const LineSink& line) {
  return TrainingRun(options, group, environment, line).run();
}

}  // namespace corpusmill
