#include "tokenizer/pretoken_stages.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "common/error.h"
#include "tokenizer/class_splitters.h"
#include "tokenizer/known_splitters.h"

namespace corpusmill {
namespace {

using nlohmann::json;

class StageReader {
 public:
  explicit StageReader(const std::string& file_name) : file_(file_name) {}

  std::vector<PretokenStage> read(const json& pre_tokenizer) {
    add(pre_tokenizer);
    if (!byte_level_) unsupported("a pre_tokenizer without ByteLevel");
    return std::move(stages_);
  }

 private:
  [[noreturn]] void unsupported(const std::string& what) const {
    throw Error(ExitCode::kMismatch,
                fmt::format("{}: {} is not supported: its ids could not be proven equal to the "
                            "reference library's",
                            file_, what));
  }

  bool flag(const json& part, const char* name, bool when_missing) const {
    const auto found = part.find(name);
    if (found == part.end()) return when_missing;
    if (!found->is_boolean()) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("{}: pre_tokenizer \"{}\" is not true or false", file_, name));
    }
    return found->get<bool>();
  }

  void add(const json& part) {
    const json type = part.is_object() ? part.value("type", json()) : json();
    if (byte_level_) unsupported("a pre_tokenizer after ByteLevel");
    if (type == "Sequence" && part.contains("pretokenizers") && part["pretokenizers"].is_array()) {
      for (const json& inner : part["pretokenizers"]) {
        if (inner.is_object() && inner.value("type", json()) == "Sequence") {
          unsupported("a Sequence within a Sequence");
        }
        add(inner);
      }
    } else if (type == "ByteLevel") {
      byte_level_ = true;
      if (flag(part, "add_prefix_space", true)) stages_.push_back(PretokenStage::prefix_space());
      if (flag(part, "use_regex", true)) stages_.push_back(PretokenStage::gpt2());
    } else if (type == "Digits") {
      stages_.push_back({make_digits_splitter(flag(part, "individual_digits", false))});
    } else if (type == "Split") {
      add_split(part);
    } else {
      unsupported(fmt::format("pre_tokenizer {}",
                              type.is_string() ? type.get<std::string>() : std::string("(none)")));
    }
  }

  // Our expressions match everywhere, so keeping the matches and isolating them are the same.
  void add_split(const json& part) {
    const json pattern = part.value("pattern", json());
    if (!pattern.is_object() || !pattern.contains("Regex") || !pattern["Regex"].is_string()) {
      unsupported("a Split that is not by a regular expression");
    }
    const json behavior = part.value("behavior", json());
    const bool invert = flag(part, "invert", false);
    if (!(behavior == "Isolated" && !invert) && !(behavior == "Removed" && invert)) {
      unsupported("this Split behavior");
    }
    const auto regex = pattern["Regex"].get<std::string>();
    stages_.push_back({find_known_splitter(regex)});
    if (stages_.back().splitter == nullptr) {
      unsupported(fmt::format("the regular expression {}", regex));
    }
  }

  const std::string& file_;
  std::vector<PretokenStage> stages_;
  bool byte_level_ = false;
};

}  // namespace

std::vector<PretokenStage> read_pretoken_stages(const nlohmann::json& pre_tokenizer,
                                                const std::string& file_name) {
  return StageReader(file_name).read(pre_tokenizer);
}

}  // namespace corpusmill
