// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PARALLEL_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PARALLEL_H

#include <cstdint>
#include <omp.h>

namespace dpsims {

/// The threads of one parallel region.
class Team {
public:
  Team(int64_t part, int64_t parts) : part(part), parts(parts) {}

  /// body(begin, end) on this thread's part of 0..count.
  template <typename Body> void share(int64_t count, const Body &body) const {
    int64_t base = count / parts, rest = count % parts;
    int64_t begin = part * base + (part < rest ? part : rest);
    body(begin, begin + base + (part < rest ? 1 : 0));
  }

  /// Waits until all threads have come here.
  void wait() const {
    if (parts > 1) {
#pragma omp barrier
    }
  }

private:
  int64_t part, parts;
};

/// body(team) on every thread of a team. `body` must not throw.
template <typename Body> void parallelTeam(int threads, const Body &body) {
  if (threads <= 1) {
    body(Team(0, 1));
    return;
  }
#pragma omp parallel num_threads(threads)
  body(Team(omp_get_thread_num(), omp_get_num_threads())); // the team can be smaller than asked for
}

/// body(begin, end) on contiguous parts of 0..count, one a thread. `body` must not throw. Always the same split: where
/// a thread wrote, it will read.
template <typename Body> void parallelFor(int64_t count, int threads, const Body &body) {
  if (threads > count)
    threads = static_cast<int>(count);
  if (threads <= 1) {
    body(int64_t(0), count);
    return;
  }
  parallelTeam(threads, [&](const Team &team) { team.share(count, body); });
}

/// True when work on so many bytes is done sooner by one thread than a team is woken.
inline bool isSmallWork(uint64_t bytes, uint64_t flops = 0) {
  return bytes < (uint64_t(64) << 10) && flops < (uint64_t(256) << 10);
}

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PARALLEL_H
