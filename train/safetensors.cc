#include "train/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <map>

#include "common/error.h"
#include "common/file.h"
#include "common/mapped_file.h"

namespace corpusmill {
namespace {

constexpr std::pair<std::string_view, torch::ScalarType> kTypes[] = {
    {"F32", torch::kFloat32}, {"BF16", torch::kBFloat16}, {"F16", torch::kHalf},
    {"F64", torch::kFloat64}, {"I64", torch::kInt64},     {"I32", torch::kInt32},
    {"I16", torch::kInt16},   {"I8", torch::kInt8},       {"U8", torch::kUInt8},
    {"BOOL", torch::kBool},
};

std::string dtype_of(const torch::Tensor& tensor, const std::string& name) {
  for (const auto& [dtype, type] : kTypes) {
    if (type == tensor.scalar_type()) return std::string(dtype);
  }
  throw Error(ExitCode::kInternal, fmt::format("tensor \"{}\" has type {}, which no file holds",
                                               name, torch::toString(tensor.scalar_type())));
}

std::string shape_text(torch::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

// A view of the mapped bytes, valid while the mapping is; nobody writes through it.
torch::Tensor tensor_at(const MappedFile& file, const SafetensorsEntry& entry) {
  for (const auto& [dtype, type] : kTypes) {
    if (dtype != entry.dtype) continue;
    const std::vector<std::int64_t> shape(entry.shape.begin(), entry.shape.end());
    if (entry.begin == entry.end) return torch::empty(shape, type);
    void* data = const_cast<std::byte*>(file.bytes().data() + entry.begin);
    return torch::from_blob(data, shape, type);
  }
  throw Error(ExitCode::kMismatch, fmt::format("{}: tensor \"{}\" has dtype {}, which the trainer "
                                               "does not read",
                                               file.path().string(), entry.name, entry.dtype));
}

void require_matches(const torch::Tensor& found, const torch::Tensor& wanted,
                     const std::string& name, bool cast, const std::filesystem::path& path) {
  if (found.sizes() != wanted.sizes()) {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: tensor \"{}\" has shape {}, not {}", path.string(), name,
                            shape_text(found.sizes()), shape_text(wanted.sizes())));
  }
  const bool castable = cast && found.is_floating_point() && wanted.is_floating_point();
  if (found.scalar_type() != wanted.scalar_type() && !castable) {
    throw Error(
        ExitCode::kMismatch,
        fmt::format("{}: tensor \"{}\" has type {}, not {}", path.string(), name,
                    torch::toString(found.scalar_type()), torch::toString(wanted.scalar_type())));
  }
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      SafetensorsMetadata metadata) {
  std::vector<SafetensorsEntry> entries;
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({.name = name,
                       .dtype = dtype_of(tensor, name),
                       .shape = {tensor.sizes().begin(), tensor.sizes().end()}});
  }
  metadata["format"] = "pt";
  AtomicFile file(path);
  file.write(layout_safetensors(entries, metadata));
  for (const auto& [name, tensor] : tensors) {
    const torch::Tensor bytes = tensor.detach().to(torch::kCPU).contiguous();
    file.write({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
  }
  file.commit();
}

NamedTensors load_safetensors(const std::filesystem::path& path) {
  const MappedFile file = MappedFile::open(path);
  NamedTensors result;
  for (const SafetensorsEntry& entry : parse_safetensors(file.bytes(), path).entries) {
    result.emplace_back(entry.name, tensor_at(file, entry).clone());
  }
  return result;
}

void load_safetensors_into(const std::filesystem::path& path, const NamedTensors& targets,
                           bool cast) {
  const torch::NoGradGuard no_grad;
  const MappedFile file = MappedFile::open(path);
  std::map<std::string, torch::Tensor> found;
  for (const SafetensorsEntry& entry : parse_safetensors(file.bytes(), path).entries) {
    found.emplace(entry.name, tensor_at(file, entry));
  }
  for (const auto& [name, target] : targets) {
    const auto tensor = found.find(name);
    if (tensor == found.end()) {
      throw Error(ExitCode::kMismatch,
                  fmt::format("{}: tensor \"{}\" is missing", path.string(), name));
    }
    require_matches(tensor->second, target, name, cast, path);
  }
  if (found.size() != targets.size()) {
    for (const auto& [name, target] : targets) found.erase(name);
    throw Error(ExitCode::kMismatch, fmt::format("{}: tensor \"{}\" belongs to another model",
                                                 path.string(), found.begin()->first));
  }
  for (const auto& [name, target] : targets) {
    torch::Tensor destination = target;
    destination.copy_(found.at(name));
  }
}

}  // namespace corpusmill
