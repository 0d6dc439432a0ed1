// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The threads of a device. Each begins with chunks of its own, then takes what others have not begun: one that has lost
// its processor delays the chunk that it is at, nothing else. A thread that waits spins shortly and then sleeps.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_TEAM_H
#define DPSIMS_RUNTIME_DEVICE_CPU_TEAM_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace dpsims {

class Team {
public:
  /// The caller of `run` and size - 1 others, which are started when there is work for them. Where the system has no
  /// more threads, fewer do the work.
  explicit Team(int size);
  ~Team();
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;

  int size() const { return static_cast<int>(parts.size()); }

  /// work(chunk, thread) for every chunk of 0..chunks, in any order and on any thread; returns when all are done.
  /// `thread`, of 0..size, says whose memory may be used. For one caller at a time; `work` must not call it again.
  /// Error: what a chunk threw; others may be done nevertheless.
  template <typename Work> void run(int64_t chunks, const Work &work) {
    if (chunks <= 1 || size() == 1) {
      for (int64_t chunk = 0; chunk < chunks; ++chunk)
        work(chunk, 0);
      return;
    }
    runChunks(chunks,
              {[](const void *body, int64_t chunk, int thread) { (*static_cast<const Work *>(body))(chunk, thread); },
               &work});
  }

private:
  struct Job {
    void (*call)(const void *body, int64_t chunk, int thread);
    const void *body;
  };

  /// The chunks with which a thread begins; others may take from them.
  struct alignas(64) Part {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  void runChunks(int64_t chunks, Job work);
  void start();
  void openJob(int64_t chunks);
  void closeJob();
  void takeChunks(int thread);
  void work(int thread);
  bool enterJob(uint32_t &seen);
  bool hasNews(uint32_t seen) const;

  std::vector<Part> parts;
  std::vector<std::thread> workers;
  bool started = false;
  Job job{nullptr, nullptr};
  std::atomic<uint64_t> state{0}; ///< the job's number, whether it is open, how many workers are at it
  std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false}, stopping{false};
  std::mutex mutex; ///< of going to sleep, and of `failure`
  std::condition_variable news, finished;
  std::exception_ptr failure;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_TEAM_H
