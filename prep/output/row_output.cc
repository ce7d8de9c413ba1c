#include "prep/output/row_output.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace corpusmill {

RowOutput::RowOutput(const std::string& output) {
  if (output.empty() || output == "-") return;
  make_directories(std::filesystem::absolute(output).parent_path());
  lock_.emplace(output);
  writer_.emplace(output);
}

void RowOutput::write(std::string_view bytes) {
  if (writer_) {
    writer_->write(bytes);
  } else if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) < bytes.size()) {
    throw std::system_error(errno, std::generic_category(), "cannot write standard output");
  }
}

void RowOutput::commit() {
  if (writer_) writer_->commit();
}

}  // namespace corpusmill
