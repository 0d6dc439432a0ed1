// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_PLAN_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_PLAN_H

#include "runtime/device/cuda/graph.h"
#include "runtime/device/cuda/kernel_library.h"
#include "runtime/device/cuda/step.h"

#include <optional>

namespace dpsims::cuda {

class CudaPlan : public ExecutablePlan {
public:
  /// `library` may be null if the plan launches no kernels. `libraries` must outlive the plan. Of the
  /// options `checked` and `graphs` count: runAll may record its work.
  CudaPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry, const Plan &plan,
           std::shared_ptr<const KernelLibrary> library, Libraries &libraries, cudaStream_t stream,
           const DeviceOptions &options);

  void bindVariables(const std::vector<void *> &variables) override { addresses.variables = variables; }
  void bindArena(void *arena) override;
  void bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) override;
  void storeConstant(uint32_t index, const void *src) override { constants.store(index, src, stream); }
  void run(size_t begin, size_t end) override;
  void runAll() override;
  void profile(std::vector<double> &seconds) override;
  std::string recorded() const override;
  uint64_t constantBytes() const override { return constants.bytes(); }
  uint64_t workspaceBytes() const override { return workspace.size(); }
  uint64_t launches() const override;
  std::string implementation(size_t step) const override;

private:
  std::unique_ptr<CudaStep> makeStep(const StepContext &context, const Step &step) const;
  void bindSteps();
  void record();
  void runStep(size_t step);
  std::string placeOf(size_t step) const;

  std::shared_ptr<const CompiledModel> model;
  const Entry &entry;
  const Plan &plan;
  std::shared_ptr<const KernelLibrary> library;
  cudaStream_t stream;
  ConstantStore constants;
  CudaMemory workspace;
  std::vector<std::unique_ptr<CudaStep>> steps; // null: the session's
  bool hasArguments = false;
  bool checked;
  Addresses addresses;

  // A graph has the addresses in it, and is made on the second run: the first loads what is loaded when first needed.
  bool graphs, warm = false;
  std::optional<Graph> graph;
  std::string reason; // why there can be none
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_PLAN_H
