// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What convolutions and their gradients share.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CONVOLUTION_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CONVOLUTION_H

#include "runtime/device/cuda/step.h"

#include <optional>

namespace dpsims::cuda {

/// F32 or BF16 to cuDNN.
inline cudnnDataType_t cudnnType(ElementType type) {
  return type == ElementType::BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
}

/// A convolution's weights in the order (O, H, W, I): as they are where the model gives them so, packed once where they
/// are constants, else on each run.
class PackedWeights {
public:
  PackedWeights(const CudaStepContext &context, uint32_t buffer, bool packed, const ConvSizes &sizes,
                StepWorkspace &space);

  const Operand &operand() const { return place; }
  void bind(const Addresses &addresses);
  void run() const;
  void *address() const { return at; }
  uint64_t launches() const { return plain ? 1 : 0; }

private:
  ConvSizes sizes;
  ElementType type;
  const Libraries &libraries;
  Operand place;
  std::optional<Operand> plain; // to be packed at each run
  void *at = nullptr, *plainAt = nullptr;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CONVOLUTION_H
