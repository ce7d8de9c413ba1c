#include <fmt/format.h>

#include <string>
#include <system_error>
#include <vector>

#include "common/error.h"
#include "common/file.h"
#include "common/io.h"
#include "tokenizer/byte_level/rank_file.h"
#include "tokenizer/byte_level/rank_tokenizer.h"
#include "tokenizer/json_tokenizer.h"
#include "tokenizer/sentencepiece/sentencepiece_model.h"
#include "tokenizer/sentencepiece/sentencepiece_tokenizer.h"
#include "tokenizer/tokenizer.h"

namespace corpusmill {
namespace {

constexpr std::uint64_t kFileBytesMax = 256 << 20;

bool is_folder(const std::filesystem::path& path) {
  struct stat status {};
  return io().stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Its tokenizer.json, else its tokenizer.model, else its only .tiktoken.
std::filesystem::path file_in_folder(const std::filesystem::path& folder) {
  for (const char* name : {"tokenizer.json", "tokenizer.model"}) {
    if (file_exists(folder / name)) return folder / name;
  }
  std::vector<std::filesystem::path> ranks;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
    if (entry.path().extension() == ".tiktoken") ranks.push_back(entry.path());
  }
  if (ranks.size() == 1) return ranks.front();
  throw Error(ExitCode::kInputIo,
              fmt::format("{}: no tokenizer.json, no tokenizer.model and not one .tiktoken file in "
                          "this folder",
                          folder.string()));
}

bool looks_like_json(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes[first] == '{';
}

}  // namespace

std::unique_ptr<Tokenizer> make_tokenizer(const std::string& bytes, const std::string& name,
                                          std::string_view config, const std::string& config_name) {
  if (bytes.empty()) throw Error(ExitCode::kCorrupt, fmt::format("{}: empty file", name));
  if (looks_like_rank_file(bytes)) return make_rank_tokenizer(bytes, name, config, config_name);
  if (!looks_like_json(bytes) || parse_sentencepiece_model(bytes)) {
    return make_sentencepiece_tokenizer(bytes, name);
  }
  return make_json_tokenizer(bytes, name, config, config_name);
}

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& path) {
  const std::filesystem::path file = is_folder(path) ? file_in_folder(path) : path;
  const std::string bytes = read_file(file, kFileBytesMax);
  const std::filesystem::path config_path = file.parent_path() / "tokenizer_config.json";
  const std::string config =
      file_exists(config_path) ? read_file(config_path, kFileBytesMax) : std::string();
  return make_tokenizer(bytes, file.string(), config, config_path.string());
}

}  // namespace corpusmill
