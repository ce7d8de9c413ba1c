// The project's own files as text, for the tests that hold the style (tests/common/tidy_test.cc).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corpusmill::testing_support {

struct SourceFile {
  std::string path;  // from the root, "prep/record/books.cc"
  std::string text;
  std::vector<std::string> lines;

  std::string folder() const;  // the first part of the path, "" at the root
  std::string name() const;
  bool ends_with(std::string_view suffix) const;
};

// Every file of the project's folders and of its root, in order of path; build outputs, caches and
// binary files left out.
std::vector<SourceFile> read_source_tree();

// The text with comments and the insides of string and character literals blanked, line by line.
std::vector<std::string> code_lines(const SourceFile& file);

struct Include {
  std::string path;
  bool quoted = false;
  std::size_t line = 0;
};
std::vector<Include> includes_of(const SourceFile& file);

struct FunctionSpan {
  std::string signature;                      // its first line
  std::size_t first_line = 0, last_line = 0;  // from 1, both included
};
// Functions of a .cc, .h or .py file. C++ is read by its braces, which clang-format has put in
// order: a body's brace follows a space, an initializer's does not.
std::vector<FunctionSpan> functions_of(const SourceFile& file);

// Code points, as an editor counts columns.
std::size_t columns_of(std::string_view line);

}  // namespace corpusmill::testing_support
