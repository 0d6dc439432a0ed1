// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one thread that owns the model's session: it takes what waits, runs it together, and replies.

#ifndef DPSIMS_RUNTIME_SERVE_ENGINE_H
#define DPSIMS_RUNTIME_SERVE_ENGINE_H

#include "runtime/sample/sample_program.h"
#include "runtime/serve/job_queue.h"
#include "runtime/serve/label_codec.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace dpsims::serve {

class Engine {
public:
  struct Limits {
    size_t waiting = 16;     ///< requests that wait at most
    double waitSeconds = 10; ///< longer waiting ends with an error
  };
  /// A run of so many pictures took so many seconds; called on the engine's thread.
  using Observer = std::function<void(size_t pictures, double seconds)>;

  /// Makes a first picture, so that none that is asked for pays for it. The session is this object's alone from here
  /// on. What is given must outlive the object.
  Engine(Session &session, const SampleProgram &program, const LabelCodec &codec, const Limits &limits,
         Observer observer);
  ~Engine() { stop(); }

  /// Does the job when its turn comes, or refuses it at once; replies in any case.
  void submit(Job job);

  /// Refuses new jobs, does those that wait.
  void stop();

  size_t waiting() const { return queue.size(); }
  /// False after a run that failed, until one succeeds.
  bool healthy() const { return works; }

private:
  void work();
  bool isDue(Job &job) const;
  bool prepare(Job &job, size_t slot);
  void paint(std::vector<Job> &jobs);
  void reply(Job &job, size_t slot, double runSeconds) const;
  void setMaps(const LabelMaps &maps, size_t slot);

  Session &session;
  const SampleProgram &program;
  const LabelCodec &codec;
  const Limits limits;
  const Observer observer;
  SampleBatch batch;
  JobQueue queue;
  std::atomic<bool> works{true};
  std::thread thread;
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_ENGINE_H
