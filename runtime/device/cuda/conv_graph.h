// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONV_GRAPH_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONV_GRAPH_H

#include "runtime/device/cuda/conv_spec.h"
#include "runtime/device/cuda/cudnn_target.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims::cuda {

struct ConvOperations;

/// Where a graph's operands are. Weights in the order (O, H, W, I). Those that it does not have are ignored.
struct ConvGraphOperands {
  const void *src, *weights, *residual, *bias, *dst; // one of them is written
  void *workspace;
};

/// A spec with an engine of cuDNN's that does it, ready to run where its target is here.
class ConvGraph {
public:
  /// The engines that keep to the policy, in cuDNN's order of preference; at most `limit` of them, and of those that it
  /// compiles at run time, for a second or more each, two at most: none for an epilogue in strict f32.
  static std::vector<std::shared_ptr<ConvGraph>> findAll(const ConvGraphSpec &spec, const CudnnTarget &target,
                                                         const EnginePolicy &policy, size_t limit);

  /// A graph as `text` described it. Null if cuDNN does not take it.
  static std::shared_ptr<ConvGraph> load(const ConvGraphSpec &spec, const CudnnTarget &target, int64_t engine,
                                         const std::string &text);

  /// Everything that load needs, compiled code included: kilobytes, or hundreds of them. Empty if the engine's plans
  /// cannot be kept.
  std::string text() const;

  int64_t engine() const { return engineIndex; }
  uint64_t workspaceBytes() const { return workspace; }
  std::string implementation() const;

  /// What a run takes, where it was measured; else 0.
  double seconds = 0;

  /// The operands' addresses in the form that run wants; made again when they change.
  Descriptor bind(const ConvGraphOperands &operands) const;
  void run(cudnnHandle_t handle, const Descriptor &bound) const;

private:
  bool finalize(const ConvGraphSpec &spec, const CudnnTarget &target, int64_t engine);

  ConvGraphSpec spec;
  std::shared_ptr<const ConvOperations> operations; // null: all that is needed is in the plan
  Descriptor config, plan;
  int64_t engineIndex = -1;
  uint64_t workspace = 0;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONV_GRAPH_H
