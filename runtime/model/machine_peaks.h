// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the processor can do at best, measured: what times are compared with.

#ifndef DPSIMS_RUNTIME_MODEL_MACHINE_PEAKS_H
#define DPSIMS_RUNTIME_MODEL_MACHINE_PEAKS_H

#include <cstdint>
#include <string>

namespace dpsims {

struct MachinePeaks {
  double flops = 0;         ///< f32 operations a second, multiply-adds in registers, all threads
  double bandwidth = 0;     ///< bytes a second, read and written, copying what no cache holds, all threads
  std::string instructions; ///< what the multiply-adds used: avx512f, avx2, sse2
};

/// Takes about a tenth of a second, and 256 MiB meanwhile.
MachinePeaks measurePeaks();

/// The most memory that the process has had at a time so far, in bytes; 0 if the system does not say.
uint64_t residentPeak();

} // namespace dpsims

#endif // DPSIMS_RUNTIME_MODEL_MACHINE_PEAKS_H
