// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_GRAPH_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_GRAPH_H

#include <cstddef>
#include <cuda_runtime_api.h>
#include <functional>

namespace dpsims::cuda {

/// Work that a stream was given once, to be given to it again as one.
class Graph {
public:
  /// Records what `enqueue` gives to `stream`; none of it is executed. Everything that the work loads must have been
  /// loaded before. Error: some of it cannot be recorded; the stream is then as it was.
  Graph(cudaStream_t stream, const std::function<void()> &enqueue);
  ~Graph();
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;

  void launch(cudaStream_t stream) const;

  /// Kernels and copies.
  size_t operations() const { return count; }

private:
  cudaGraphExec_t executable = nullptr;
  size_t count = 0;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_GRAPH_H
