// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/team.h"

#include "runtime/device/cpu/library_threads.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace dpsims {

namespace {

// Longer than from one step of a plan to the next, as a rule; shorter than what others would miss.
constexpr std::chrono::microseconds spinTime(50);
constexpr int pausesBetweenLooks = 32; // at the clock

// Fields of Team::state.
constexpr uint64_t oneWorker = 1, workerMask = 0xffff, openBit = uint64_t(1) << 16;
constexpr int numberShift = 32;

uint32_t numberOf(uint64_t state) { return static_cast<uint32_t>(state >> numberShift); }

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits a bounded time; false when it has passed.
template <typename Condition> bool spinUntil(const Condition &condition) {
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < pausesBetweenLooks; ++i) {
      if (condition())
        return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() - start < spinTime);
  return condition();
}

} // namespace

Team::Team(int size) : parts(static_cast<size_t>(std::max(size, 1))) {}

Team::~Team() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  news.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

void Team::start() {
  started = true;
  try {
    for (int thread = 1; thread < size(); ++thread)
      workers.emplace_back([this, thread] { work(thread); });
  } catch (const std::system_error &) { // those that are there take all chunks
  }
}

//===-------------------------------------------------------------------------------------------------------------===//
// The caller
//===-------------------------------------------------------------------------------------------------------------===//

void Team::runChunks(int64_t chunks, Job work) {
  if (!started)
    start();
  job = work;
  openJob(chunks);
  takeChunks(0);
  closeJob();
  if (failure)
    std::rethrow_exception(std::exchange(failure, nullptr));
}

void Team::openJob(int64_t chunks) {
  for (int thread = 0; thread < size(); ++thread) {
    Part &part = parts[static_cast<size_t>(thread)];
    part.next.store(chunks * thread / size(), std::memory_order_relaxed);
    part.end = chunks * (thread + 1) / size();
  }
  state.store(uint64_t(numberOf(state.load()) + 1) << numberShift | openBit);
  if (sleepers.load() == 0)
    return;
  {
    std::lock_guard<std::mutex> lock(mutex);
  } // who is about to sleep sleeps now, or has seen the job
  if (chunks > size())
    news.notify_all();
  else
    for (int64_t i = 1; i < chunks; ++i)
      news.notify_one();
}

// Nobody comes to the job any more; waits for those that are at it. A worker that never came is not waited for.
void Team::closeJob() {
  state.fetch_and(~openBit);
  auto isDone = [this] { return (state.load() & workerMask) == 0; };
  if (spinUntil(isDone))
    return;
  std::unique_lock<std::mutex> lock(mutex);
  callerSleeps = true;
  finished.wait(lock, isDone);
  callerSleeps = false;
}

//===-------------------------------------------------------------------------------------------------------------===//
// All threads
//===-------------------------------------------------------------------------------------------------------------===//

void Team::takeChunks(int thread) {
  for (int i = 0; i < size(); ++i) {
    Part &part = parts[static_cast<size_t>((thread + i) % size())];
    while (part.next.load(std::memory_order_relaxed) < part.end) {
      const int64_t chunk = part.next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= part.end)
        break;
      try {
        job.call(job.body, chunk, thread);
      } catch (...) {
        std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
      }
    }
  }
}

//===-------------------------------------------------------------------------------------------------------------===//
// Workers
//===-------------------------------------------------------------------------------------------------------------===//

bool Team::hasNews(uint32_t seen) const {
  const uint64_t now = state.load();
  return stopping || ((now & openBit) && numberOf(now) != seen);
}

// False when the job was closed first.
bool Team::enterJob(uint32_t &seen) {
  uint64_t now = state.load();
  while ((now & openBit) && numberOf(now) != seen)
    if (state.compare_exchange_weak(now, now + oneWorker)) {
      seen = numberOf(now);
      return true;
    }
  return false;
}

void Team::work(int thread) {
  const LibraryOnOneThread library;
  uint32_t seen = 0;
  while (true) {
    auto isNew = [&] { return hasNews(seen); };
    if (!spinUntil(isNew)) {
      std::unique_lock<std::mutex> lock(mutex);
      ++sleepers;
      news.wait(lock, isNew);
      --sleepers;
    }
    if (stopping)
      return;
    if (!enterJob(seen))
      continue;
    takeChunks(thread);
    const uint64_t left = state.fetch_sub(oneWorker) - oneWorker;
    if ((left & (openBit | workerMask)) == 0 && callerSleeps) {
      {
        std::lock_guard<std::mutex> lock(mutex);
      }
      finished.notify_one();
    }
  }
}

} // namespace dpsims
