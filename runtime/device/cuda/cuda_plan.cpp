// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_plan.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/step_timer.h"

#include <algorithm>
#include <iostream>

namespace dpsims::cuda {

CudaPlan::CudaPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry, const Plan &plan,
                   std::shared_ptr<const KernelLibrary> library, Libraries &libraries, cudaStream_t stream,
                   const DeviceOptions &options)
    : model(std::move(model)), entry(entry), plan(plan), library(std::move(library)), stream(stream),
      constants(entry.constants), checked(options.checked), graphs(options.graphs && !options.checked) {
  StepContext context{plan, constants, libraries};
  uint64_t needed = 0;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    try {
      steps.push_back(makeStep(context, plan.steps[i]));
    } catch (const Error &error) {
      fail(placeOf(i), ": ", error.what());
    }
    if (steps.back())
      needed = std::max(needed, steps.back()->workspaceBytes());
  }
  constants.allocate();
  workspace = CudaMemory(needed);
  hasArguments = std::any_of(plan.buffers.begin(), plan.buffers.end(), [](const Buffer &buffer) {
    return buffer.space == Space::Input || buffer.space == Space::Output;
  });
  addresses.constants = constants.addresses();
  addresses.workspace = workspace.data();
  addresses.inputs.resize(entry.inputs.size());
  addresses.outputs.resize(entry.outputs.size());
}

std::unique_ptr<CudaStep> CudaPlan::makeStep(const StepContext &context, const Step &step) const {
  if (auto *launch = std::get_if<LaunchStep>(&step.operation)) {
    const Kernel &kernel = model->kernels[launch->kernel];
    return makeLaunchStep(context, *launch, kernel, library->find(kernel));
  }
  return makeLibraryStep(context, step);
}

void CudaPlan::bindSteps() {
  graph.reset();
  for (const std::unique_ptr<CudaStep> &step : steps)
    if (step)
      step->bind(addresses);
}

// A plan with arguments is bound once they are there: cuDNN takes no null pointers.
void CudaPlan::bindArena(void *arena) {
  addresses.arena = arena;
  if (!hasArguments)
    bindSteps();
}

void CudaPlan::bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  addresses.inputs = inputs;
  addresses.outputs = outputs;
  bindSteps();
}

void CudaPlan::run(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    if (steps[i])
      runStep(i);
}

void CudaPlan::runStep(size_t step) {
  try {
    steps[step]->run(stream);
  } catch (const Error &error) {
    fail(placeOf(step), ": ", error.what());
  }
  if (!checked)
    return;
  if (cudaError_t status = cudaStreamSynchronize(stream); status != cudaSuccess)
    fail(placeOf(step), ", ", steps[step]->implementation(), ": ", cudaGetErrorString(status));
}

// "m.dpsims: entry "main", step 12 (conv2d nn.mlir:40)"
std::string CudaPlan::placeOf(size_t step) const {
  return model->path + ": entry " + quoted(entry.name) + (&plan == &entry.prepare ? ", prepare step " : ", step ") +
         std::to_string(step) + " (" + plan.steps[step].label + ")";
}

void CudaPlan::runAll() {
  if (graphs && warm && !graph)
    record();
  if (graph)
    return graph->launch(stream);
  run(0, steps.size());
  warm = true;
}

// Where nothing can be recorded the steps go one by one, which is slower: somebody should know.
void CudaPlan::record() {
  try {
    graph.emplace(stream, [this] { run(0, steps.size()); });
  } catch (const Error &error) {
    graphs = false;
    reason = error.what();
    std::cerr << "dpsims-run: warning: " << model->path << ": no CUDA graph can be made (" << reason << "): each step "
              << "is launched by itself\n";
  }
}

std::string CudaPlan::recorded() const {
  if (graph)
    return "a graph of " + std::to_string(graph->operations()) + " operations";
  return reason.empty() ? "steps one by one" : "steps one by one (" + reason + ")";
}

void CudaPlan::profile(std::vector<double> &seconds) {
  StepTimer(stream, !checked).time([this](size_t step) { run(step, step + 1); }, seconds);
}

uint64_t CudaPlan::launches() const {
  uint64_t count = 0;
  for (const std::unique_ptr<CudaStep> &step : steps)
    count += step ? step->launches() : 0;
  return count;
}

std::string CudaPlan::implementation(size_t step) const {
  return steps[step] ? steps[step]->implementation() : std::string();
}

} // namespace dpsims::cuda
