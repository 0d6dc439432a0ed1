// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step made ready for the GPU, and what making one needs to know.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_STEP_H

#include "runtime/device/cuda/constant_store.h"
#include "runtime/device/cuda/libraries.h"
#include "runtime/device/plan/operand.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims::cuda {

/// Scratch memory that all steps share, because they run one after the other. A step lays out its own pieces in one
/// WorkspaceLayout.
class WorkspaceLayout {
public:
  Operand add(uint64_t size) {
    Operand place{Operand::Kind::Workspace, 0, bytes};
    bytes += alignUp(size);
    return place;
  }

  uint64_t bytes = 0;
};

class CudaStep {
public:
  virtual ~CudaStep() = default;

  /// Resolves the operands; may be called again.
  virtual void bind(const Addresses &addresses) = 0;
  /// Enqueues the work. Allocates nothing.
  virtual void run(cudaStream_t stream) = 0;
  virtual std::string implementation() const = 0;
  virtual uint64_t workspaceBytes() const { return 0; }
  /// Kernels and library calls that run enqueues.
  virtual uint64_t launches() const { return 1; }
};

/// What the steps of one plan share while they are made.
struct StepContext {
  const Plan &plan;
  ConstantStore &constants;
  Libraries &libraries;

  /// The plan's buffer as an operand; constants as they are.
  Operand operand(uint32_t buffer) const;
  const Buffer &buffer(uint32_t index) const { return plan.buffers[index]; }
  /// Whether the step's result overwrites its residual operand.
  bool overlap(uint32_t dst, int32_t residual) const;
};

std::unique_ptr<CudaStep> makeLaunchStep(const StepContext &context, const LaunchStep &launch, const Kernel &kernel,
                                         cudaKernel_t function);

/// A step that a library does: a convolution, one of its gradients, a matmul; null for other steps.
std::unique_ptr<CudaStep> makeLibraryStep(const StepContext &context, const Step &step);

/// A convolution by cuDNN, or by the kernel of kernels.h if that has no engine for it.
std::unique_ptr<CudaStep> makeConvStep(const StepContext &context, const ConvStep &conv);

/// Its gradients, likewise.
std::unique_ptr<CudaStep> makeInputGradientStep(const StepContext &context, const ConvInputGradientStep &step);
std::unique_ptr<CudaStep> makeWeightGradientStep(const StepContext &context, const ConvWeightGradientStep &step);

/// A matmul by cuBLASLt.
std::unique_ptr<CudaStep> makeMatmulStep(const StepContext &context, const MatmulStep &matmul);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_STEP_H
