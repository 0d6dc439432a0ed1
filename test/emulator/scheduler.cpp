// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/scheduler.h"

#include "test/emulator/gpu.h"

#include <algorithm>
#include <numeric>

namespace dpsims::emulated {

namespace {

template <typename Object>
std::shared_ptr<Object> &find(std::map<uint64_t, std::shared_ptr<Object>> &objects, const void *handle,
                              const char *what) {
  auto found = objects.find(reinterpret_cast<uint64_t>(handle));
  if (found == objects.end())
    throw CudaError(cudaErrorInvalidResourceHandle, std::string("there is no such ") + what);
  return found->second;
}

void merge(std::vector<size_t> &into, const std::vector<size_t> &nodes) {
  into.insert(into.end(), nodes.begin(), nodes.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

[[noreturn]] void refuseCapture(Capture &capture, cudaError_t status, const std::string &message) {
  capture.isInvalid = true;
  throw CudaError(status, message);
}

void requireValid(const Capture &capture) {
  if (capture.isInvalid)
    throw CudaError(cudaErrorStreamCaptureInvalidated);
}

void requireNoCapture(const Stream &stream, const char *what) {
  if (stream.capture)
    refuseCapture(*stream.capture, cudaErrorStreamCaptureUnsupported,
                  std::string("a stream that is captured cannot be ") + what);
}

} // namespace

Scheduler::Scheduler(uint64_t seed, uint64_t putOff) : putOff(putOff), random(seed), worksAhead(seed != 0) {
  streams[0] = std::make_shared<Stream>();
}

Stream &Scheduler::stream(cudaStream_t handle) { return *find(streams, handle, "stream"); }

cudaStream_t Scheduler::createStream(int device) {
  streams[nextHandle] = std::make_shared<Stream>();
  streams[nextHandle]->device = device;
  streams[nextHandle]->number = ++madeStreams;
  return reinterpret_cast<cudaStream_t>(nextHandle++);
}

void Scheduler::destroyStream(cudaStream_t handle) {
  std::shared_ptr<Stream> stream = handle ? find(streams, handle, "stream") : nullptr;
  if (!stream)
    throw CudaError(cudaErrorInvalidResourceHandle, "the default stream cannot be destroyed");
  if (stream->capture)
    stream->capture->isInvalid = true;
  if (!stream->items.empty())
    orphans.push_back(stream);
  streams.erase(reinterpret_cast<uint64_t>(handle));
}

cudaEvent_t Scheduler::createEvent(bool hasTime) {
  events[nextHandle] = std::make_shared<Event>();
  events[nextHandle]->hasTime = hasTime;
  return reinterpret_cast<cudaEvent_t>(nextHandle++);
}

std::shared_ptr<Event> Scheduler::event(cudaEvent_t handle) { return find(events, handle, "event"); }

void Scheduler::destroyEvent(cudaEvent_t handle) {
  find(events, handle, "event");
  events.erase(reinterpret_cast<uint64_t>(handle));
}

//===--------------------------------------------------------------------------------------------------------------===//
// Submission
//===--------------------------------------------------------------------------------------------------------------===//

void Scheduler::submit(Stream &stream, Task task) {
  if (!stream.capture) {
    stream.items.push_back({std::move(task), nullptr, 0});
    workAhead();
    return;
  }
  Capture &capture = *stream.capture;
  requireValid(capture);
  if (task.pageable)
    refuseCapture(capture, cudaErrorStreamCaptureUnsupported,
                  task.name + ": memory of the host must be pinned to be captured");
  capture.graph.nodes.push_back({std::move(task), stream.number, stream.nodes});
  stream.nodes = {capture.graph.nodes.size() - 1};
}

void Scheduler::record(Stream &stream, const std::shared_ptr<Event> &event) {
  if (stream.capture) {
    requireValid(*stream.capture);
    event->capture = stream.capture;
    event->nodes = stream.nodes;
    return;
  }
  event->capture = nullptr;
  uint64_t version = ++event->recorded;
  submit(stream, {"event", [event, version] {
                    event->completed = version;
                    event->time = std::chrono::steady_clock::now();
                  }});
}

void Scheduler::wait(Stream &stream, const std::shared_ptr<Event> &event) {
  if (event->capture) {
    if (stream.capture && stream.capture != event->capture)
      refuseCapture(*stream.capture, cudaErrorStreamCaptureMerge, "an event of another capture is waited for");
    requireValid(*event->capture);
    if (!stream.capture) // joins the capture
      stream.nodes.clear();
    stream.capture = event->capture;
    merge(stream.nodes, event->nodes);
    return;
  }
  if (stream.capture)
    refuseCapture(*stream.capture, cudaErrorStreamCaptureIsolation,
                  "an event that was recorded outside of the capture is waited for");
  if (event->isPending())
    stream.items.push_back({{"wait", [] {}}, event, event->recorded});
}

//===--------------------------------------------------------------------------------------------------------------===//
// Execution
//===--------------------------------------------------------------------------------------------------------------===//

bool Scheduler::isRunnable(const Stream &stream) const {
  if (stream.items.empty())
    return false;
  const Stream::Item &item = stream.items.front();
  return !item.awaited || item.awaited->completed >= item.version;
}

size_t Scheduler::choose(const std::vector<uint64_t> &streams) {
  std::vector<size_t> places(streams.size());
  std::iota(places.begin(), places.end(), 0);
  if (putOff) {
    auto last = std::stable_partition(places.begin(), places.end(), [&](size_t i) { return streams[i] != putOff; });
    if (last != places.begin())
      places.erase(last, places.end());
  }
  return places[random() % places.size()];
}

bool Scheduler::step() {
  std::vector<Stream *> runnable;
  for (auto &[handle, stream] : streams)
    if (isRunnable(*stream))
      runnable.push_back(stream.get());
  for (const std::shared_ptr<Stream> &stream : orphans)
    if (isRunnable(*stream))
      runnable.push_back(stream.get());
  if (runnable.empty())
    return false;
  std::vector<uint64_t> numbers;
  for (const Stream *stream : runnable)
    numbers.push_back(stream->number);
  Stream &stream = *runnable[choose(numbers)];
  Task task = std::move(stream.items.front().task);
  stream.items.pop_front();
  task.run();
  return true;
}

void Scheduler::runUntil(const std::function<bool()> &isDone) {
  while (!isDone())
    if (!step())
      throw DeviceFault(cudaErrorLaunchTimeout, "the streams wait for each other");
}

// A GPU does not wait until somebody waits for it.
void Scheduler::workAhead() {
  while (worksAhead && random() % 4 == 0)
    step();
}

void Scheduler::finish(Stream &stream) {
  requireNoCapture(stream, "waited for");
  ++gpu().statistics.synchronizations;
  runUntil([&] { return stream.items.empty(); });
}

void Scheduler::finish(const Event &event) {
  if (event.capture)
    refuseCapture(*event.capture, cudaErrorCapturedEvent, "an event that is captured cannot be waited for");
  ++gpu().statistics.synchronizations;
  runUntil([&] { return !event.isPending(); });
}

void Scheduler::finishAll() {
  ++gpu().statistics.synchronizations;
  runUntil([&] {
    auto isIdle = [](const std::shared_ptr<Stream> &stream) { return stream->items.empty(); };
    return std::all_of(orphans.begin(), orphans.end(), isIdle) &&
           std::all_of(streams.begin(), streams.end(), [&](const auto &entry) { return isIdle(entry.second); });
  });
  orphans.clear();
}

bool Scheduler::isAboutToRead(const void *address, uint64_t bytes) const {
  const char *begin = static_cast<const char *>(address), *end = begin + bytes;
  auto reads = [&](const Stream::Item &item) {
    const char *source = static_cast<const char *>(item.task.hostSource);
    return source && source < end && begin < source + item.task.hostBytes;
  };
  return std::any_of(streams.begin(), streams.end(), [&](const auto &entry) {
    return std::any_of(entry.second->items.begin(), entry.second->items.end(), reads);
  });
}

//===--------------------------------------------------------------------------------------------------------------===//
// Captures
//===--------------------------------------------------------------------------------------------------------------===//

void Scheduler::beginCapture(Stream &stream, cudaStreamCaptureMode mode) {
  if (&stream == streams[0].get())
    throw CudaError(cudaErrorStreamCaptureUnsupported, "the default stream cannot be captured");
  if (stream.capture)
    refuseCapture(*stream.capture, cudaErrorIllegalState, "the stream is captured already");
  stream.capture = std::make_shared<Capture>();
  stream.capture->mode = mode;
  stream.capture->thread = std::this_thread::get_id();
  stream.capture->origin = &stream;
  stream.nodes.clear();
  captures.push_back(stream.capture);
}

std::shared_ptr<Graph> Scheduler::endCapture(Stream &stream) {
  std::shared_ptr<Capture> capture = stream.capture;
  if (!capture)
    throw CudaError(cudaErrorIllegalState, "the stream is not captured");
  if (capture->origin != &stream)
    refuseCapture(*capture, cudaErrorStreamCaptureUnmatched, "another stream began the capture");
  if (capture->mode != cudaStreamCaptureModeRelaxed && capture->thread != std::this_thread::get_id())
    refuseCapture(*capture, cudaErrorStreamCaptureWrongThread, "another thread began the capture");

  // Every node but the stream's last ones must have something after it.
  std::vector<bool> isJoined(capture->graph.nodes.size());
  for (const Graph::Node &node : capture->graph.nodes)
    for (size_t before : node.after)
      isJoined[before] = true;
  for (size_t last : stream.nodes)
    isJoined[last] = true;
  for (auto &[handle, other] : streams)
    if (other->capture == capture)
      other->capture = nullptr;
  requireValid(*capture);
  if (std::find(isJoined.begin(), isJoined.end(), false) != isJoined.end())
    throw CudaError(cudaErrorStreamCaptureUnjoined,
                    "a stream of the capture was not joined with the one that began it");
  capture->isInvalid = true; // events may still refer to it
  return std::make_shared<Graph>(std::move(capture->graph));
}

void Scheduler::forbidInCapture(const std::string &what) {
  captures.erase(
      std::remove_if(captures.begin(), captures.end(), [](const auto &capture) { return capture.expired(); }),
      captures.end());
  for (const std::weak_ptr<Capture> &entry : captures) {
    std::shared_ptr<Capture> capture = entry.lock();
    bool isActive = std::any_of(streams.begin(), streams.end(),
                                [&](const auto &stream) { return stream.second->capture == capture; });
    bool concerns =
        capture->mode == cudaStreamCaptureModeGlobal ||
        (capture->mode == cudaStreamCaptureModeThreadLocal && capture->thread == std::this_thread::get_id());
    if (isActive && concerns)
      refuseCapture(*capture, cudaErrorStreamCaptureUnsupported, what + " is not allowed while work is captured");
  }
}

} // namespace dpsims::emulated
