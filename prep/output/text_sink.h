// The last stage of a run that writes rows: kept lines byte for byte, dropped ones into the
// quarantine beside the output, and the books of both.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/file.h"
#include "prep/output/line_writer.h"
#include "prep/output/quarantine.h"
#include "prep/record/books.h"
#include "prep/record/document.h"

namespace corpusmill {

// Not thread-safe: an in-order stage. Holds the output's lock; nothing is published before
// commit().
class TextSink {
 public:
  // Throws Error: kOutputInUse, kOutputIo. `file_names[i]` is the name of Origin::file i.
  TextSink(const std::filesystem::path& output, std::vector<std::string> file_names);

  void write(const DocumentBatch& batch);
  // The quarantine first, the output last: where it stands, all of it does.
  void commit();

  const Books& books() const { return books_; }
  std::vector<std::string> outputs() const;

 private:
  std::filesystem::path output_;
  OutputLock lock_;
  LineWriter writer_;
  Quarantine quarantine_;
  Books books_;
};

}  // namespace corpusmill
