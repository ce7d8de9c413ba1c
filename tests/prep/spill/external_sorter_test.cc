#include "prep/spill/external_sorter.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <random>

#include "common/error.h"
#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {
namespace {

std::vector<std::uint64_t> random_values(std::size_t count) {
  std::mt19937_64 random(count);
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) value = random() % (count + 1);
  return values;
}

// From everything in memory to several levels of merging.
TEST(ExternalSorter, SortsAnyNumberInAnyMemory) {
  const TempDir folder;
  for (const std::size_t count : {0, 1, 4096, 4097, 300'000}) {
    const std::vector<std::uint64_t> values = random_values(count);
    std::vector<std::uint64_t> expected = values;
    std::sort(expected.begin(), expected.end());
    for (const std::uint64_t bytes_max : {1ULL, 100'000ULL, 1ULL << 30}) {
      ExternalSorter<std::uint64_t> sorter(bytes_max, folder.path());
      for (const std::uint64_t value : values) sorter.add(value);
      if (count == 300'000) {
        EXPECT_EQ(sorter.spilled_bytes() > 0, bytes_max < (1ULL << 30));
      }
      std::vector<std::uint64_t> sorted;
      sorter.for_each_sorted([&](std::uint64_t value) { sorted.push_back(value); });
      ASSERT_EQ(sorted, expected) << count << " in " << bytes_max;
      // And again, empty.
      sorter.for_each_sorted([&](std::uint64_t) { FAIL(); });
    }
  }
  EXPECT_TRUE(folder_content(folder.path()).empty());
}

TEST(ExternalSorter, MergesRunsThatComeSorted) {
  const TempDir folder;
  ExternalSorter<std::uint64_t> sorter(1 << 20, folder.path());
  sorter.add(5);
  sorter.add_sorted_run([](const auto& put) {
    for (std::uint64_t value = 0; value < 20'000; value += 2) put(value);
  });
  sorter.add_sorted_run([](const auto&) {});
  sorter.add(1);
  std::vector<std::uint64_t> sorted;
  sorter.for_each_sorted([&](std::uint64_t value) { sorted.push_back(value); });
  ASSERT_EQ(sorted.size(), 10'002u);
  EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
  EXPECT_EQ(sorted[1], 1u);
}

TEST(ExternalSorter, AFullDiskIsTold) {
  const TempDir folder;
  FaultIo full;
  full.plan = {.fail_at = 3, .error = ENOSPC, .forever = true};
  const ScopedIo in_force(full);
  ExternalSorter<std::uint64_t> sorter(1, folder.path());
  const auto fill = [&] {
    for (std::uint64_t i = 0; i < 100'000; ++i) sorter.add(i);
  };
  EXPECT_THROW(fill(), Error);
}

}  // namespace
}  // namespace corpusmill
