// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/step.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

Operand StepContext::operand(uint32_t index) const {
  return operandOf(plan.buffers[index], [&](uint32_t constant) { return constants.needPlain(constant); });
}

bool StepContext::overlap(uint32_t dst, int32_t residual) const {
  return residual >= 0 && dpsims::overlap(plan.buffers[dst], plan.buffers[static_cast<uint32_t>(residual)]);
}

namespace {

class Launch : public CudaStep {
public:
  Launch(std::vector<Operand> operands, const Kernel &kernel, cudaKernel_t function)
      : operands(std::move(operands)), kernel(kernel), function(function), values(this->operands.size()) {
    for (void *&value : values)
      arguments.push_back(&value);
  }

  void bind(const Addresses &addresses) override {
    for (size_t i = 0; i < operands.size(); ++i)
      values[i] = addresses.resolve(operands[i]);
  }

  void run(cudaStream_t stream) override {
    check(cudaLaunchKernel(reinterpret_cast<const void *>(function), dim3(static_cast<unsigned>(kernel.grid)),
                           dim3(kernel.threads), arguments.data(), 0, stream),
          kernel.name.c_str());
  }

  std::string implementation() const override { return kernel.name; }

private:
  std::vector<Operand> operands;
  Kernel kernel;
  cudaKernel_t function;
  std::vector<void *> values;    // the kernel's arguments
  std::vector<void *> arguments; // where each of them is, as a launch wants it
};

} // namespace

std::unique_ptr<CudaStep> makeLibraryStep(const StepContext &context, const Step &step) {
  if (auto *conv = std::get_if<ConvStep>(&step.operation))
    return makeConvStep(context, *conv);
  if (auto *gradient = std::get_if<ConvInputGradientStep>(&step.operation))
    return makeInputGradientStep(context, *gradient);
  if (auto *gradient = std::get_if<ConvWeightGradientStep>(&step.operation))
    return makeWeightGradientStep(context, *gradient);
  if (auto *matmul = std::get_if<MatmulStep>(&step.operation))
    return makeMatmulStep(context, *matmul);
  return nullptr;
}

std::unique_ptr<CudaStep> makeLaunchStep(const StepContext &context, const LaunchStep &launch, const Kernel &kernel,
                                         cudaKernel_t function) {
  std::vector<Operand> operands;
  for (uint32_t arg : launch.args)
    operands.push_back(context.operand(arg));
  return std::make_unique<Launch>(std::move(operands), kernel, function);
}

} // namespace dpsims::cuda
