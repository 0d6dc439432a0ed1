// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A convolution as a graph of cuDNN 9: alone, or with its epilogue in one engine. Or one of a convolution's gradients,
// alone.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONV_GRAPH_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONV_GRAPH_H

#include "runtime/device/cuda/kernels.h"

#include <cudnn.h>
#include <memory>
#include <string>
#include <vector>

namespace dpsims::cuda {

/// A descriptor of cuDNN's graph API, owned.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(cudnnBackendDescriptorType_t type);
  ~Descriptor();
  Descriptor(Descriptor &&other) noexcept;
  Descriptor &operator=(Descriptor &&other) noexcept;

  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void *values);
  void finalize();
  /// False if cuDNN cannot do what the descriptor asks for.
  bool tryFinalize();
  cudnnBackendDescriptor_t get() const { return handle; }

private:
  cudnnBackendDescriptor_t handle = nullptr;
};

/// What a graph computes of dst = conv(src, weights): dst, the gradient of src or that of the weights. The tensors have
/// the same names in all of them: InputGradient makes src of dst and weights, WeightGradient weights of src and dst.
enum class ConvKind : uint8_t { Forward, InputGradient, WeightGradient };

/// Forward: activation(conv(src, weights) + bias) + residual. Alignments are those of the operands' addresses.
struct ConvGraphSpec {
  ConvKind kind = ConvKind::Forward;
  ConvSizes sizes;
  bool hasResidual = false;
  bool hasBias = false;
  Epilogue epilogue; // one that canFuse
  uint32_t srcAlignment = 256, weightsAlignment = 256, dstAlignment = 256, residualAlignment = 256, biasAlignment = 256;

  bool hasEpilogue() const { return hasResidual || hasBias || epilogue.activation != Activation::None; }

  /// Equal for equal specs.
  std::string key() const;
};

/// Whether cuDNN knows the activation.
bool canFuse(Activation activation);

/// Where a graph's operands are. Weights in the order (O, H, W, I). Those that it does not have are ignored.
struct ConvGraphOperands {
  const void *src, *weights, *residual, *bias, *dst; // one of them is written
  void *workspace;
};

/// The engine that cuDNN chose, ready to run.
class ConvGraph {
public:
  /// Null if cuDNN has no engine for the graph that keeps to f32 (or TF32, if allowed) and gives the same result each
  /// time.
  static std::shared_ptr<const ConvGraph> find(cudnnHandle_t handle, const ConvGraphSpec &spec, bool tf32);

  uint64_t workspaceBytes() const { return workspace; }
  std::string implementation() const;

  /// The operands' addresses in the form that run wants; made anew when they change.
  Descriptor bind(const ConvGraphOperands &operands) const;
  void run(cudnnHandle_t handle, const Descriptor &bound) const;

private:
  ConvGraphSpec spec;
  std::vector<Descriptor> parts; // tensors and operations of the graph
  Descriptor graph, config, plan;
  int64_t engine = -1;
  uint64_t workspace = 0;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONV_GRAPH_H
