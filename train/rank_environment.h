// Which rank this process is, as torchrun or plain variables say: RANK, WORLD_SIZE, LOCAL_RANK,
// LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace corpusmill {

struct RankEnvironment {
  int rank = 0;
  int world_size = 1;
  int local_rank = 0;
  int local_world_size = 1;  // ranks on this machine
  std::string master_addr = "127.0.0.1";
  std::uint16_t master_port = 0;
  // torchrun's agent holds the store at MASTER_PORT: every rank is a client of it.
  bool agent_store = false;
  std::string restart_count = "0";  // of torchrun; keys of an earlier attempt are not ours
};

using VariableReader = std::function<std::optional<std::string>(const char*)>;
std::optional<std::string> read_environment(const char* name);

// Throws Error(kUsage) naming the variable that is missing, no number or out of range.
RankEnvironment rank_environment(const VariableReader& read = read_environment);

}  // namespace corpusmill
