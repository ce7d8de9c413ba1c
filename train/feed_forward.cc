#include "train/feed_forward.h"

namespace corpusmill {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class SwiGlu : public torch::autograd::Function<SwiGlu> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& joined) {
    const std::int64_t width = joined.size(-1) / 2;
    context->save_for_backward({joined});
    return torch::silu(joined.narrow(-1, 0, width)).mul_(joined.narrow(-1, width, width));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const torch::Tensor joined = context->get_saved_variables()[0];
    const std::int64_t width = joined.size(-1) / 2;
    const torch::Tensor gate = joined.narrow(-1, 0, width), up = joined.narrow(-1, width, width);
    torch::Tensor gradient = torch::empty_like(joined);
    torch::Tensor gate_gradient = gradient.narrow(-1, 0, width);
    torch::Tensor up_gradient = gradient.narrow(-1, width, width);
    at::silu_out(up_gradient, gate);
    up_gradient.mul_(gradients[0]);
    at::silu_backward_out(gate_gradient, gradients[0] * up, gate);
    return {gradient};
  }
};

}  // namespace

torch::Tensor swiglu(const torch::Tensor& joined) {
  return SwiGlu::apply(joined);
}

FeedForwardImpl::FeedForwardImpl(const ModelConfig& config)
    : gate_proj_(register_module(
          "gate_proj", Weight(torch::IntArrayRef{config.intermediate_size, config.hidden_size}))),
      up_proj_(register_module(
          "up_proj", Weight(torch::IntArrayRef{config.intermediate_size, config.hidden_size}))),
      down_proj_(register_module(
          "down_proj", Weight(torch::IntArrayRef{config.hidden_size, config.intermediate_size}))),
      gate_up_({gate_proj_->weight, up_proj_->weight}),
      down_({down_proj_->weight}) {}

torch::Tensor FeedForwardImpl::forward(const torch::Tensor& hidden) {
  const torch::ScalarType type = hidden.scalar_type();
  return torch::linear(swiglu(torch::linear(hidden, gate_up_.in(type))), down_.in(type));
}

}  // namespace corpusmill
