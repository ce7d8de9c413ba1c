#include "common/safetensors_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "common/error.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kAlignmentBytes = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

constexpr std::pair<std::string_view, std::uint64_t> kDtypeBits[] = {
    {"BOOL", 8}, {"U8", 8},   {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8},
    {"I16", 16}, {"U16", 16}, {"F16", 16}, {"BF16", 16},   {"I32", 32},
    {"U32", 32}, {"F32", 32}, {"I64", 64}, {"U64", 64},    {"F64", 64},
};

// What parsing needs to say where a fault is.
struct Faults {
  const std::filesystem::path& path;
  [[noreturn]] void raise(const std::string& what) const {
    throw Error(ExitCode::kCorrupt,
                fmt::format("{}: not a good safetensors file: {}", path.string(), what));
  }
};

// Bytes of a shape, or nothing if the product leaves uint64.
bool byte_count(const std::vector<std::uint64_t>& shape, std::uint64_t bits, std::uint64_t& bytes) {
  std::uint64_t elements = 1;
  for (const std::uint64_t size : shape) {
    if (size != 0 && elements > std::numeric_limits<std::uint64_t>::max() / size) return false;
    elements *= size;
  }
  if (elements > std::numeric_limits<std::uint64_t>::max() / bits) return false;
  bytes = elements * bits / 8;
  return true;
}

// nlohmann keeps the last of two equal keys without a word; a header with two is refused.
nlohmann::json parse_without_repeats(std::string_view text, const Faults& faults) {
  std::vector<std::set<std::string>> open_objects;
  const auto check = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (event == nlohmann::json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == nlohmann::json::parse_event_t::object_end) open_objects.pop_back();
    if (event == nlohmann::json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!open_objects.back().insert(key).second) {
        faults.raise(fmt::format("the header holds \"{}\" twice", key));
      }
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    faults.raise(fmt::format("the header is not JSON ({})", error.what()));
  }
}

std::vector<std::uint64_t> sizes_of(const nlohmann::json& json, std::string_view name,
                                    std::string_view key, const Faults& faults) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) {
    faults.raise(fmt::format("tensor \"{}\" has no list \"{}\"", name, key));
  }
  std::vector<std::uint64_t> result;
  for (const nlohmann::json& value : *found) {
    if (!value.is_number_unsigned()) {
      faults.raise(fmt::format("tensor \"{}\": {} in \"{}\"", name, value.dump(), key));
    }
    result.push_back(value.get<std::uint64_t>());
  }
  return result;
}

SafetensorsEntry parse_entry(const std::string& name, const nlohmann::json& json,
                             std::uint64_t data_begin, std::uint64_t data_bytes,
                             const Faults& faults) {
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") ||
      !json["dtype"].is_string()) {
    faults.raise(fmt::format("tensor \"{}\" is not {{dtype, shape, data_offsets}}", name));
  }
  SafetensorsEntry entry;
  entry.name = name;
  entry.dtype = json["dtype"].get<std::string>();
  entry.shape = sizes_of(json, name, "shape", faults);
  const std::vector<std::uint64_t> offsets = sizes_of(json, name, "data_offsets", faults);
  const std::uint64_t bits = safetensors_bits(entry.dtype);
  if (bits == 0) faults.raise(fmt::format("tensor \"{}\" has dtype \"{}\"", name, entry.dtype));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_bytes) {
    faults.raise(fmt::format("tensor \"{}\" lies outside the file", name));
  }
  std::uint64_t bytes = 0;
  if (!byte_count(entry.shape, bits, bytes) || bytes != offsets[1] - offsets[0]) {
    faults.raise(fmt::format("tensor \"{}\" has {} bytes, which its shape contradicts", name,
                             offsets[1] - offsets[0]));
  }
  entry.begin = data_begin + offsets[0];
  entry.end = data_begin + offsets[1];
  return entry;
}

SafetensorsMetadata parse_metadata(const nlohmann::json& json, const Faults& faults) {
  if (!json.is_object()) faults.raise("__metadata__ is not an object");
  SafetensorsMetadata metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) faults.raise(fmt::format("__metadata__ \"{}\" is not a string", key));
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

void require_back_to_back(const std::vector<SafetensorsEntry>& entries, std::uint64_t data_begin,
                          std::uint64_t file_bytes, const Faults& faults) {
  std::uint64_t next = data_begin;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin != next) {
      faults.raise(fmt::format("tensor \"{}\" {} the one before", entry.name,
                               entry.begin < next ? "overlaps" : "leaves a hole after"));
    }
    next = entry.end;
  }
  if (next != file_bytes) {
    faults.raise(fmt::format("{} bytes follow the last tensor", file_bytes - next));
  }
}

}  // namespace

std::uint64_t safetensors_bits(std::string_view dtype) {
  for (const auto& [name, bits] : kDtypeBits) {
    if (name == dtype) return bits;
  }
  return 0;
}

SafetensorsHeader parse_safetensors(std::span<const std::byte> file,
                                    const std::filesystem::path& path) {
  const Faults faults{path};
  if (file.size() < kLengthBytes) faults.raise(fmt::format("it is {} bytes long", file.size()));
  std::uint64_t header_bytes = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) {
    header_bytes = header_bytes << 8 | std::to_integer<std::uint64_t>(file[i]);
  }
  if (header_bytes > kSafetensorsHeaderBytesMax) {
    faults.raise(fmt::format("a header of {} bytes is longer than {}", header_bytes,
                             kSafetensorsHeaderBytesMax));
  }
  if (header_bytes > file.size() - kLengthBytes) {
    faults.raise(
        fmt::format("a header of {} bytes does not fit into {}", header_bytes, file.size()));
  }
  const std::uint64_t data_begin = kLengthBytes + header_bytes;
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + kLengthBytes,
                              header_bytes);
  if (!text.starts_with('{')) faults.raise("the header does not start with {");
  const nlohmann::json json = parse_without_repeats(text, faults);
  SafetensorsHeader header;
  for (const auto& [name, value] : json.items()) {
    if (name == kMetadataKey) {
      header.metadata = parse_metadata(value, faults);
    } else {
      header.entries.push_back(
          parse_entry(name, value, data_begin, file.size() - data_begin, faults));
    }
  }
  std::sort(header.entries.begin(), header.entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  require_back_to_back(header.entries, data_begin, file.size(), faults);
  return header;
}

std::string layout_safetensors(std::vector<SafetensorsEntry>& entries,
                               const SafetensorsMetadata& metadata) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!metadata.empty()) json[std::string(kMetadataKey)] = metadata;
  std::uint64_t offset = 0;
  for (SafetensorsEntry& entry : entries) {
    const std::uint64_t bits = safetensors_bits(entry.dtype);
    std::uint64_t bytes = 0;
    if (bits == 0 || entry.name == kMetadataKey || json.contains(entry.name) ||
        !byte_count(entry.shape, bits, bytes)) {
      throw Error(ExitCode::kInternal,
                  fmt::format("tensor \"{}\" of dtype {} cannot be written, or is named twice",
                              entry.name, entry.dtype));
    }
    entry.begin = offset;
    entry.end = offset + bytes;
    offset = entry.end;
    json[entry.name] = {
        {"dtype", entry.dtype}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  }
  std::string text = json.dump();
  const std::uint64_t rest = text.size() % kAlignmentBytes;
  if (rest != 0) text.append(kAlignmentBytes - rest, ' ');
  std::string result;
  for (std::uint64_t i = 0; i < kLengthBytes; ++i) {
    result.push_back(static_cast<char>(text.size() >> (8 * i) & 0xFF));
  }
  result += text;
  for (SafetensorsEntry& entry : entries) {
    entry.begin += result.size();
    entry.end += result.size();
  }
  return result;
}

}  // namespace corpusmill
