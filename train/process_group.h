// The ranks of a run. With one rank every operation is the identity and no network is touched.
//
// Every rank calls the same operations in the same order, from one thread. A rank that is gone or
// silent for the timeout makes them throw Error(kPeerFailed) on all others, naming what was being
// exchanged. The rendezvous port has no authentication (c10d has none): sockets are bound to the
// interface that leads to MASTER_ADDR and to no other.
#pragma once

#include <torch/torch.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "train/rank_environment.h"

namespace corpusmill {

class ProcessGroup {
 public:
  // Waits for all ranks, at most for the timeout.
  ProcessGroup(const RankEnvironment& environment, std::chrono::seconds timeout);
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int rank() const { return environment_.rank; }
  int world_size() const { return environment_.world_size; }
  bool is_root() const { return rank() == 0; }

  // In place, on CPU tensors; the same bits on every rank. `what` is for the message.
  void sum(const std::vector<torch::Tensor>& tensors, std::string_view what);
  void maximum(torch::Tensor& tensor, std::string_view what);

  // Every rank's text, in rank order. `key` is used once in a run.
  std::vector<std::string> gather(const std::string& key, const std::string& text);

 private:
  struct Backend;
  std::vector<std::string> gather_from_store(const std::string& key, const std::string& text);
  RankEnvironment environment_;
  std::chrono::seconds timeout_;
  std::unique_ptr<Backend> backend_;  // null with one rank
};

// Throws Error(kMismatch) naming the ranks whose text differs from rank 0's. `what` as in "the
// configuration".
void require_equal_on_all_ranks(ProcessGroup& group, const std::string& key,
                                const std::string& text, std::string_view what);

}  // namespace corpusmill
