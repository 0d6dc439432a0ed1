// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams, events and captures. Work is done when somebody waits for it, and not before: streams take turns in a random
// order that the events between them allow, or one of them always comes last.

#ifndef DPSIMS_TEST_EMULATOR_SCHEDULER_H
#define DPSIMS_TEST_EMULATOR_SCHEDULER_H

#include "test/emulator/graph.h"

#include <chrono>
#include <cstdint>
#include <cuda_runtime_api.h>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace dpsims::emulated {

struct Event {
  bool hasTime = true;
  uint64_t recorded = 0;  // how many times it was recorded ...
  uint64_t completed = 0; // ... and how many of those happened
  std::chrono::steady_clock::time_point time;
  std::shared_ptr<Capture> capture; // recorded last in that capture, after these nodes
  std::vector<size_t> nodes;

  bool isPending() const { return completed < recorded; }
};

struct Stream {
  int device = -1;     // any, of the default stream
  uint64_t number = 0; // in the order of their making, from 1; 0: the default stream
  struct Item {
    Task task;
    std::shared_ptr<Event> awaited; // until this happened `version` times
    uint64_t version = 0;
  };

  std::deque<Item> items;
  std::shared_ptr<Capture> capture; // while work is captured; the next node comes after these
  std::vector<size_t> nodes;
};

class Scheduler {
public:
  Scheduler(uint64_t seed, uint64_t putOff);

  /// Streams by handle; 0 is the default stream. Error: no such stream.
  Stream &stream(cudaStream_t handle);
  cudaStream_t createStream(int device);
  void destroyStream(cudaStream_t handle);
  cudaEvent_t createEvent(bool hasTime);
  std::shared_ptr<Event> event(cudaEvent_t handle);
  void destroyEvent(cudaEvent_t handle);
  size_t liveStreams() const { return streams.size() - 1; }
  size_t liveEvents() const { return events.size(); }

  /// Adds work to a stream, or to the graph that it captures.
  void submit(Stream &stream, Task task);
  void record(Stream &stream, const std::shared_ptr<Event> &event);
  void wait(Stream &stream, const std::shared_ptr<Event> &event);

  /// Does what must be done for it, and perhaps more. Error: the stream captures.
  void finish(Stream &stream);
  void finish(const Event &event);
  void finishAll();
  /// Does one piece of work, if there is any.
  bool step();

  /// Whether work that was not done yet will read this memory of the host.
  bool isAboutToRead(const void *address, uint64_t bytes) const;

  void beginCapture(Stream &stream, cudaStreamCaptureMode mode);
  std::shared_ptr<Graph> endCapture(Stream &stream);
  /// Error, and the end of the captures that forbid it: `what` is asked for while work is captured.
  void forbidInCapture(const std::string &what);

  /// Which of several things that can be done comes next; `streams`: the number of each one's stream.
  size_t choose(const std::vector<uint64_t> &streams);

  /// The number of the stream that always comes last; 0: none.
  uint64_t putOff;

private:
  bool isRunnable(const Stream &stream) const;
  void runUntil(const std::function<bool()> &isDone);
  void workAhead();

  std::map<uint64_t, std::shared_ptr<Stream>> streams; // by handle
  std::map<uint64_t, std::shared_ptr<Event>> events;
  std::vector<std::shared_ptr<Stream>> orphans; // destroyed with work left
  std::vector<std::weak_ptr<Capture>> captures;
  uint64_t nextHandle = 1, madeStreams = 0;
  std::mt19937_64 random;
  bool worksAhead;
};

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_SCHEDULER_H
