// The style, held by a test (docs/architecture.md): sizes, layering, banned calls, a test for every
// source file, and documents that name only what exists.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "tests/support/source_tree.h"

namespace corpusmill::testing_support {
namespace {

constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kFileLinesMax = 400;
constexpr std::size_t kFunctionLinesMax = 70;

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_source_tree();
  return files;
}

bool is_cpp(const SourceFile& file) {
  return file.ends_with(".cc") || file.ends_with(".h");
}
bool is_code(const SourceFile& file) {
  return is_cpp(file) || file.ends_with(".py");
}
bool is_ours(const SourceFile& file) {
  const std::string folder = file.folder();
  return is_cpp(file) &&
         (folder == "common" || folder == "tokenizer" || folder == "prep" || folder == "train");
}
bool may_print(const SourceFile& file) {
  return file.ends_with("_main.cc") || file.ends_with("_command.cc");
}

std::string at(const SourceFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

// A rule's exceptions, each with its reason. An entry that no longer applies is a failure.
using Exceptions = std::map<std::string, std::string>;

TEST(Tidy, TheTreeIsThere) {
  const auto has = [](const std::string& path) {
    return std::any_of(tree().begin(), tree().end(),
                       [&](const SourceFile& file) { return file.path == path; });
  };
  EXPECT_TRUE(has("common/error.h"));
  EXPECT_TRUE(has("prep/commands/commands.h"));
  EXPECT_GT(tree().size(), 50u);
}

TEST(Tidy, LinesFitInAHundredColumns) {
  for (const SourceFile& file : tree()) {
    if (!is_code(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_LE(columns_of(file.lines[i]), kColumnsMax) << at(file, i + 1);
      EXPECT_EQ(file.lines[i].find('\t'), std::string::npos) << at(file, i + 1) << "a tab";
      EXPECT_FALSE(!file.lines[i].empty() && file.lines[i].back() == ' ')
          << at(file, i + 1) << "space at the end of the line";
    }
  }
}

TEST(Tidy, FilesAndFunctionsAreShort) {
  for (const SourceFile& file : tree()) {
    if (!is_code(file)) continue;
    EXPECT_LE(file.lines.size(), kFileLinesMax) << file.path;
    for (const FunctionSpan& function : functions_of(file)) {
      ASSERT_GT(function.last_line, 0u) << at(file, function.first_line) << "braces do not match";
      EXPECT_LE(function.last_line + 1 - function.first_line, kFunctionLinesMax)
          << at(file, function.first_line) << function.signature;
    }
  }
}

// Which folders' headers a folder may include.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"common", {"common"}},
    {"tokenizer", {"common", "tokenizer"}},
    {"prep", {"common", "tokenizer", "prep"}},
    {"train", {"common", "train"}},
};
const std::map<std::string, std::set<std::string>> kLibraryOwners = {
    {"simdjson", {"prep", "tokenizer"}},
    {"tbb/", {"prep"}},
    {"oneapi/", {"prep"}},
    {"boost/", {"prep"}},
    {"zstd", {"prep"}},
    {"zlib", {"prep"}},
    {"divsufsort", {"prep"}},
    {"sentencepiece", {"tokenizer"}},
    {"pcre2", {"tokenizer"}},
    {"utf8proc", {"prep", "tokenizer"}},
    {"opencc/", {"prep"}},
    {"torch/", {"train"}},
    {"ATen/", {"train"}},
    {"c10/", {"train"}},
    {"toml++/", {"common"}},
};
const Exceptions kMayCrossLayers = {
    {"train/corpusmill_train_main.cc", "binds TextCodec to tokenizer/, so that train/ need not"},
};

// The folders of a folder, lowest first: each may include itself, those before it, and what lies
// at the top of the whole, its interface.
const std::map<std::string, std::vector<std::string>> kLayers = {
    {"tokenizer", {"text", "bpe", "split", "byte_level", "char_bpe", "sentencepiece", "learn"}},
    {"prep",
     {"text", "record", "input", "output", "stage", "statistics", "shards", "spill", "signature",
      "exact", "repeats", "near", "dedup", "tokenize", "commands"}},
};

// "b" of "a/b/c.h", "" of "a/c.h".
std::string inner_folder(const std::string& path) {
  const std::size_t first = path.find('/'), last = path.rfind('/');
  return first == last ? "" : path.substr(first + 1, last - first - 1);
}

TEST(Tidy, InnerFoldersIncludeOnlyLowerOnes) {
  for (const SourceFile& file : tree()) {
    const auto layers = kLayers.find(file.folder());
    if (!is_ours(file) || layers == kLayers.end()) continue;
    const auto layer_of = [&](const std::string& folder) {
      return std::find(layers->second.begin(), layers->second.end(), folder);
    };
    const std::string own = inner_folder(file.path);
    if (own.empty()) continue;
    ASSERT_NE(layer_of(own), layers->second.end()) << file.path << ": a folder without a layer";
    for (const Include& include : includes_of(file)) {
      const std::string other = inner_folder(include.path);
      const bool inside = include.quoted && include.path.rfind(layers->first + "/", 0) == 0;
      if (!inside || other.empty()) continue;
      EXPECT_TRUE(layer_of(other) <= layer_of(own))
          << at(file, include.line) << include.path << ": " << own << "/ is below " << other << "/";
    }
  }
}

TEST(Tidy, FoldersIncludeOnlyWhatTheyMay) {
  for (const SourceFile& file : tree()) {
    if (!is_ours(file)) continue;
    for (const Include& include : includes_of(file)) {
      const std::string where = at(file, include.line) + include.path;
      if (include.quoted) {
        const std::string folder = include.path.substr(0, include.path.find('/'));
        EXPECT_TRUE(kMayInclude.at(file.folder()).count(folder) > 0 ||
                    kMayCrossLayers.count(file.path) > 0)
            << where << ": " << file.folder() << "/ must not see " << folder << "/";
      }
      for (const auto& [library, owners] : kLibraryOwners) {
        if (include.path.rfind(library, 0) != 0) continue;
        EXPECT_TRUE(owners.count(file.folder()) > 0) << where << ": another folder's library";
      }
      const bool fmt_in_common_header =
          file.folder() == "common" && file.ends_with(".h") && include.path.rfind("fmt/", 0) == 0;
      EXPECT_FALSE(fmt_in_common_header) << where << ": fmt stays out of common's headers";
    }
  }
}

TEST(Tidy, SourcesIncludeTheirOwnHeaderFirst) {
  std::set<std::string> headers;
  for (const SourceFile& file : tree()) {
    if (file.ends_with(".h")) headers.insert(file.path);
  }
  for (const SourceFile& file : tree()) {
    if (file.ends_with(".h")) {
      EXPECT_NE(file.text.find("\n#pragma once\n"), std::string::npos) << file.path;
    }
    if (!is_ours(file) || !file.ends_with(".cc")) continue;
    const std::string own = file.path.substr(0, file.path.size() - 2) + "h";
    if (headers.count(own) == 0) continue;
    const std::vector<Include> includes = includes_of(file);
    ASSERT_FALSE(includes.empty()) << file.path;
    EXPECT_EQ(includes.front().path, own) << file.path;
  }
}

struct Ban {
  std::regex pattern;
  std::string instead;
};

// Applies to code with comments and literals blanked.
void expect_without(const SourceFile& file, const std::vector<Ban>& bans) {
  const std::vector<std::string> lines = code_lines(file);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const Ban& ban : bans) {
      EXPECT_FALSE(std::regex_search(lines[i], ban.pattern))
          << at(file, i + 1) << file.lines[i] << "\n  " << ban.instead;
    }
  }
}

const Exceptions kMayPrint = {
    {"common/command_table.cc", "is the main of every executable"},
    {"common/progress.cc", "is the progress bar; only commands make one"},
    {"prep/stage/run_summary.cc", "is how every command ends"},
};

TEST(Tidy, OnlyMainsAndCommandsPrintAndNobodyExits) {
  const std::vector<Ban> printing = {
      {std::regex(R"(std::(cout|cerr|clog)\b)"), "throw Error, or return text for the command"},
      {std::regex(R"(\b(fmt::print|f?printf|puts|fputs|perror)\s*\()"), "return text instead"}};
  const std::vector<Ban> exiting = {
      {std::regex(R"((^|[^\w.>:])(std::)?(exit|_exit|abort|quick_exit|terminate)\s*\()"),
       "throw Error"}};
  for (const SourceFile& file : tree()) {
    if (!is_ours(file)) continue;
    if (!may_print(file) && kMayPrint.count(file.path) == 0) expect_without(file, printing);
    expect_without(file, exiting);
  }
}

const Exceptions kMaySkipTheSeam = {
    {"common/io.cc", "is the seam"},
    {"train/process_group.cc", "closes a socket, which is no file"},
};

TEST(Tidy, FilesAreTouchedThroughTheSeamOnly) {
  const std::vector<Ban> bans = {
      {std::regex(R"(\b(std::)?(i|o)?fstream\b)"), "use common/file.h"},
      {std::regex(R"(\b(fopen|fdopen|freopen|tmpfile|mkstemp|creat)\s*\()"), "use common/file.h"},
      {std::regex(R"((^|[^\w>])::(open|read|write|pread|pwrite|fsync|close|rename|unlink|mkdir|)"
                  R"(rmdir|ftruncate|mmap|munmap|flock)\s*\()"),
       "use common/file.h"},
      {std::regex(R"(\bfilesystem::(rename|remove|remove_all|create_director\w+|copy\w*|)"
                  R"(resize_file)\s*\()"),
       "use common/file.h"}};
  for (const SourceFile& file : tree()) {
    if (is_ours(file) && kMaySkipTheSeam.count(file.path) == 0) expect_without(file, bans);
  }
}

TEST(Tidy, NothingIsLeftForLater) {
  // In two pieces, so that this file passes its own test.
  const std::vector<std::string> marks = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                          std::string("PLACE") + "HOLDER"};
  for (const SourceFile& file : tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string& mark : marks) {
        EXPECT_EQ(file.lines[i].find(mark), std::string::npos) << at(file, i + 1) << mark;
      }
    }
  }
}

TEST(Tidy, NoPathsOfOneMachine) {
  const std::regex machine_path(R"((^|[\s"'=(])/(home|root|work|Users)/\w)");
  for (const SourceFile& file : tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], machine_path))
          << at(file, i + 1) << file.lines[i];
    }
  }
}

// Nothing reaches these from a test, each for a reason.
const Exceptions kUntested = {
    {"prep/commands/training_commands.cc", "starts a program; tests/cli runs it"},
};

const SourceFile* find_source(const std::string& path) {
  for (const SourceFile& file : tree()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

// Headers that tests include, and all that the code behind them includes in turn.
std::set<std::string> reached_headers(std::vector<std::string> to_visit) {
  std::set<std::string> reached;
  while (!to_visit.empty()) {
    const std::string header = to_visit.back();
    to_visit.pop_back();
    if (!reached.insert(header).second) continue;
    const std::string source = header.substr(0, header.size() - 1) + "cc";
    for (const std::string& path : {header, source}) {
      const SourceFile* const file = find_source(path);
      if (file == nullptr || !is_ours(*file)) continue;
      for (const Include& include : includes_of(*file)) {
        if (include.quoted) to_visit.push_back(include.path);
      }
    }
  }
  return reached;
}

TEST(Tidy, EverySourceIsReachedByATest) {
  std::vector<std::string> roots;
  std::string program_tests;
  for (const SourceFile& file : tree()) {
    // A command's code is reached by running it.
    if (file.ends_with("_command.cc")) {
      for (const Include& include : includes_of(file)) roots.push_back(include.path);
    }
    if (file.folder() != "tests") continue;
    for (const Include& include : includes_of(file)) roots.push_back(include.path);
    if (file.path.rfind("tests/cli/", 0) == 0 || file.ends_with(".py")) program_tests += file.text;
  }
  const std::set<std::string> reached = reached_headers(roots);
  for (const SourceFile& file : tree()) {
    if (!is_ours(file) || !file.ends_with(".cc") || file.ends_with("_main.cc")) continue;
    if (file.ends_with("_command.cc")) {
      std::string name = file.name().substr(0, file.name().size() - 11);
      std::replace(name.begin(), name.end(), '_', '-');
      EXPECT_NE(program_tests.find('"' + name + '"'), std::string::npos)
          << file.path << ": no test under tests/cli or tests/conformance runs it";
      continue;
    }
    if (kUntested.count(file.path) > 0) continue;
    // A part of a larger source has no header of its own name; its first include is what it is of.
    const std::vector<Include> includes = includes_of(file);
    ASSERT_FALSE(includes.empty()) << file.path;
    EXPECT_TRUE(reached.count(includes.front().path) > 0)
        << file.path << ": no test reaches " << includes.front().path;
  }
}

TEST(Tidy, DocumentsNameOnlyWhatExists) {
  const std::regex named(
      R"(\b(common|tokenizer|prep|train|tests|bench|docs|cmake|configs|demo)/[\w./-]*\w)");
  for (const SourceFile& file : tree()) {
    if (!file.ends_with(".md")) continue;
    bool in_example = false;  // what a user types names the user's own files
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (line.rfind("```", 0) == 0) in_example = !in_example;
      if (in_example || line.rfind("    ", 0) == 0) continue;
      for (std::sregex_iterator match(line.begin(), line.end(), named), end; match != end;
           ++match) {
        const std::size_t begin = static_cast<std::size_t>(match->position());
        // A part of a longer path (build/release/bin, ../shared/docs) or of a pattern is no name.
        const bool inside = begin > 0 && (line[begin - 1] == '/' || line[begin - 1] == '-' ||
                                          line[begin - 1] == '.');
        const std::size_t after = begin + match->str().size();
        const bool pattern =
            after < line.size() && std::string("*<{[-").find(line[after]) != std::string::npos;
        if (inside || pattern) continue;
        EXPECT_TRUE(
            std::filesystem::exists(std::filesystem::path(CORPUSMILL_SOURCE_DIR) / match->str()))
            << at(file, i + 1) << match->str() << " does not exist";
      }
    }
  }
}

TEST(Tidy, ExceptionsStillApply) {
  std::set<std::string> paths;
  for (const SourceFile& file : tree()) paths.insert(file.path);
  for (const Exceptions* exceptions :
       {&kMayCrossLayers, &kMayPrint, &kMaySkipTheSeam, &kUntested}) {
    for (const auto& [path, reason] : *exceptions) {
      EXPECT_EQ(paths.count(path), 1u) << path;
      EXPECT_FALSE(reason.empty()) << path;
    }
  }
}

}  // namespace
}  // namespace corpusmill::testing_support
