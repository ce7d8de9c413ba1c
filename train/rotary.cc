#include "train/rotary.h"

namespace corpusmill {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// out = in turned by +angle (sign 1) or -angle (sign -1). Both [batch, positions, heads, head_dim],
// with any strides; the angles are float32 whatever their type.
void rotate_into(torch::Tensor out, const torch::Tensor& in, const torch::Tensor& cos,
                 const torch::Tensor& sin, double sign) {
  const std::int64_t half = in.size(-1) / 2;
  const torch::Tensor in_low = in.narrow(-1, 0, half), in_high = in.narrow(-1, half, half);
  torch::Tensor out_low = out.narrow(-1, 0, half), out_high = out.narrow(-1, half, half);
  torch::mul_out(out_low, in_low, cos);
  torch::addcmul_out(out_low, out_low, in_high, sin, -sign);
  torch::mul_out(out_high, in_high, cos);
  torch::addcmul_out(out_high, out_high, in_low, sin, sign);
}

class SplitAndRotate : public torch::autograd::Function<SplitAndRotate> {
 public:
  static variable_list forward(AutogradContext* context, const torch::Tensor& joined,
                               const torch::Tensor& cos, const torch::Tensor& sin,
                               std::int64_t heads, std::int64_t kv_heads) {
    const std::int64_t batch = joined.size(0), positions = joined.size(1);
    const std::int64_t head_dim = joined.size(2) / (heads + 2 * kv_heads);
    const torch::Tensor parts = joined.view({batch, positions, heads + 2 * kv_heads, head_dim});
    torch::Tensor queries = torch::empty({batch, positions, heads, head_dim}, joined.options());
    torch::Tensor keys = torch::empty({batch, positions, kv_heads, head_dim}, joined.options());
    rotate_into(queries, parts.narrow(2, 0, heads), cos, sin, 1);
    rotate_into(keys, parts.narrow(2, heads, kv_heads), cos, sin, 1);
    torch::Tensor values =
        parts.narrow(2, heads + kv_heads, kv_heads).clone(torch::MemoryFormat::Contiguous);
    context->save_for_backward({cos, sin});
    return {queries, keys, values};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &queries = gradients[0], &keys = gradients[1], &values = gradients[2];
    const std::int64_t heads = queries.size(2), kv_heads = keys.size(2);
    torch::Tensor joined =
        torch::empty({queries.size(0), queries.size(1), heads + 2 * kv_heads, queries.size(3)},
                     queries.options());
    rotate_into(joined.narrow(2, 0, heads), queries, saved[0], saved[1], -1);
    rotate_into(joined.narrow(2, heads, kv_heads), keys, saved[0], saved[1], -1);
    joined.narrow(2, heads + kv_heads, kv_heads).copy_(values);
    return {joined.flatten(2), {}, {}, {}, {}};
  }
};

}  // namespace

RotaryAngles RotaryAngles::slice(std::int64_t first, std::int64_t count) const {
  return {cos.narrow(0, first, count), sin.narrow(0, first, count)};
}

RotaryAngles rotary_angles(std::int64_t positions, std::int64_t head_dim, double theta,
                           torch::Device device) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor exponents = torch::arange(0, head_dim, 2, torch::kInt64).to(torch::kFloat32) /
                                  static_cast<double>(head_dim);
  const torch::Tensor frequencies = torch::pow(theta, exponents).reciprocal();
  const torch::Tensor angles =
      torch::outer(torch::arange(positions, torch::kInt64).to(torch::kFloat32), frequencies);
  return {angles.cos().unsqueeze(1).to(device), angles.sin().unsqueeze(1).to(device)};
}

AttentionInputs split_and_rotate(const torch::Tensor& joined, const RotaryAngles& angles,
                                 std::int64_t heads, std::int64_t kv_heads) {
  const variable_list parts =
      SplitAndRotate::apply(joined, angles.cos, angles.sin, heads, kv_heads);
  return {parts[0], parts[1], parts[2]};
}

}  // namespace corpusmill
