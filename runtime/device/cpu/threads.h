// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_THREADS_H
#define DPSIMS_RUNTIME_DEVICE_CPU_THREADS_H

#include <omp.h>

namespace dpsims {

/// While it lives, oneDNN makes primitives for so many threads and runs them on as many. It changes the calling
/// thread's settings of OpenMP alone, and puts back what was there.
class ThreadScope {
public:
  explicit ThreadScope(int threads) : threadsBefore(omp_get_max_threads()), dynamicBefore(omp_get_dynamic()) {
    omp_set_num_threads(threads);
    omp_set_dynamic(0);
  }
  ~ThreadScope() {
    omp_set_num_threads(threadsBefore);
    omp_set_dynamic(dynamicBefore);
  }
  ThreadScope(const ThreadScope &) = delete;
  ThreadScope &operator=(const ThreadScope &) = delete;

private:
  int threadsBefore, dynamicBefore;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_THREADS_H
