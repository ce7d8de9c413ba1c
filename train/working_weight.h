// What the forward pass multiplies with: master weights in the compute type, cast once per change.
//
// Masters are float32 parameters. A forward pass in bfloat16 needs them in bfloat16; casting on
// every micro-step is wasted work, and a copy that outlives an update trains on stale weights. A
// WorkingWeight casts when it is asked and remembers the masters' autograd version counters, which
// every in-place update (an optimizer step of train/optimizer.h, a load) moves; so a copy is made
// exactly once per update and is never stale. Several masters are joined along dimension 0, so that
// one matrix product serves them all.
//
// The copy stays linked to its masters in the autograd graph: each backward pass casts its gradient
// to float32 and accumulates there. For one thread at a time.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace corpusmill {

class WorkingWeight {
 public:
  // The masters are shared with the modules that register them; moving those moves these.
  explicit WorkingWeight(std::vector<torch::Tensor> masters) : masters_(std::move(masters)) {}

  const torch::Tensor& in(torch::ScalarType type);

 private:
  struct Stamp {
    std::int64_t version;
    const void* data;  // moving a module to another device keeps the version
    bool operator==(const Stamp&) const = default;
  };
  std::vector<Stamp> stamps() const;

  std::vector<torch::Tensor> masters_;
  std::vector<Stamp> made_from_;
  torch::Tensor working_;
};

// A module with the one parameter `weight`. 2-D weights start as N(0, 0.02) from LibTorch's default
// generator, 1-D ones as 1.
class WeightImpl : public torch::nn::Module {
 public:
  explicit WeightImpl(torch::IntArrayRef shape);
  torch::Tensor weight;
};
TORCH_MODULE(Weight);

}  // namespace corpusmill
