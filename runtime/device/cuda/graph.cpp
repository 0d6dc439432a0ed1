// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/graph.h"

#include "runtime/device/cuda/check.h"

#include <memory>
#include <type_traits>

namespace dpsims::cuda {

namespace {

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
};
using Recording = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;

Recording record(cudaStream_t stream, const std::function<void()> &enqueue) {
  // Other threads may go on with calls that a capture forbids to its own.
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    enqueue();
  } catch (...) {
    cudaStreamEndCapture(stream, &graph);
    Recording dropped(graph);
    cudaGetLastError(); // else the next launch would report it
    throw;
  }
  cudaError_t status = cudaStreamEndCapture(stream, &graph);
  Recording result(graph);
  if (status != cudaSuccess)
    cudaGetLastError();
  check(status, "cudaStreamEndCapture");
  return result;
}

} // namespace

Graph::Graph(cudaStream_t stream, const std::function<void()> &enqueue) {
  Recording graph = record(stream, enqueue);
  check(cudaGraphGetNodes(graph.get(), nullptr, &count), "cudaGraphGetNodes");
  check(cudaGraphInstantiate(&executable, graph.get(), 0), "cudaGraphInstantiate");
}

Graph::~Graph() { cudaGraphExecDestroy(executable); }

void Graph::launch(cudaStream_t stream) const { check(cudaGraphLaunch(executable, stream), "cudaGraphLaunch"); }

} // namespace dpsims::cuda
