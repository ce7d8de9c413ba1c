// A command's main as a list of stages:
//
//   run_pipeline(options, [&] { return reader.next(); },
//                parallel([&](LineBatch lines) { return parser.parse(std::move(lines)); }),
//                in_order([&](DocumentBatch batch) { return deduplicator.mark(std::move(batch));
//                }), in_order([&](DocumentBatch batch) { writer.write(batch); }));
//
// The source returns std::optional<T>, empty at the end. A parallel stage is called from several
// threads at once and must be const in effect; an in-order stage sees the batches one at a time, in
// the source's order, and may own state. Neighbours' types must match, or it does not compile. At
// most live_batches_max batches exist at once. The first exception ends the run and is rethrown to
// the caller; a stop signal is noticed before each batch and thrown as Error(kStopped).
#pragma once

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "common/stop_signal.h"

namespace corpusmill {

struct PipelineOptions {
  int threads = 1;
  std::size_t live_batches_max = 0;  // 0: three per thread
};

template <bool kInOrder, class Function>
struct PipelineStage {
  Function function;
};

template <class Function>
PipelineStage<false, Function> parallel(Function function) {
  return {std::move(function)};
}

template <class Function>
PipelineStage<true, Function> in_order(Function function) {
  return {std::move(function)};
}

namespace pipeline_detail {

namespace tbb = oneapi::tbb;

template <class T, bool kInOrder, class Function>
auto make_filter(PipelineStage<kInOrder, Function>& stage) {
  using Result = std::invoke_result_t<Function&, T>;
  constexpr auto mode = kInOrder ? tbb::filter_mode::serial_in_order : tbb::filter_mode::parallel;
  return tbb::make_filter<T, Result>(
      mode, [&stage](T batch) -> Result { return stage.function(std::move(batch)); });
}

// The last stage returns nothing, and so ends the chain.
template <class T, class Chain, class Stage, class... Stages>
auto append_filters(Chain chain, Stage& stage, Stages&... stages) {
  auto filter = make_filter<T>(stage);
  using Result = std::invoke_result_t<decltype((stage.function)), T>;
  auto longer = chain & filter;
  if constexpr (sizeof...(Stages) == 0) {
    static_assert(std::is_void_v<Result>, "the last stage is a sink and returns nothing");
    return longer;
  } else {
    return append_filters<Result>(std::move(longer), stages...);
  }
}

}  // namespace pipeline_detail

template <class Source, class... Stages>
void run_pipeline(const PipelineOptions& options, Source source, Stages... stages) {
  namespace tbb = oneapi::tbb;
  using Batch = typename std::invoke_result_t<Source&>::value_type;
  const auto threads = static_cast<std::size_t>(options.threads < 1 ? 1 : options.threads);
  const std::size_t live_max =
      options.live_batches_max == 0 ? 3 * threads : options.live_batches_max;

  auto first = tbb::make_filter<void, Batch>(tbb::filter_mode::serial_in_order,
                                             [&source](tbb::flow_control& control) -> Batch {
                                               throw_if_stop_requested();
                                               std::optional<Batch> batch = source();
                                               if (!batch) {
                                                 control.stop();
                                                 return Batch{};
                                               }
                                               return std::move(*batch);
                                             });
  auto chain = pipeline_detail::append_filters<Batch>(std::move(first), stages...);

  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  tbb::task_arena arena(static_cast<int>(threads));
  arena.execute([&] { tbb::parallel_pipeline(live_max, chain); });
}

}  // namespace corpusmill
