// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/cpu_plan.h"

#include "runtime/base/error.h"
#include "runtime/device/cpu/parallel.h"

#include <algorithm>
#include <chrono>
#include <malloc.h>

namespace dpsims {

namespace {

class LaunchCpuStep : public CpuStep {
public:
  LaunchCpuStep(std::vector<Operand> operands, KernelFunction function, int64_t grid, int threads, std::string name)
      : operands(std::move(operands)), args(this->operands.size()), function(function), grid(grid), threads(threads),
        name(std::move(name)) {}

  void bind(const Addresses &addresses) override {
    for (size_t i = 0; i < operands.size(); ++i)
      args[i] = addresses.resolve(operands[i]);
  }
  void run() override {
    void *const *arguments = args.data();
    KernelFunction kernel = function;
    parallelFor(grid, threads, [=](int64_t begin, int64_t end) { kernel(arguments, begin, end); });
  }
  std::string implementation() const override { return name; }

private:
  std::vector<Operand> operands;
  std::vector<void *> args;
  KernelFunction function;
  int64_t grid;
  int threads;
  std::string name;
};

} // namespace

std::unique_ptr<CpuStep> makeLaunchStep(const StepContext &context, const Step &step, const Kernel &kernel,
                                        KernelFunction function) {
  std::vector<Operand> operands;
  for (uint32_t arg : std::get<LaunchStep>(step.operation).args)
    operands.push_back(context.operand(arg));
  uint64_t bytes = 0; // of the arguments: at least what the kernel works on
  for (uint32_t arg : std::get<LaunchStep>(step.operation).args)
    bytes += context.plan.buffers[arg].bytes();
  int threads = isSmallWork(bytes, step.flops) ? 1 : context.threads;
  return std::make_unique<LaunchCpuStep>(std::move(operands), function, static_cast<int64_t>(kernel.grid), threads,
                                         kernel.name);
}

Operand StepContext::operand(uint32_t index) const {
  return operandOf(plan.buffers[index], [&](uint32_t constant) { return constants.needPlain(constant); });
}

bool StepContext::isConstant(uint32_t index) const {
  const Buffer &buffer = plan.buffers[index];
  return buffer.space == Space::Constant && buffer.offset == 0 && buffer.bytes() == constantInfos[buffer.index].bytes();
}

Operand StepContext::packedOperand(uint32_t index, const dnnl::memory::desc &plain, const dnnl::memory::desc &packed,
                                   ScratchSpace &scratch, PrimitiveList &before) const {
  if (isConstant(index))
    return {Operand::Kind::Constant, constants.needPacked(plan.buffers[index].index, plain, packed), 0};
  if (plain == packed)
    return operand(index);
  Operand result = scratch.reserve(packed.get_size());
  before.push_back(makeReorder(plain, operand(index), packed, result));
  return result;
}

CpuPlan::CpuPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry, const Plan &plan,
                 std::shared_ptr<const KernelLibrary> library, int threads, ConvolutionChoice convolution,
                 PlanCache &cache)
    : model(std::move(model)), plan(plan), library(std::move(library)), threads(threads), constants(entry.constants) {
  WorkspaceNeeds needs;
  makeSteps(entry, convolution, cache, needs);
  constants.allocate();
  scratch = CpuMemory(needs.scratch);
  addresses.constants = constants.addresses();
  addresses.workspace = scratch.data();
  addresses.inputs.resize(entry.inputs.size());
  addresses.outputs.resize(entry.outputs.size());
}

void CpuPlan::makeSteps(const Entry &entry, ConvolutionChoice convolution, PlanCache &cache, WorkspaceNeeds &needs) {
  StepContext context{plan, entry.constants, threads, convolution, constants, needs, cache};
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step &step = plan.steps[i];
    try {
      steps.push_back(makeStep(context, step));
    } catch (const dnnl::error &error) {
      fail(model->path, ": entry ", quoted(entry.name), ", step ", i, " (", step.label, "): oneDNN: ", error.what());
    }
    if (usesArguments(step))
      argumentSteps.push_back(i);
  }
}

std::unique_ptr<CpuStep> CpuPlan::makeStep(const StepContext &context, const Step &step) const {
  if (auto *launch = std::get_if<LaunchStep>(&step.operation)) {
    const Kernel &kernel = model->kernels[launch->kernel];
    return makeLaunchStep(context, step, kernel, library->find(kernel.name));
  }
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

bool CpuPlan::usesArguments(const Step &step) const {
  auto isArgument = [&](uint32_t buffer) {
    Space space = plan.buffers[buffer].space;
    return space == Space::Input || space == Space::Output;
  };
  StepBuffers buffers = buffersOf(step);
  return std::any_of(buffers.reads.begin(), buffers.reads.end(), isArgument) ||
         std::any_of(buffers.writes.begin(), buffers.writes.end(), isArgument);
}

void CpuPlan::bindArena(void *arena) {
  malloc_trim(0); // what packing the weights took and gave back; the system gets it before the arena is touched
  addresses.arena = arena;
  for (size_t i = 0, next = 0; i < steps.size(); ++i) {
    bool hasArguments = next < argumentSteps.size() && argumentSteps[next] == i;
    next += hasArguments;
    if (steps[i] && !hasArguments)
      steps[i]->bind(addresses);
  }
}

void CpuPlan::bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  addresses.inputs = inputs; // of the same size: no allocation
  addresses.outputs = outputs;
  for (size_t step : argumentSteps)
    steps[step]->bind(addresses);
}

void CpuPlan::storeConstant(uint32_t index, const void *src) { constants.store(index, src, threads); }

void CpuPlan::run(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    if (steps[i])
      steps[i]->run();
}

void CpuPlan::profile(std::vector<double> &seconds) {
  using Clock = std::chrono::steady_clock;
  for (size_t i = 0; i < steps.size(); ++i) {
    Clock::time_point start = Clock::now();
    run(i, i + 1);
    seconds[i] = std::chrono::duration<double>(Clock::now() - start).count();
  }
}

uint64_t CpuPlan::launches() const {
  return static_cast<uint64_t>(
      std::count_if(steps.begin(), steps.end(), [](const std::unique_ptr<CpuStep> &step) { return step != nullptr; }));
}

std::string CpuPlan::implementation(size_t step) const {
  return steps[step] ? steps[step]->implementation() : std::string();
}

} // namespace dpsims
