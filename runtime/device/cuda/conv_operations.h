// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONV_OPERATIONS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONV_OPERATIONS_H

#include "runtime/device/cuda/conv_spec.h"
#include "runtime/device/cuda/cudnn_target.h"

#include <vector>

namespace dpsims::cuda {

/// Numbers by which a graph's operands are told apart.
enum Uid : int64_t { Src = 1, Weights, Dst, Residual, Bias, FirstVirtual };

/// A spec as a graph of cuDNN's.
struct ConvOperations {
  std::vector<Descriptor> parts; // tensors and operations of the graph, which must live as long as it does
  Descriptor graph;              // empty if cuDNN does not know such a graph
};

ConvOperations buildOperations(const ConvGraphSpec &spec, const CudnnTarget &target);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONV_OPERATIONS_H
