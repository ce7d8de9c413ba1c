#include "prep/text_sink.h"

#include <utility>

namespace corpusmill {

TextSink::TextSink(const std::filesystem::path& output, std::vector<std::string> file_names)
    : lock_([&] {
        make_directories(output.has_parent_path() ? output.parent_path() : ".");
        return OutputLock(output);
      }()),
      writer_(output),
      quarantine_(Quarantine::path_for(output), std::move(file_names)) {}

void TextSink::write(const DocumentBatch& batch) {
  for (const Document& document : batch.documents) {
    const std::uint64_t bytes_in = document.line.bytes_in;
    books_.count_in(bytes_in);
    if (!document.dropped) {
      books_.count_kept(bytes_in);
      writer_.write(batch.lines.text_of(document.line));
      writer_.write("\n");
      continue;
    }
    books_.count_dropped(document.reason, bytes_in);
    if (document.reason != DropReason::kEmptyLine) quarantine_.add(document, batch.lines);
  }
}

void TextSink::commit() {
  books_.check_closed();
  quarantine_.commit();
  writer_.commit();
}

std::vector<std::string> TextSink::outputs() const {
  return {quarantine_.final_path().string(), writer_.final_path().string()};
}

}  // namespace corpusmill
