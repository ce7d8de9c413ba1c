#include "train/working_weight.h"

namespace corpusmill {

std::vector<WorkingWeight::Stamp> WorkingWeight::stamps() const {
  std::vector<Stamp> result;
  result.reserve(masters_.size());
  for (const torch::Tensor& master : masters_) {
    result.push_back({master._version(), master.const_data_ptr()});
  }
  return result;
}

const torch::Tensor& WorkingWeight::in(torch::ScalarType type) {
  if (masters_.size() == 1 && masters_[0].scalar_type() == type) return masters_[0];
  // A copy made without autograd cannot serve a pass that needs gradients.
  const bool needs_gradient = torch::GradMode::is_enabled() && masters_[0].requires_grad();
  std::vector<Stamp> now = stamps();
  const bool usable = working_.defined() && working_.scalar_type() == type && made_from_ == now &&
                      (working_.requires_grad() || !needs_gradient);
  if (!usable) {
    working_ = masters_.size() == 1 ? masters_[0] : torch::cat(masters_, 0);
    working_ = working_.to(type);
    made_from_ = std::move(now);
  }
  return working_;
}

WeightImpl::WeightImpl(torch::IntArrayRef shape) {
  torch::Tensor initial =
      shape.size() > 1 ? torch::empty(shape).normal_(0.0, 0.02) : torch::ones(shape);
  weight = register_parameter("weight", std::move(initial));
}

}  // namespace corpusmill
