// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_TEST_EMULATOR_STATISTICS_H
#define DPSIMS_TEST_EMULATOR_STATISTICS_H

#include "test/emulator/ptx_emulator.h"

#include <cstdint>
#include <string>

namespace dpsims::emulated {

/// What was done, by the programs' calls and by the GPU. Work of a graph is counted where it is executed.
struct Statistics {
  struct Copies {
    uint64_t count = 0, bytes = 0;
    void add(uint64_t size) { ++count, bytes += size; }
  };

  uint64_t launchCalls = 0;  // of kernels, outside of captures
  uint64_t libraryCalls = 0; // cuBLASLt, cuDNN, outside of captures
  uint64_t graphLaunches = 0;
  uint64_t kernelsRun = 0;
  uint64_t libraryCallsRun = 0;
  uint64_t synchronizations = 0; // of the host with the GPU
  uint64_t waits = 0;            // that streams were told, captures included
  Copies toDevice, toHost, onDevice, fills;
  ptx::Statistics kernels;

  /// Some lines "emulated GPU: ...".
  std::string text() const;
};

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_STATISTICS_H
