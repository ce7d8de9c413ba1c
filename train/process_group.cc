// The only file that sees c10d's backends. Their header needs gloo's, which Debian has in
// libgloo-dev and the torch wheel leaves out: without it one rank is all there is.
#if __has_include(<gloo/rendezvous/store.h>)
#define CORPUSMILL_GLOO
#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#endif

#include "train/process_group.h"

#include <fmt/format.h>
#ifdef CORPUSMILL_GLOO
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

#include "common/error.h"

namespace corpusmill {

#ifdef CORPUSMILL_GLOO

struct ProcessGroup::Backend {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// The address of the interface that packets to `host` leave by: a UDP socket is connected, which
// sends nothing, and asked for its own name.
std::string address_towards(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int fault = ::getaddrinfo(host.c_str(), "9", &hints, &found);
  if (fault != 0) {
    throw Error(ExitCode::kUsage,
                fmt::format("MASTER_ADDR={} cannot be resolved: {}", host, ::gai_strerror(fault)));
  }
  const Addresses addresses(found, &::freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const int fd = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) continue;
    sockaddr_storage own{};
    socklen_t length = sizeof(own);
    char text[NI_MAXHOST];
    const bool known = ::connect(fd, at->ai_addr, at->ai_addrlen) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length) == 0 &&
                       ::getnameinfo(reinterpret_cast<sockaddr*>(&own), length, text, sizeof(text),
                                     nullptr, 0, NI_NUMERICHOST) == 0;
    ::close(fd);
    if (known) return text;
  }
  throw Error(ExitCode::kUsage,
              fmt::format("no interface of this machine leads to MASTER_ADDR={}", host));
}

// libtorch's messages hold a stack trace after the first line.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

// Runs `operation`, and says in our words what failed in c10d.
template <class Operation>
auto naming_failure(int rank, std::string_view what, const Operation& operation) {
  try {
    return operation();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ExitCode::kPeerFailed,
                fmt::format("rank {}: another rank failed or did not answer during {} ({}); the "
                            "same command continues from the last checkpoint",
                            rank, what, first_line(error)));
  }
}

}  // namespace

ProcessGroup::ProcessGroup(const RankEnvironment& environment, std::chrono::seconds timeout)
    : environment_(environment), timeout_(timeout) {
  if (world_size() == 1) return;
  backend_ = std::make_unique<Backend>();
  naming_failure(rank(), "the rendezvous", [&] {
    c10d::TCPStoreOptions store_options;
    store_options.port = environment_.master_port;
    store_options.isServer = is_root() && !environment_.agent_store;
    store_options.numWorkers = world_size();
    store_options.timeout = timeout_;
    auto store = c10::make_intrusive<c10d::TCPStore>(environment_.master_addr, store_options);
    backend_->store = c10::make_intrusive<c10d::PrefixStore>(
        "corpusmill/" + environment_.restart_count, std::move(store));
    auto options = c10d::ProcessGroupGloo::Options::create(timeout_);
    options->devices.push_back(
        c10d::ProcessGroupGloo::createDeviceForHostname(address_towards(environment_.master_addr)));
    backend_->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("gloo", backend_->store), rank(), world_size(),
        options);
  });
}

ProcessGroup::~ProcessGroup() = default;

void ProcessGroup::sum(const std::vector<torch::Tensor>& tensors, std::string_view what) {
  if (!backend_) return;
  naming_failure(rank(), what, [&] {
    std::vector<c10::intrusive_ptr<c10d::Work>> pending;
    for (const torch::Tensor& tensor : tensors) {
      std::vector<torch::Tensor> one{tensor};
      pending.push_back(backend_->gloo->allreduce(one));
    }
    for (const auto& work : pending) work->wait();
  });
}

void ProcessGroup::maximum(torch::Tensor& tensor, std::string_view what) {
  if (!backend_) return;
  naming_failure(rank(), what, [&] {
    c10d::AllreduceOptions options;
    options.reduceOp = c10d::ReduceOp::MAX;
    std::vector<torch::Tensor> one{tensor};
    backend_->gloo->allreduce(one, options)->wait();
  });
}

std::vector<std::string> ProcessGroup::gather_from_store(const std::string& key,
                                                         const std::string& text) {
  return naming_failure(rank(), key, [&] {
    backend_->store->set(fmt::format("{}/{}", key, rank()),
                         std::vector<std::uint8_t>(text.begin(), text.end()));
    std::vector<std::string> texts;
    for (int other = 0; other < world_size(); ++other) {
      const std::string from = fmt::format("{}/{}", key, other);
      backend_->store->wait({from}, timeout_);
      const std::vector<std::uint8_t> bytes = backend_->store->get(from);
      texts.emplace_back(bytes.begin(), bytes.end());
    }
    return texts;
  });
}

#else

struct ProcessGroup::Backend {};

ProcessGroup::ProcessGroup(const RankEnvironment& environment, std::chrono::seconds timeout)
    : environment_(environment), timeout_(timeout) {
  if (world_size() == 1) return;
  throw Error(ExitCode::kUsage,
              fmt::format("WORLD_SIZE is {}, but this program was built without gloo's headers "
                          "(Debian: libgloo-dev) and trains on one rank only",
                          world_size()));
}

ProcessGroup::~ProcessGroup() = default;
void ProcessGroup::sum(const std::vector<torch::Tensor>&, std::string_view) {}
void ProcessGroup::maximum(torch::Tensor&, std::string_view) {}
std::vector<std::string> ProcessGroup::gather_from_store(const std::string&,
                                                         const std::string& text) {
  return {text};
}

#endif

std::vector<std::string> ProcessGroup::gather(const std::string& key, const std::string& text) {
  if (!backend_) return {text};
  return gather_from_store(key, text);
}

void require_equal_on_all_ranks(ProcessGroup& group, const std::string& key,
                                const std::string& text, std::string_view what) {
  const std::vector<std::string> texts = group.gather(key, text);
  std::string differing;
  for (std::size_t rank = 1; rank < texts.size(); ++rank) {
    if (texts[rank] != texts[0]) differing += fmt::format(" {}", rank);
  }
  if (differing.empty()) return;
  throw Error(ExitCode::kMismatch,
              fmt::format("{} of rank 0 differs from that of rank{}", what, differing));
}

}  // namespace corpusmill
