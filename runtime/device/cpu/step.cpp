// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/step.h"

#include "runtime/device/cpu/parallel.h"

namespace dpsims {

namespace {

class Launch : public DeviceStep {
public:
  Launch(Team &team, std::vector<Operand> operands, KernelFunction function, int64_t grid, int64_t chunks,
         std::string name)
      : team(team), arguments(std::move(operands)), function(function), grid(grid), chunks(chunks),
        name(std::move(name)) {}

  void bind(const Addresses &addresses) override { arguments.bind(addresses); }
  void run() override {
    void *const *addresses = arguments.addresses().data();
    KernelFunction kernel = function;
    shareRange(team, grid, chunks, [=](int64_t begin, int64_t end) { kernel(addresses, begin, end); });
  }
  std::string implementation() const override { return name; }

private:
  Team &team;
  BoundOperands arguments;
  KernelFunction function;
  int64_t grid, chunks;
  std::string name;
};

// A constant in a format of the library's.
class FormatPacking : public Packing {
public:
  FormatPacking(Team &team, const OneDnn &library, const dnnl::memory::desc &plain, const dnnl::memory::desc &packed)
      : team(team), library(library), plain(plain), packed(packed) {}

  uint64_t bytes() const override { return packed.get_size(); }
  bool isSame(const Packing &other) const override {
    auto *format = dynamic_cast<const FormatPacking *>(&other);
    return format && format->plain == plain && format->packed == packed;
  }
  void pack(void *dst, const void *src) const override {
    Addresses addresses;
    addresses.inputs = {src};
    addresses.outputs = {dst};
    PrimitiveList groups{
        makeReorder(library, plain, {Operand::Kind::Input, 0, 0}, packed, {Operand::Kind::Output, 0, 0})};
    dpsims::bind(groups, addresses);
    dpsims::run(groups, team);
  }

private:
  Team &team;
  const OneDnn &library;
  dnnl::memory::desc plain, packed;
};

} // namespace

Operand CpuStepContext::packedOperand(uint32_t index, const dnnl::memory::desc &plain, const dnnl::memory::desc &packed,
                                      StepWorkspace &space, PrimitiveList &before) const {
  if (plain == packed)
    return operand(index);
  if (isConstant(index)) {
    auto packing = std::make_shared<FormatPacking>(team, library, plain, packed);
    return {Operand::Kind::Constant, constants.needPacked(buffer(index).index, 0, std::move(packing)), 0};
  }
  Operand result = space.reserve(packed.get_size());
  before.push_back(makeReorder(library, plain, operand(index), packed, result));
  return result;
}

std::unique_ptr<DeviceStep> makeLaunchStep(const CpuStepContext &context, const Step &step, const LaunchStep &launch,
                                           const Kernel &kernel, KernelFunction function) {
  uint64_t bytes = 0; // of the arguments: at least what the kernel works on
  for (uint32_t arg : launch.args)
    bytes += context.buffer(arg).bytes();
  return std::make_unique<Launch>(context.team, context.operands(launch.args), function,
                                  static_cast<int64_t>(kernel.grid), chunksFor(bytes, step.flops), kernel.name);
}

} // namespace dpsims
