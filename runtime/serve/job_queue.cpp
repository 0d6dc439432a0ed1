// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/job_queue.h"

#include <algorithm>

namespace dpsims::serve {

JobQueue::Answer JobQueue::push(Job &job, std::optional<Job> &superseded) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (closed)
    return Answer::Closed;
  if (!job.client().empty()) {
    const auto older =
        std::find_if(jobs.begin(), jobs.end(), [&](const Job &other) { return other.client() == job.client(); });
    if (older != jobs.end()) {
      superseded = std::exchange(*older, std::move(job));
      return Answer::Taken;
    }
  }
  if (jobs.size() >= capacity)
    return Answer::Full;
  jobs.push_back(std::move(job));
  changed.notify_one();
  return Answer::Taken;
}

std::vector<Job> JobQueue::take(size_t most) {
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return closed || !jobs.empty(); });
  std::vector<Job> taken;
  for (; !jobs.empty() && taken.size() < most; jobs.pop_front())
    taken.push_back(std::move(jobs.front()));
  return taken;
}

void JobQueue::close() {
  const std::lock_guard<std::mutex> lock(mutex);
  closed = true;
  changed.notify_all();
}

size_t JobQueue::size() const {
  const std::lock_guard<std::mutex> lock(mutex);
  return jobs.size();
}

} // namespace dpsims::serve
