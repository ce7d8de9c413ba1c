// What a long deciding run has found so far, kept beside its output so that the same command,
// killed and run again, goes on from there. docs/architecture.md, "Dedup".
//
//   WorkFolder folder(path, identity);           discards what another command has left
//   if (auto reader = folder.open("groups")) { ... reader->column(...) ... }
//   else { ...; auto writer = folder.begin("groups"); writer.column(...); writer.commit(); }
//   folder.remove();                             when the output stands
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/digest.h"
#include "common/file.h"
#include "common/scratch_column.h"

namespace corpusmill {

// Sections of a phase's file are read in the order in which they were written.
class PhaseReader {
 public:
  PhaseReader(File file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}

  template <class T>
  T value() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    read(&value, sizeof(T));
    return value;
  }
  std::string text();
  // Appends to an empty column and finishes it.
  template <class T>
  void column(ScratchColumn<T>& column) {
    for (std::uint64_t left = value<std::uint64_t>(); left > 0; --left)
      column.push_back(value<T>());
    column.finish();
  }

 private:
  void read(void* out, std::size_t bytes);
  File file_;
  std::uint64_t bytes_, offset_ = 0;  // of the file; behind what is buffered
  std::string buffer_;
  std::size_t at_ = 0;
};

class WorkFolder;

class PhaseWriter {
 public:
  template <class T>
  void value(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    write({reinterpret_cast<const char*>(&value), sizeof(T)});
  }
  void text(std::string_view text);
  template <class T>
  void column(const ScratchColumn<T>& column) {
    value(column.size());
    for (std::uint64_t i = 0; i < column.size(); ++i) value(column[i]);
  }
  // From here on the phase is done.
  void commit();

 private:
  friend class WorkFolder;
  PhaseWriter(WorkFolder& folder, std::string phase);
  void write(std::string_view bytes);
  void flush();
  WorkFolder* folder_;
  std::string phase_;
  AtomicFile file_;
  Digester digester_;
  std::string buffer_;
};

// Not thread-safe; whoever has the output's lock has the folder.
class WorkFolder {
 public:
  // `identity`: the options that shape the data and the inputs. A folder of another identity is
  // emptied; discarded() then says so.
  WorkFolder(const std::filesystem::path& path, nlohmann::json identity);

  bool discarded() const { return discarded_; }
  // Of a phase that was done; nothing where it was not, or where the file is damaged.
  std::optional<PhaseReader> open(const std::string& phase) const;
  PhaseWriter begin(const std::string& phase) { return {*this, phase}; }
  // The folder and all that is in it.
  void remove();

 private:
  friend class PhaseWriter;
  std::filesystem::path state_path() const { return path_ / "state.json"; }
  std::filesystem::path phase_path(const std::string& phase) const { return path_ / phase; }
  void remove_files();

  std::filesystem::path path_;
  nlohmann::json identity_;
  nlohmann::json phases_ = nlohmann::json::object();  // name: {bytes, digest}
  bool discarded_ = false;
};

}  // namespace corpusmill
