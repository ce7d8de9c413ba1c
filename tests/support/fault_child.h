// Work in a child process whose file operations go wrong as planned.
//
//   const FaultChild child;
//   ASSERT_EQ(child.run({}, work), 0);
//   for (std::uint64_t at = 0; at < child.operations(); ++at) child.run({.kill_at = at}, work);
#pragma once

#include <cstdint>
#include <string>

#include "common/error.h"
#include "tests/support/fault_io.h"
#include "tests/support/temp_dir.h"

namespace corpusmill {

class FaultChild {
 public:
  // The child's wait status: of exit code 0 if `work` returned, of the Error's if it threw one.
  template <class Work>
  int run(const FaultPlan& plan, const Work& work) const {
    return run_in_child([&] {
      FaultIo fault;
      fault.plan = plan;
      const ScopedIo in_force(fault);
      try {
        work();
      } catch (const Error& error) {
        return static_cast<int>(error.code());
      }
      spill(folder_ / "operations", std::to_string(fault.operations()));
      return 0;
    });
  }

  // Of the last child whose work returned.
  std::uint64_t operations() const { return std::stoull(slurp(folder_ / "operations")); }

 private:
  TempDir folder_{TempDir::On::kMemory};
};

}  // namespace corpusmill
