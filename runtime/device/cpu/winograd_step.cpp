// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps that Winograd's algorithm does.

#include "runtime/base/float16.h"
#include "runtime/device/cpu/convolution.h"
#include "runtime/device/cpu/epilogue.h"
#include "runtime/device/cpu/winograd.h"

#include <optional>

namespace dpsims {

namespace {

constexpr int64_t maxChannels = int64_t(1) << 20; // offsets within the weights are 32 bits

winograd::ImageShape imageOf(const Buffer &buffer) {
  const Shape &s = buffer.shape;
  return {s[0], s[1], s[2], s[3], buffer.type};
}

// A constant's weights as the algorithm wants them.
class WinogradPacking : public Packing {
public:
  // `weights`: how many there are, and of which type.
  WinogradPacking(const winograd::Convolution &convolution, bool gradient, const Buffer &weights)
      : convolution(convolution), gradient(gradient), type(weights.type), count(weights.count()) {}

  uint64_t bytes() const override { return convolution.weightBytes(); }
  bool isSame(const Packing &other) const override {
    auto *packing = dynamic_cast<const WinogradPacking *>(&other);
    return packing && packing->gradient == gradient;
  }
  void pack(void *dst, const void *src) const override {
    std::vector<float> widened;
    if (type != ElementType::F32) {
      widened.resize(count);
      widen(type, src, count, widened.data());
      src = widened.data();
    }
    convolution.pack(static_cast<const float *>(src), static_cast<float *>(dst));
  }

private:
  winograd::Convolution convolution;
  bool gradient;
  ElementType type;
  uint64_t count;
};

class WinogradStep : public DeviceStep {
public:
  WinogradStep(const CpuStepContext &context, winograd::Convolution convolution, uint32_t src, uint32_t weights,
               uint32_t dst, bool gradient)
      : team(context.team), convolution(std::move(convolution)), src(context.operand(src)), dst(context.operand(dst)) {
    StepWorkspace space = context.workspace();
    if (context.isConstant(weights)) {
      auto packing = std::make_shared<WinogradPacking>(this->convolution, gradient, context.buffer(weights));
      packed = {Operand::Kind::Constant,
                context.constants.needPacked(context.buffer(weights).index, 0, std::move(packing)), 0};
    } else {
      plainWeights = widened(context, weights, space);
      packed = space.reserve(this->convolution.weightBytes());
    }
    workspace = space.reserve(this->convolution.workspaceBytes());
  }

  // An activation that is not cheap, and then the residual, follow as a tail; a residual in place cannot wait for it.
  void addEpilogue(const CpuStepContext &context, const ConvStep &conv) {
    bias = context.optionalOperand(conv.bias);
    const std::optional<Operand> added = context.optionalOperand(conv.residual);
    if (winograd::isCheap(conv.epilogue.activation)) {
      residual = added;
      epilogue.epilogue = conv.epilogue;
    } else {
      tail = EpilogueTail(context.library, conv.epilogue, {}, context.buffer(conv.dst).type,
                          static_cast<int64_t>(context.buffer(conv.dst).count()), dst, added);
    }
  }

  void bind(const Addresses &addresses) override {
    auto address = [&](const std::optional<Operand> &operand) {
      return operand ? addresses.floats(*operand) : nullptr;
    };
    dpsims::bind(widening, addresses);
    srcAddress = addresses.resolve(src);
    plainAddress = address(plainWeights);
    packedAddress = address(packed);
    dstAddress = addresses.resolve(dst);
    workspaceAddress = address(workspace);
    epilogue.bias = address(bias);
    epilogue.residual = residual ? static_cast<const char *>(addresses.resolve(*residual)) : nullptr;
    epilogue.result = static_cast<const char *>(dstAddress);
    if (!tail.isEmpty())
      tail.bind(addresses);
  }

  void run() override {
    dpsims::run(widening, team);
    if (plainAddress)
      convolution.pack(plainAddress, packedAddress);
    convolution.run(srcAddress, packedAddress, dstAddress, epilogue, workspaceAddress);
    if (!tail.isEmpty())
      tail.run(team);
  }

  std::string implementation() const override { return tail.isEmpty() ? "winograd" : "winograd + epilogue"; }

private:
  // The weights in f32, in the workspace if they are not.
  Operand widened(const CpuStepContext &context, uint32_t index, StepWorkspace &space) {
    const Buffer &buffer = context.buffer(index);
    const Operand plain = context.operand(index);
    if (buffer.type == ElementType::F32)
      return plain;
    const Operand wide = space.reserve(buffer.count() * sizeof(float));
    widening.push_back(makeConversion(context.library, buffer.type, plain, ElementType::F32, wide,
                                      static_cast<int64_t>(buffer.count())));
    return wide;
  }

  Team &team;
  winograd::Convolution convolution;
  PrimitiveList widening;
  Operand src, packed, dst, workspace;
  std::optional<Operand> plainWeights, bias, residual;
  winograd::TileEpilogue epilogue;
  EpilogueTail tail;
  const void *srcAddress = nullptr;
  void *dstAddress = nullptr;
  const float *plainAddress = nullptr;
  float *packedAddress = nullptr, *workspaceAddress = nullptr;
};

class WinogradWeightGradientStep : public DeviceStep {
public:
  WinogradWeightGradientStep(const CpuStepContext &context, const ConvWeightGradientStep &step)
      : weightGradient(imageOf(context.plan.buffers[step.src]), imageOf(context.plan.buffers[step.gradient]),
                       step.padTop, step.padLeft, context.team),
        src(context.operand(step.src)), gradient(context.operand(step.gradient)), dst(context.operand(step.dst)),
        workspace(context.workspace().reserve(weightGradient.workspaceBytes())) {}

  void bind(const Addresses &addresses) override {
    srcAddress = addresses.resolve(src);
    gradientAddress = addresses.resolve(gradient);
    dstAddress = static_cast<float *>(addresses.resolve(dst));
    workspaceAddress = static_cast<float *>(addresses.resolve(workspace));
  }

  void run() override { weightGradient.run(srcAddress, gradientAddress, dstAddress, workspaceAddress); }

  std::string implementation() const override { return "winograd"; }

private:
  winograd::WeightGradient weightGradient;
  Operand src, gradient, dst, workspace;
  const void *srcAddress = nullptr, *gradientAddress = nullptr;
  float *dstAddress = nullptr, *workspaceAddress = nullptr;
};

} // namespace

bool canUseWinograd(const ConvSizes &sizes) {
  return winograd::isAvailable() && sizes.groups == 1 && sizes.kernelHeight == 3 && sizes.kernelWidth == 3 &&
         sizes.strideH == 1 && sizes.strideW == 1 && sizes.outChannels <= maxChannels &&
         sizes.inChannels <= maxChannels;
}

std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvStep &conv) {
  const std::vector<Buffer> &buffers = context.plan.buffers;
  const bool cheap = winograd::isCheap(conv.epilogue.activation);
  // A result of bf16 is rounded once, after its epilogue.
  const bool inOne = context.overwritesResidual(conv.dst, conv.residual) || buffers[conv.dst].type != ElementType::F32;
  if (!canUseWinograd(convSizes(context.plan, conv)) || (inOne && !cheap))
    return nullptr;
  winograd::Convolution convolution(imageOf(buffers[conv.src]), imageOf(buffers[conv.dst]), conv.padTop, conv.padLeft,
                                    false, context.team);
  auto step = std::make_unique<WinogradStep>(context, std::move(convolution), conv.src, conv.weights, conv.dst, false);
  step->addEpilogue(context, conv);
  return step;
}

std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvInputGradientStep &step) {
  const std::vector<Buffer> &buffers = context.plan.buffers;
  if (!canUseWinograd(convSizes(context.plan, step)))
    return nullptr;
  winograd::Convolution convolution(imageOf(buffers[step.gradient]), imageOf(buffers[step.dst]),
                                    2 - int64_t(step.padTop), 2 - int64_t(step.padLeft), true, context.team);
  return std::make_unique<WinogradStep>(context, std::move(convolution), step.gradient, step.weights, step.dst, true);
}

std::unique_ptr<DeviceStep> makeWinogradStep(const CpuStepContext &context, const ConvWeightGradientStep &step) {
  if (!canUseWinograd(convSizes(context.plan, step)) || context.buffer(step.dst).type != ElementType::F32)
    return nullptr;
  return std::make_unique<WinogradWeightGradientStep>(context, step);
}

} // namespace dpsims
