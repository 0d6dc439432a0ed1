// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_LIBRARY_THREADS_H
#define DPSIMS_RUNTIME_DEVICE_CPU_LIBRARY_THREADS_H

#include <omp.h>

namespace dpsims {

/// While it lives, oneDNN makes primitives for one thread and runs them on the calling one: the device's own team
/// shares the work. oneDNN is built on OpenMP; only the calling thread's settings change, and what was there returns.
class LibraryOnOneThread {
public:
  LibraryOnOneThread() : before(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~LibraryOnOneThread() { omp_set_num_threads(before); }
  LibraryOnOneThread(const LibraryOnOneThread &) = delete;
  LibraryOnOneThread &operator=(const LibraryOnOneThread &) = delete;

private:
  int before;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_LIBRARY_THREADS_H
