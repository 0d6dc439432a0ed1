// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX kernels on the emulator, for code that is built without exceptions.

#ifndef DPSIMS_TEST_TOOLS_EMULATED_KERNELS_H
#define DPSIMS_TEST_TOOLS_EMULATED_KERNELS_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dpsims {

struct EmulatedBuffer {
  void *data;
  size_t size; // bytes
  bool writable;
};

class EmulatedKernels {
public:
  /// Returns an error, empty if there is none.
  std::string load(const std::string &ptx);

  /// Runs a kernel that takes one pointer a buffer, with all checks. Returns what is wrong, empty if nothing is.
  std::string run(const std::string &name, uint32_t grid, uint32_t threads,
                  const std::vector<EmulatedBuffer> &buffers) const;

  /// Of all runs: instructions of lanes.
  uint64_t instructions() const { return executed; }

private:
  std::shared_ptr<const void> module;
  mutable uint64_t executed = 0;
};

} // namespace dpsims

#endif
