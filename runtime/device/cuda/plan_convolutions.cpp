// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of libdpsims-cuda.so: makes a model's plan cache, by making the model's steps and running none.

#include "runtime/base/error.h"
#include "runtime/device/cuda/cuda_device.h"
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

void addSteps(const Entry &entry, const Plan &plan, Libraries &libraries, PlannedEntry &result) {
  ConstantStore constants(entry.constants);
  StepContext context{plan, constants, libraries};
  for (const Step &step : plan.steps) {
    result.convolutions += isConvolution(step);
    if (std::holds_alternative<LaunchStep>(step.operation))
      ++result.launches;
    else if (std::unique_ptr<CudaStep> made = makeLibraryStep(context, step)) {
      result.launches += made->launches();
      result.withoutEngine += isConvolution(step) && made->implementation() == "direct";
    }
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

ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request,
                                  Libraries &libraries) {
  ConvolutionPlans result;
  if (request.bf16)
    libraries.pretendType(CUDNN_DATA_BFLOAT16);
  result.device = libraries.convolutions().device();
  for (const Entry &entry : model.entries) {
    PlannedEntry main, prepare;
    main.name = entry.name;
    addSteps(entry, entry.main, libraries, main);
    addSteps(entry, entry.prepare, libraries, prepare);
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

} // namespace dpsims::cuda

extern "C" __attribute__((visibility("default"))) void dpsims_describe_device(const dpsims::DeviceOptions &options,
                                                                              std::string &result) {
  using namespace dpsims::cuda;
  std::string reason;
  if (countGpus(reason) == 0)
    dpsims::fail<dpsims::DeviceError>("there is no GPU to describe: ", reason);
  openGpu(options.index);
  result = describeThisGpu();
}

extern "C" __attribute__((visibility("default"))) void
dpsims_plan_convolutions(const dpsims::CompiledModel &model, const dpsims::ConvolutionPlansRequest &request,
                         dpsims::ConvolutionPlans &result) {
  using namespace dpsims::cuda;
  if (!request.description.empty()) {
    Libraries libraries(request.description, request.candidates, request.options);
    result = planConvolutions(model, request, libraries);
    return;
  }
  openGpu(request.options.index);
  Streams streams;
  Libraries libraries(streams.compute(), request.options);
  result = planConvolutions(model, request, libraries);
}
