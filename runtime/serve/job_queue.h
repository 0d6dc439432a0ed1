// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests that wait for the model. There are never more than so many, and never two of one client.

#ifndef DPSIMS_RUNTIME_SERVE_JOB_QUEUE_H
#define DPSIMS_RUNTIME_SERVE_JOB_QUEUE_H

#include "runtime/serve/http.h"
#include "runtime/serve/sample_parameters.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace dpsims::serve {

struct Job {
  HttpRequest request;
  std::optional<SampleParameters> sample; ///< of a picture; else `answer` does the work
  std::function<HttpResponse(const HttpRequest &)> answer;
  std::unique_ptr<Reply> reply;

  /// Empty: nobody's.
  const std::string &client() const {
    static const std::string nobody;
    return sample ? sample->client : nobody;
  }
};

class JobQueue {
public:
  explicit JobQueue(size_t capacity) : capacity(capacity) {}

  enum class Answer { Taken, Full, Closed };
  /// Unless Taken, the job is still the caller's. One of the same client that waited is handed to `superseded`, and the
  /// new one has its place.
  Answer push(Job &job, std::optional<Job> &superseded);

  /// The oldest jobs, up to `most`; waits for one. None: the queue is closed and empty.
  std::vector<Job> take(size_t most);

  /// From now on nothing is taken.
  void close();

  size_t size() const;

private:
  const size_t capacity;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  bool closed = false;
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_JOB_QUEUE_H
