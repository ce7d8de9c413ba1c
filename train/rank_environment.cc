#include "train/rank_environment.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "common/error.h"

namespace corpusmill {
namespace {

int number_in(const char* name, const std::string& text, int first, int last) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc() || stopped != end || value < first || value > last) {
    throw Error(ExitCode::kUsage,
                fmt::format("{}={} is not a whole number from {} to {}", name, text, first, last));
  }
  return value;
}

}  // namespace

std::optional<std::string> read_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

RankEnvironment rank_environment(const VariableReader& read) {
  constexpr int kRanksMax = 1 << 20;
  RankEnvironment environment;
  if (const auto size = read("WORLD_SIZE")) {
    environment.world_size = number_in("WORLD_SIZE", *size, 1, kRanksMax);
  }
  if (environment.world_size == 1) return environment;
  const auto needed = [&](const char* name, int first, int last) {
    const auto value = read(name);
    if (!value) {
      throw Error(ExitCode::kUsage,
                  fmt::format("WORLD_SIZE is {} but {} is not set; torchrun sets both",
                              environment.world_size, name));
    }
    return number_in(name, *value, first, last);
  };
  environment.rank = needed("RANK", 0, environment.world_size - 1);
  environment.master_port = static_cast<std::uint16_t>(needed("MASTER_PORT", 1, 65'535));
  if (const auto address = read("MASTER_ADDR")) environment.master_addr = *address;
  environment.local_world_size = environment.world_size;
  if (const auto size = read("LOCAL_WORLD_SIZE")) {
    environment.local_world_size = number_in("LOCAL_WORLD_SIZE", *size, 1, kRanksMax);
  }
  environment.local_rank = environment.rank;
  if (const auto rank = read("LOCAL_RANK")) {
    environment.local_rank = number_in("LOCAL_RANK", *rank, 0, kRanksMax);
  }
  environment.agent_store = read("TORCHELASTIC_USE_AGENT_STORE") == "True";
  if (const auto count = read("TORCHELASTIC_RESTART_COUNT")) environment.restart_count = *count;
  return environment;
}

}  // namespace corpusmill
