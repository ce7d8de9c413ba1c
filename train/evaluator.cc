#include "train/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::size_t kDecodedIdsMax = 1 << 20;

std::uint64_t windows_of(const TokenDataset& dataset, const EvaluateOptions& options) {
  const std::uint64_t windows = dataset.windows(options.seq_len);
  if (windows == 0) {
    throw Error(ExitCode::kUsage,
                fmt::format("the data has {} tokens, fewer than one window of {} + 1",
                            dataset.tokens(), options.seq_len));
  }
  return options.windows_max == 0 ? windows : std::min(windows, options.windows_max);
}

}  // namespace

double Evaluation::loss() const {
  return loss_sum / static_cast<double>(targets);
}

double Evaluation::perplexity() const {
  return std::exp(loss());
}

Evaluation evaluate(Llama& model, const TokenDataset& dataset, const EvaluateOptions& options,
                    const std::function<void(std::uint64_t)>& on_windows) {
  const torch::NoGradGuard no_grad;
  const std::uint64_t windows = windows_of(dataset, options), row = options.seq_len + 1;
  const torch::Device device = model->parameters().at(0).device();
  Evaluation result;
  for (std::uint64_t first = 0; first < windows; first += options.batch_size) {
    const std::uint64_t rows = std::min(options.batch_size, windows - first);
    torch::Tensor ids = torch::empty(
        {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(row)}, torch::kInt64);
    for (std::uint64_t i = 0; i < rows; ++i) {
      dataset.copy_window(first + i,
                          std::span(ids.mutable_data_ptr<std::int64_t>() + i * row, row));
    }
    ids = ids.to(device);
    const std::int64_t length = ids.size(1) - 1;
    const torch::Tensor losses =
        model->losses(ids.narrow(1, 0, length), ids.narrow(1, 1, length).contiguous());
    result.loss_sum += losses.to(torch::kFloat64).sum().item<double>();
    result.targets += static_cast<std::uint64_t>(losses.numel());
    if (on_windows) on_windows(first + rows);
  }
  return result;
}

std::uint64_t target_text_bytes(const TokenDataset& dataset, const EvaluateOptions& options,
                                const TextCodec& codec) {
  const std::uint64_t windows = windows_of(dataset, options);
  const SpecialIds specials = codec.special_ids();
  std::vector<std::int64_t> window(options.seq_len + 1);
  std::vector<TokenId> text;
  std::uint64_t bytes = 0;
  const auto count_text = [&] {
    bytes += codec.decode(text).size();
    text.clear();
  };
  for (std::uint64_t i = 0; i < windows; ++i) {
    dataset.copy_window(i, window);
    for (std::size_t k = 1; k < window.size(); ++k) {
      const auto id = static_cast<TokenId>(window[k]);
      const bool bound = id == specials.bos || id == specials.eos;
      if (!bound) text.push_back(id);
      if (bound || text.size() >= kDecodedIdsMax) count_text();
    }
  }
  count_text();
  return bytes;
}

}  // namespace corpusmill
