// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/plan_convolutions.h"

#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/cudnn_target.h"
#include "runtime/device/cuda/gpu.h"
#include "runtime/device/cuda/step.h"
#include "runtime/device/cuda/streams.h"

namespace dpsims::cuda {

namespace {

bool isConvolution(const Step &step) {
  return std::holds_alternative<ConvStep>(step.operation) ||
         std::holds_alternative<ConvInputGradientStep>(step.operation) ||
         std::holds_alternative<ConvWeightGradientStep>(step.operation);
}

void addSteps(const CompiledModel &model, const Entry &entry, const Plan &plan, Libraries &libraries,
              PlannedEntry &result) {
  ConstantStore constants(entry.constants, memoryAlignment);
  WorkspaceNeeds workspaceNeeds(memoryAlignment);
  const CudaStepContext context{{plan, entry.constants, constants, workspaceNeeds}, libraries, model.precision};
  for (const Step &step : plan.steps) {
    result.convolutions += isConvolution(step);
    std::unique_ptr<DeviceStep> made = makeStep(step, [&](const auto &operation) -> std::unique_ptr<DeviceStep> {
      if constexpr (std::is_same_v<std::decay_t<decltype(operation)>, LaunchStep>) {
        ++result.launches;
        return nullptr;
      } else {
        return makeLibraryStep(context, operation);
      }
    });
    if (!made)
      continue;
    result.launches += made->launches();
    result.withoutEngine += isConvolution(step) && made->implementation() == "direct";
  }
}

PlannedConvolution describe(const std::string &key, const std::vector<std::shared_ptr<ConvGraph>> &candidates) {
  PlannedConvolution result{key, "", candidates.size(), 0};
  if (!candidates.empty()) {
    result.engine = candidates.front()->implementation();
    result.seconds = candidates.front()->seconds;
  }
  return result;
}

ConvolutionPlans planWith(Libraries &libraries, const CompiledModel &model) {
  ConvolutionPlans result;
  result.device = libraries.convolutions().device();
  for (const Entry &entry : model.entries) {
    PlannedEntry main, prepare;
    main.name = entry.name;
    addSteps(model, entry, entry.main, libraries, main);
    addSteps(model, entry, entry.prepare, libraries, prepare);
    main.convolutions += prepare.convolutions;
    main.withoutEngine += prepare.withoutEngine;
    result.entries.push_back(main);
  }
  for (const auto &[key, found] : libraries.convolutions().found())
    if (!found.graphs.empty() || !found.hasEpilogue) // else the epilogue becomes a kernel
      result.convolutions.push_back(describe(key, found.graphs));
  libraries.savePlans();
  return result;
}

} // namespace

ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) {
  if (!request.description.empty()) {
    Libraries libraries(request.description, request.candidates, request.options);
    return planWith(libraries, model);
  }
  openGpu(request.options.index);
  Streams streams(1);
  Libraries libraries(streams.lanes(), request.options);
  return planWith(libraries, model);
}

} // namespace dpsims::cuda
