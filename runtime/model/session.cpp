// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/model/session.h"

#include "runtime/base/error.h"

#include <chrono>

namespace dpsims {

namespace {

char *at(const DeviceMemory &memory, const Buffer &buffer) {
  return static_cast<char *>(memory.data()) + buffer.offset;
}

void loadWeight(const CompiledModel &model, const LoadWeightStep &step, const Buffer &dst, const DeviceMemory &arena,
                Device &device, WeightSource &weights) {
  if (device.sharesHostMemory()) {
    weights.read(step.weight, reinterpret_cast<float *>(at(arena, dst)));
    return;
  }
  HostBuffer staging(static_cast<size_t>(byteSize(ElementType::F32, model.weights[step.weight].shape)));
  weights.read(step.weight, staging.as<float>());
  device.upload(at(arena, dst), staging.data(), staging.size());
}

} // namespace

Session::Session(std::shared_ptr<const CompiledModel> model, const Entry &entry, Device &device, WeightSource *weights)
    : compiled(std::move(model)), program(&entry), device(device) {
  if (!weights && !entry.weights.empty())
    fail(compiled->path, ": entry ", quoted(entry.name), " needs ", entry.weights.size(), " weights: give --weights");
  main = device.createPlan(compiled, entry, entry.main);
  prepare(device, weights);
  arena = device.allocate(entry.main.arenaSize);
  main->bindArena(arena->data());
  boundInputs.resize(entry.inputs.size());
  boundOutputs.resize(entry.outputs.size());
  if (device.sharesHostMemory())
    return;
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    deviceInputs.push_back(device.allocate(entry.inputs[i].bytes()));
    boundInputs[i] = deviceInputs[i]->data();
  }
  for (size_t i = 0; i < entry.outputs.size(); ++i) {
    deviceOutputs.push_back(device.allocate(entry.outputs[i].bytes()));
    boundOutputs[i] = deviceOutputs[i]->data();
  }
  main->bindArguments(boundInputs, boundOutputs);
}

void Session::prepare(Device &device, WeightSource *weights) {
  const Plan &plan = program->prepare;
  if (plan.steps.empty())
    return;
  std::unique_ptr<ExecutablePlan> steps = device.createPlan(compiled, *program, plan);
  std::unique_ptr<DeviceMemory> memory = device.allocate(plan.arenaSize);
  loadBytes = plan.arenaSize;
  steps->bindArena(memory->data());
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (auto *load = std::get_if<LoadWeightStep>(&plan.steps[i].operation)) {
      device.synchronize();
      loadWeight(*compiled, *load, plan.buffers[load->dst], *memory, device, *weights);
    } else if (auto *store = std::get_if<StoreConstantStep>(&plan.steps[i].operation)) {
      main->storeConstant(store->constant, at(*memory, plan.buffers[store->src]));
    } else {
      steps->run(i, i + 1);
    }
  }
  device.synchronize();
}

void Session::bind(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  if (!device.sharesHostMemory()) {
    for (size_t i = 0; i < inputs.size(); ++i)
      device.upload(deviceInputs[i]->data(), inputs[i], deviceInputs[i]->size());
    return;
  }
  if (inputs == boundInputs && outputs == boundOutputs)
    return;
  boundInputs = inputs;
  boundOutputs = outputs;
  main->bindArguments(inputs, outputs);
}

void Session::fetch(const std::vector<void *> &outputs) {
  device.synchronize();
  if (device.sharesHostMemory())
    return;
  for (size_t i = 0; i < outputs.size(); ++i)
    device.download(outputs[i], deviceOutputs[i]->data(), deviceOutputs[i]->size());
}

void Session::run(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  bind(inputs, outputs);
  main->run(0, program->main.steps.size());
  fetch(outputs);
}

void Session::profile(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
                      std::vector<double> &seconds) {
  using Clock = std::chrono::steady_clock;
  bind(inputs, outputs);
  device.synchronize();
  for (size_t i = 0; i < program->main.steps.size(); ++i) {
    Clock::time_point start = Clock::now();
    main->run(i, i + 1);
    device.synchronize();
    seconds[i] = std::chrono::duration<double>(Clock::now() - start).count();
  }
  fetch(outputs);
}

MemoryUse Session::memory() const { return {arena->size(), main->constantBytes(), main->workspaceBytes(), loadBytes}; }

} // namespace dpsims
