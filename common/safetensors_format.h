// The safetensors container, read and written without LibTorch (and without pickle).
//
// A file is: header length N (uint64, little-endian), N bytes of JSON, then the tensors' bytes.
// The JSON object maps each name to {"dtype", "shape", "data_offsets": [begin, end]}, offsets
// counted from the end of the header, and "__metadata__" to an object of strings. Accepted are only
// files whose tensors lie back to back from the first byte after the header to the last of the
// file, without gap, overlap or rest, as https://github.com/huggingface/safetensors specifies; and
// whose header is 16 MiB at the most. Everything is checked against the size of the file before a
// byte of it is used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill {

inline constexpr std::uint64_t kSafetensorsHeaderBytesMax = 16 << 20;

struct SafetensorsEntry {
  std::string name;
  std::string dtype;  // "F32", "BF16", "F16", "I64", ...
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;  // offsets from the start of the file
  bool operator==(const SafetensorsEntry&) const = default;
};

using SafetensorsMetadata = std::map<std::string, std::string>;

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the order of their bytes
  SafetensorsMetadata metadata;
};

// Bits per element of a dtype; 0 for one that the format does not have.
std::uint64_t safetensors_bits(std::string_view dtype);

// The header of a whole file. `path` is for messages. Throws Error(kCorrupt) naming the tensor and
// what is wrong with it.
SafetensorsHeader parse_safetensors(std::span<const std::byte> file,
                                    const std::filesystem::path& path);

// The bytes before the first tensor: length and JSON, padded with spaces so that the tensors start
// at a multiple of 8. Sets begin and end of each entry, which are laid out in the order given; to
// keep every tensor aligned, give those with wider elements first. Same entries, same bytes.
// Throws Error(kInternal) for an unknown dtype or a name given twice.
std::string layout_safetensors(std::vector<SafetensorsEntry>& entries,
                               const SafetensorsMetadata& metadata);

}  // namespace corpusmill
