#include "common/background_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <random>
#include <string>

#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

constexpr std::size_t kPiece = BackgroundWriter::kPieceBytes;

std::string random_bytes(std::size_t count) {
  std::mt19937_64 random(5);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// In pieces of all sizes.
void write_in_steps(BackgroundWriter& writer, std::string_view bytes) {
  for (std::size_t step = 1; !bytes.empty(); step = step * 3 + 1) {
    writer.write(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  BackgroundWriter writer(file);
  write_in_steps(writer, bytes);
  writer.finish();
  EXPECT_EQ(file.bytes_written(), bytes.size());
  file.commit();
}

TEST(BackgroundWriter, WritesTheBytesOfEverySize) {
  const TempDir folder;
  const std::string bytes = random_bytes(5 * kPiece + 12345);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece, bytes.size()}) {
    const std::filesystem::path path = folder.path() / std::to_string(size);
    const std::string_view wanted = std::string_view(bytes).substr(0, size);
    write_file(path, wanted);
    EXPECT_TRUE(read_file(path, bytes.size()) == wanted) << size;
  }
}

// Whichever operation of writing past the cache fails.
TEST(BackgroundWriter, GoesThroughTheCacheWhereItCannotGoPastIt) {
  const TempDir folder;
  const int probe =
      io().open((folder.path() / "probe").c_str(), O_CREAT | O_WRONLY | O_DIRECT, 0600);
  if (probe < 0) GTEST_SKIP() << "this file system has no way past the cache";
  io().close(probe);
  const std::string bytes = random_bytes(2 * kPiece + 777);
  FaultIo fault;
  const ScopedIo in_force(fault);
  fault.keeps_trace = true;
  write_file(folder.path() / "whole", bytes);
  const std::vector<std::string> trace = fault.trace();
  fault.keeps_trace = false;
  const auto is = [&](std::size_t i, std::string_view call) { return trace[i].starts_with(call); };
  std::size_t created = 0, failed = 0;
  while (!is(created, "open")) ++created;
  for (std::size_t i = created + 1; !is(i + 1, "fsync"); ++i) {
    if (!is(i, "open") && !is(i, "write")) continue;
    const std::filesystem::path path = folder.path() / std::to_string(i);
    fault.plan = {.fail_at = fault.operations() + i, .error = EINVAL};
    write_file(path, bytes);
    fault.plan = {};
    EXPECT_TRUE(read_file(path, bytes.size()) == bytes) << trace[i];
    ++failed;
  }
  EXPECT_EQ(failed, 4u);  // an open and a write for each of the two pieces
}

TEST(BackgroundWriter, TellsOfAFullDisk) {
  const TempDir folder;
  const std::string bytes = random_bytes(6 * kPiece);
  FaultIo fault;
  const ScopedIo in_force(fault);
  AtomicFile file(folder.path() / "out");
  BackgroundWriter writer(file);
  fault.plan = {.fail_at = fault.operations(), .error = ENOSPC, .forever = true};
  const auto write_all = [&] {
    writer.write(bytes);
    writer.finish();
  };
  try {
    write_all();
    ADD_FAILURE() << "a full disk went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutputIo);
    EXPECT_NE(std::string(error.what()).find("out"), std::string::npos) << error.what();
  }
  fault.plan = {};
}

TEST(BackgroundWriter, MayBeLeftUnfinished) {
  const TempDir folder;
  {
    AtomicFile file(folder.path() / "out");
    BackgroundWriter writer(file);
    writer.write(random_bytes(4 * kPiece + 1));
  }
  EXPECT_TRUE(list_directory(folder.path()).empty());
}

}  // namespace
}  // namespace corpusmill
