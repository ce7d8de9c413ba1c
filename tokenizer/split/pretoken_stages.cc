#include "tokenizer/split/pretoken_stages.h"

#include <fmt/format.h>

#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "common/error.h"
#include "tokenizer/split/class_splitters.h"
#include "tokenizer/split/known_splitters.h"
#include "tokenizer/split/pattern_splitter.h"

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
      stages_.push_back({.splitter = make_digits_splitter(flag(part, "individual_digits", false))});
    } else if (type == "Split") {
      add_split(part);
    } else {
      unsupported(fmt::format("pre_tokenizer {}",
                              type.is_string() ? type.get<std::string>() : std::string("(none)")));
    }
  }

  SplitBehavior behavior_of(const json& part) const {
    static const std::map<std::string, SplitBehavior> kNames = {
        {"Isolated", SplitBehavior::kIsolated},
        {"Removed", SplitBehavior::kRemoved},
        {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
        {"MergedWithNext", SplitBehavior::kMergedWithNext},
        {"Contiguous", SplitBehavior::kContiguous}};
    const json name = part.value("behavior", json());
    const auto found = name.is_string() ? kNames.find(name.get<std::string>()) : kNames.end();
    if (found == kNames.end()) unsupported("this Split behavior");
    return found->second;
  }

  void add_split(const json& part) {
    const json pattern = part.value("pattern", json());
    const SplitBehavior behavior = behavior_of(part);
    const bool invert = flag(part, "invert", false);
    if (pattern.is_object() && pattern.contains("String") && pattern["String"].is_string()) {
      return add_pattern(escaped(pattern["String"].get<std::string>()), behavior, invert);
    }
    if (!pattern.is_object() || !pattern.contains("Regex") || !pattern["Regex"].is_string()) {
      unsupported("a Split that is not by a regular expression or a string");
    }
    const auto regex = pattern["Regex"].get<std::string>();
    const KnownSplitter known = find_known_splitter(regex);
    // Where there is nothing else, to keep the matches and to isolate them is the same.
    const bool keeps_matches = behavior == SplitBehavior::kRemoved && invert && known.matches_all;
    if (known.splitter && (behavior == SplitBehavior::kIsolated || keeps_matches)) {
      stages_.push_back({.splitter = known.splitter});
      return;
    }
    add_pattern(regex, behavior, invert);
  }

  void add_pattern(const std::string& regex, SplitBehavior behavior, bool invert) {
    try {
      stages_.push_back(make_split_stage(regex, behavior, invert));
    } catch (const std::invalid_argument& error) {
      unsupported(fmt::format("the regular expression {} with {}", regex, error.what()));
    }
  }

  static std::string escaped(const std::string& text) {
    std::string regex;
    for (const char c : text) {
      const bool plain = static_cast<unsigned char>(c) >= 0x80 || std::isalnum(c) != 0 || c < '!';
      regex += plain ? std::string(1, c) : std::string("\\") + c;
    }
    return regex;
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
