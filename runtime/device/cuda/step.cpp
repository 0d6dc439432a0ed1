// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/step.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

namespace {

class Launch : public DeviceStep {
public:
  Launch(std::vector<Operand> operands, const Kernel &kernel, cudaKernel_t function, const Libraries &libraries)
      : operands(std::move(operands)), kernel(kernel), function(function), libraries(libraries) {
    for (void *&value : this->operands.addresses())
      arguments.push_back(&value);
  }

  void bind(const Addresses &addresses) override { operands.bind(addresses); }

  void run() override {
    check(cudaLaunchKernel(reinterpret_cast<const void *>(function), dim3(static_cast<unsigned>(kernel.grid)),
                           dim3(kernel.threads), arguments.data(), 0, libraries.stream()),
          kernel.name.c_str());
  }

  std::string implementation() const override { return kernel.name; }

private:
  BoundOperands operands;
  Kernel kernel;
  cudaKernel_t function;
  const Libraries &libraries;
  std::vector<void *> arguments; // where each of the operands' addresses is, as a launch wants it
};

} // namespace

std::unique_ptr<DeviceStep> makeLaunchStep(const CudaStepContext &context, const LaunchStep &launch,
                                           const Kernel &kernel, cudaKernel_t function) {
  return std::make_unique<Launch>(context.operands(launch.args), kernel, function, context.libraries);
}

} // namespace dpsims::cuda
