// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_GRAPH_TIMER_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_GRAPH_TIMER_H

#include "runtime/device/cuda/conv_graph.h"
#include "runtime/device/cuda/cuda_memory.h"

#include <limits>

namespace dpsims::cuda {

/// Measures on the GPU what a convolution or its epilogue takes, in seconds: the best of a few runs, after one that
/// does not count; fewer of what takes long or several times as long as another. Works on memory of its own. Errors:
/// there is too little; the GPU refuses.
class GraphTimer {
public:
  GraphTimer(cudnnHandle_t cudnn, cudaStream_t stream) : cudnn(cudnn), stream(stream) {}

  /// Of the spec's graphs, which are in the order of expected time, up to the first that is much slower than another.
  std::vector<double> time(const ConvGraphSpec &spec, const std::vector<std::shared_ptr<ConvGraph>> &graphs) const;

  /// Of the kernel that does the spec's epilogue on a plain convolution's result.
  double timeEpilogue(const ConvGraphSpec &spec) const;

private:
  template <typename Run> double milliseconds(const Run &run) const;

  /// `other`: the time of the fastest graph so far.
  template <typename Run> double best(const Run &run, double other = std::numeric_limits<double>::infinity()) const;

  cudnnHandle_t cudnn;
  cudaStream_t stream;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_GRAPH_TIMER_H
