// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_ENGINES_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_ENGINES_H

#include "runtime/device/cuda/conv_spec.h"
#include "runtime/device/cuda/cudnn_target.h"

#include <vector>

namespace dpsims::cuda {

/// One of cuDNN's ways to do a graph.
struct Engine {
  Descriptor config;
  int64_t index = -1;      // cuDNN's number
  bool isCompiled = false; // when its plan is made, for a second or more
};

/// The engines for a graph that keep to the policy, cuDNN's best first.
std::vector<Engine> acceptableEngines(const Descriptor &graph, const CudnnTarget &target, const EnginePolicy &policy);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_ENGINES_H
