#include "tests/support/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace corpusmill::testing_support {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kFolders[] = {"common", "tokenizer", "prep",  "train",   "tests",
                                         "bench",  "docs",      "cmake", "configs", "demo"};

SourceFile read_source(const fs::path& root, const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  SourceFile file;
  file.path = fs::relative(path, root).generic_string();
  file.text.assign(std::istreambuf_iterator<char>(stream), {});
  std::istringstream lines(file.text);
  for (std::string line; std::getline(lines, line);) file.lines.push_back(line);
  return file;
}

std::size_t indentation(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

std::vector<FunctionSpan> python_functions(const SourceFile& file) {
  std::vector<FunctionSpan> functions;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    const std::size_t indent = indentation(line);
    if (line.compare(indent, 4, "def ") != 0) continue;
    std::size_t last = i;
    for (std::size_t j = i + 1; j < file.lines.size(); ++j) {
      const std::string& later = file.lines[j];
      if (indentation(later) == later.size()) continue;
      if (indentation(later) <= indent && later[indent] != ')') break;
      last = j;
    }
    functions.push_back({line, i + 1, last + 1});
  }
  return functions;
}

bool opens_function(std::string_view before_brace) {
  const std::size_t begin = before_brace.find_first_not_of(" \n");
  if (begin == before_brace.npos) return false;
  std::string_view head = before_brace.substr(begin);
  for (const std::string_view word :
       {"namespace", "class ", "struct ", "enum ", "union ", "extern \""}) {
    if (head.substr(0, word.size()) == word) return false;
  }
  const std::size_t parenthesis = head.find('(');
  return parenthesis != head.npos && head.find(" = ") >= parenthesis;
}

// Walks the braces of C++ code and collects the outermost functions.
class BraceWalker {
 public:
  explicit BraceWalker(const SourceFile& file) : file_(file) {}

  std::vector<FunctionSpan> walk() {
    const std::vector<std::string> lines = code_lines(file_);
    for (line_ = 0; line_ < lines.size(); ++line_) {
      if (!lines[line_].empty() && lines[line_][0] == '#') continue;
      for (const char c : lines[line_]) step(c);
      step('\n');
    }
    return std::move(functions_);
  }

 private:
  void step(char c) {
    if (c == '{') {
      const bool initializer = previous_ != ' ' && previous_ != '\n';
      const bool function = !initializer && open_function_ == 0 && opens_function(head_);
      if (function) {
        open_function_ = depth_ + 1;
        functions_.push_back({file_.lines[head_line_], head_line_ + 1, 0});
      }
      ++depth_;
      if (!initializer) head_.clear();
    } else if (c == '}') {
      if (depth_ == open_function_ && open_function_ != 0) {
        functions_.back().last_line = line_ + 1;
        open_function_ = 0;
        head_.clear();
      }
      --depth_;
      if (open_function_ == 0 && previous_ == '\n') head_.clear();
    } else if (c == ';') {
      head_.clear();
    } else {
      if (head_.empty() && c != ' ' && c != '\n') head_line_ = line_;
      if (!head_.empty() || (c != ' ' && c != '\n')) head_.push_back(c);
    }
    // Indentation tells nothing about the brace that follows it.
    if (!(c == ' ' && previous_ == '\n')) previous_ = c;
  }

  const SourceFile& file_;
  std::vector<FunctionSpan> functions_;
  std::string head_;
  std::size_t head_line_ = 0, line_ = 0;
  std::size_t depth_ = 0, open_function_ = 0;
  char previous_ = '\n';
};

}  // namespace

std::string SourceFile::folder() const {
  const std::size_t slash = path.find('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

std::string SourceFile::name() const {
  return path.substr(path.rfind('/') + 1);
}

bool SourceFile::ends_with(std::string_view suffix) const {
  return path.size() >= suffix.size() &&
         path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0;
}

std::vector<SourceFile> read_source_tree() {
  const fs::path root = CORPUSMILL_SOURCE_DIR;
  std::vector<SourceFile> files;
  const auto add = [&](const fs::directory_entry& entry) {
    if (!entry.is_regular_file()) return;
    SourceFile file = read_source(root, entry.path());
    if (file.text.find('\0') == std::string::npos) files.push_back(std::move(file));
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) add(entry);
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().string().find("__pycache__") == std::string::npos) add(entry);
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> code_lines(const SourceFile& file) {
  std::string out;
  const std::string& text = file.text;
  enum { kCode, kLineComment, kBlockComment, kString, kCharacter, kRawString } state = kCode;
  std::string raw_end;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto next_is = [&](std::string_view what) {
      return text.compare(i, what.size(), what) == 0;
    };
    if (c == '\n') {
      if (state == kLineComment) state = kCode;
      out.push_back('\n');
      continue;
    }
    const bool digit_separator =
        c == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0;
    switch (state) {
      case kCode:
        if (next_is("//")) state = kLineComment;
        if (next_is("/*")) state = kBlockComment;
        if (next_is("R\"")) {
          raw_end = ")" + text.substr(i + 2, text.find('(', i) - i - 2) + "\"";
          state = kRawString;
        }
        if (c == '"') state = kString;
        if (c == '\'' && !digit_separator) state = kCharacter;
        out.push_back(state == kLineComment || state == kBlockComment ? ' ' : c);
        break;
      case kBlockComment:
        if (c == '/' && text[i - 1] == '*') state = kCode;
        out.push_back(' ');
        break;
      case kRawString:
        if (c == ')' && next_is(raw_end)) {
          i += raw_end.size() - 1;
          state = kCode;
        }
        out.push_back(' ');
        break;
      case kString:
      case kCharacter:
        if (c == '\\') {
          out.append("  ");
          ++i;
          break;
        }
        if (c == (state == kString ? '"' : '\'')) state = kCode;
        out.push_back(state == kCode ? c : ' ');
        break;
      case kLineComment:
        out.push_back(' ');
        break;
    }
  }
  std::vector<std::string> lines;
  std::istringstream stream(out);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.rfind("#include ", 0) != 0 || line.size() < 11) continue;
    const bool quoted = line[9] == '"';
    const std::size_t end = line.find(quoted ? '"' : '>', 10);
    includes.push_back({line.substr(10, end - 10), quoted, i + 1});
  }
  return includes;
}

std::vector<FunctionSpan> functions_of(const SourceFile& file) {
  return file.ends_with(".py") ? python_functions(file) : BraceWalker(file).walk();
}

std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace corpusmill::testing_support
