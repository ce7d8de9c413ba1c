#include "prep/output/text_sink.h"

#include <utility>

namespace corpusmill {
namespace {

// `path`, without what killed runs left beside it.
const std::filesystem::path& tidied(const std::filesystem::path& path) {
  remove_stale_temporaries(path);
  return path;
}

}  // namespace

TextSink::TextSink(const std::filesystem::path& output, std::vector<std::string> file_names)
    : output_(output),
      lock_([&] {
        make_directories(std::filesystem::absolute(output).parent_path());
        return OutputLock(output);
      }()),
      writer_(tidied(output)),
      quarantine_(tidied(Quarantine::path_for(output)), std::move(file_names)) {}

void TextSink::write(const DocumentBatch& batch) {
  books_ += count_lines(batch);
  writer_.write_kept(batch);
  for (const Document& document : batch.documents) {
    const bool is_row = document.dropped && document.reason != DropReason::kEmptyLine;
    if (is_row) quarantine_.add(document, batch.lines);
  }
}

void TextSink::commit() {
  books_.check_closed();
  quarantine_.commit();
  writer_.commit();
}

std::vector<std::string> TextSink::outputs() const {
  return {output_.string(), quarantine_.final_path().string()};
}

}  // namespace corpusmill
