// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cudart: streams, events, captures and graphs.

#include "test/emulator/gpu.h"
#include "test/emulator/handles.h"

namespace dpsims::emulated {

namespace {

// Graphs and what is made of them.
struct Graphs {
  Handles<Graph> graphs, executables;
};

Graphs &graphs() {
  static Graphs *it = [] {
    auto *made = new Graphs;
    watchLeaks("graphs", [made] { return made->graphs.size() + made->executables.size(); });
    return made;
  }();
  return *it;
}

std::shared_ptr<Graph> find(const Handles<Graph> &objects, const void *handle) {
  std::shared_ptr<Graph> found = objects.find(handle);
  if (!found)
    throw CudaError(cudaErrorInvalidResourceHandle, "there is no such graph");
  return found;
}

void destroy(Handles<Graph> &objects, const void *handle) {
  find(objects, handle);
  objects.remove(handle);
}

// Done or not; somebody who asks again and again sees it done in the end.
void query(bool isPending) {
  if (!isPending)
    return;
  gpu().scheduler.step();
  throw CudaError(cudaErrorNotReady);
}

void requireCompleted(const Event &event) {
  if (!event.hasTime || event.recorded == 0)
    throw CudaError(cudaErrorInvalidResourceHandle, "the event has no time: made without, or never recorded");
  if (event.isPending())
    throw CudaError(cudaErrorNotReady);
}

void launch(const std::shared_ptr<Graph> &graph, Stream &stream) {
  requireCurrent(stream);
  if (stream.capture)
    throw CudaError(cudaErrorNotSupported, "graphs within graphs are not emulated");
  ++gpu().statistics.graphLaunches;
  gpu().scheduler.submit(
      stream, {"graph", [graph] { graph->run([](const auto &streams) { return gpu().scheduler.choose(streams); }); }});
}

} // namespace

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) {
  return call("cudaStreamCreateWithFlags", [&] {
    if (flags != cudaStreamNonBlocking)
      throw CudaError(cudaErrorNotSupported, "streams that wait for the default stream are not emulated");
    *stream = gpu().scheduler.createStream(currentDevice());
  });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return call("cudaStreamDestroy", [&] { gpu().scheduler.destroyStream(stream); });
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return call("cudaStreamSynchronize", [&] { gpu().scheduler.finish(gpu().scheduler.stream(stream)); });
}

cudaError_t cudaDeviceSynchronize() {
  return call("cudaDeviceSynchronize", [&] {
    gpu().scheduler.forbidInCapture("waiting for the device");
    gpu().scheduler.finishAll();
  });
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return call("cudaStreamQuery", [&] {
    Stream &stream = gpu().scheduler.stream(handle);
    if (stream.capture) {
      stream.capture->isInvalid = true;
      throw CudaError(cudaErrorStreamCaptureUnsupported, "the stream is captured");
    }
    query(!stream.items.empty());
  });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return call("cudaStreamWaitEvent", [&] {
    Gpu &it = gpu();
    if (!it.options.ignoresWaits && ++it.statistics.waits != it.options.ignoredWait)
      gpu().scheduler.wait(gpu().scheduler.stream(stream), gpu().scheduler.event(event));
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags) {
  return call("cudaEventCreateWithFlags", [&] {
    if (flags & ~(cudaEventDisableTiming | cudaEventBlockingSync))
      throw CudaError(cudaErrorInvalidValue, "flags that are not emulated");
    *event = gpu().scheduler.createEvent(!(flags & cudaEventDisableTiming));
  });
}

cudaError_t cudaEventCreate(cudaEvent_t *event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return call("cudaEventDestroy", [&] { gpu().scheduler.destroyEvent(event); });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return call("cudaEventRecord",
              [&] { gpu().scheduler.record(gpu().scheduler.stream(stream), gpu().scheduler.event(event)); });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return call("cudaEventSynchronize", [&] { gpu().scheduler.finish(*gpu().scheduler.event(event)); });
}

cudaError_t cudaEventQuery(cudaEvent_t handle) {
  return call("cudaEventQuery", [&] {
    std::shared_ptr<Event> event = gpu().scheduler.event(handle);
    if (event->capture) {
      event->capture->isInvalid = true;
      throw CudaError(cudaErrorCapturedEvent, "the event is captured");
    }
    query(event->isPending());
  });
}

// Between the host's times at which the two happened.
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t begin, cudaEvent_t end) {
  return call("cudaEventElapsedTime", [&] {
    std::shared_ptr<Event> first = gpu().scheduler.event(begin), last = gpu().scheduler.event(end);
    requireCompleted(*first);
    requireCompleted(*last);
    *milliseconds = std::chrono::duration<float, std::milli>(last->time - first->time).count();
  });
}

//===--------------------------------------------------------------------------------------------------------------===//
// Captures and graphs
//===--------------------------------------------------------------------------------------------------------------===//

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  return call("cudaStreamBeginCapture", [&] { gpu().scheduler.beginCapture(gpu().scheduler.stream(stream), mode); });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph) {
  *graph = nullptr;
  return call("cudaStreamEndCapture", [&] {
    *graph = graphs().graphs.add<cudaGraph_t>(gpu().scheduler.endCapture(gpu().scheduler.stream(stream)));
  });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus *status) {
  return call("cudaStreamIsCapturing", [&] {
    Stream &stream = gpu().scheduler.stream(handle);
    *status = !stream.capture             ? cudaStreamCaptureStatusNone
              : stream.capture->isInvalid ? cudaStreamCaptureStatusInvalidated
                                          : cudaStreamCaptureStatusActive;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long flags) {
  return call("cudaGraphInstantiate", [&] {
    if (flags)
      throw CudaError(cudaErrorInvalidValue, "flags that are not emulated");
    *executable = graphs().executables.add<cudaGraphExec_t>(find(graphs().graphs, graph));
  });
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *nodes, size_t *count) {
  return call("cudaGraphGetNodes", [&] {
    if (nodes)
      throw CudaError(cudaErrorNotSupported, "nodes are counted, and not given out");
    *count = find(graphs().graphs, graph)->nodes.size();
  });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream) {
  return call("cudaGraphUpload", [&] {
    find(graphs().executables, executable);
    gpu().scheduler.stream(stream);
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  return call("cudaGraphLaunch",
              [&] { launch(find(graphs().executables, executable), gpu().scheduler.stream(stream)); });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return call("cudaGraphDestroy", [&] { destroy(graphs().graphs, graph); });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  return call("cudaGraphExecDestroy", [&] { destroy(graphs().executables, executable); });
}

} // extern "C"
