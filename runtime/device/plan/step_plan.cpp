// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/plan/step_plan.h"

#include <algorithm>

namespace dpsims {

StepPlan::StepPlan(Device &device, PlanSource source, uint64_t alignment, uint32_t lanes)
    : source(std::move(source)), order(orderSteps(this->source.plan, lanes)), device(device),
      constants(this->source.entry.constants, alignment), workspaceNeeds(alignment, lanes) {}

void StepPlan::finish() {
  for (size_t i = 0; i < steps.size(); ++i)
    if (steps[i])
      (usesArguments(source.plan.steps[i]) ? argumentSteps : otherSteps).push_back(i);
  constantMemory = device.allocate(constants.bytes());
  constants.keepIn(constantMemory->data());
  workspaceMemory = device.allocate(workspaceNeeds.bytes());
  addresses.constants = constants.addresses();
  char *workspace = static_cast<char *>(workspaceMemory->data());
  for (uint64_t bytes : workspaceNeeds.laneBytes) {
    addresses.workspaces.push_back(workspace);
    workspace += bytes;
  }
  addresses.inputs.resize(source.entry.inputs.size());
  addresses.outputs.resize(source.entry.outputs.size());
}

bool StepPlan::usesArguments(const Step &step) const {
  auto isArgument = [&](uint32_t buffer) {
    const Space space = source.plan.buffers[buffer].space;
    return space == Space::Input || space == Space::Output;
  };
  const StepBuffers buffers = buffersOf(step);
  return std::any_of(buffers.reads.begin(), buffers.reads.end(), isArgument) ||
         std::any_of(buffers.writes.begin(), buffers.writes.end(), isArgument);
}

void StepPlan::bindArena(void *arena) {
  addresses.arena = arena;
  for (size_t step : otherSteps)
    steps[step]->bind(addresses);
  rebound();
}

void StepPlan::bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  addresses.inputs = inputs; // of the same size: no allocation
  addresses.outputs = outputs;
  for (size_t step : argumentSteps)
    steps[step]->bind(addresses);
  rebound();
}

void StepPlan::run(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    if (steps[i])
      located(i, [&] { runStep(i); });
}

std::string StepPlan::placeOf(size_t step) const {
  const bool prepares = &source.plan == &source.entry.prepare;
  return source.model->path + ": entry " + quoted(source.entry.name) + (prepares ? ", prepare step " : ", step ") +
         std::to_string(step) + " (" + source.plan.steps[step].label + ")";
}

uint64_t StepPlan::launches() const {
  uint64_t count = 0;
  for (const std::unique_ptr<DeviceStep> &step : steps)
    count += step ? step->launches() : 0;
  return count;
}

std::string StepPlan::implementation(size_t step) const {
  return steps[step] ? steps[step]->implementation() : std::string();
}

} // namespace dpsims
