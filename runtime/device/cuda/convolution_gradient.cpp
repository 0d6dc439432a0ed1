// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/convolution.h"

namespace dpsims::cuda {

namespace {

// What both gradients are: an engine of cuDNN's if there is one, and its workspace. Alignments are src's, weights',
// dst's.
class Gradient : public DeviceStep {
public:
  std::string implementation() const override { return graph ? graph->implementation() : "direct"; }

protected:
  Gradient(const CudaStepContext &context, ConvKind kind, const ConvSizes &sizes)
      : libraries(context.libraries), tf32(context.precision == Precision::TF32), kind(kind), sizes(sizes),
        space(context.workspace()) {}

  void findGraph(const Operand &src, const Operand &weights, const Operand &dst) {
    ConvGraphSpec spec;
    spec.kind = kind;
    spec.sizes = sizes;
    spec.type = libraries.tensorType();
    spec.tf32 = tf32;
    spec.srcAlignment = src.alignment(memoryAlignment);
    spec.weightsAlignment = weights.alignment(memoryAlignment);
    spec.dstAlignment = dst.alignment(memoryAlignment);
    graph = libraries.convolutions().find(spec);
    if (graph)
      workspace = space.reserve(graph->workspaceBytes());
  }

  void bindGraph(const Addresses &addresses, const float *src, const float *weights, const float *dst) {
    if (graph)
      bound = graph->bind({src, weights, nullptr, nullptr, dst, addresses.resolve(workspace)});
  }

  Libraries &libraries;
  bool tf32;
  ConvKind kind;
  ConvSizes sizes;
  StepWorkspace space;
  Operand workspace;
  std::shared_ptr<const ConvGraph> graph; // null: the direct kernel
  Descriptor bound;
};

class InputGradient : public Gradient {
public:
  InputGradient(const CudaStepContext &context, const ConvInputGradientStep &step)
      : Gradient(context, ConvKind::InputGradient, convSizes(context.plan, step)),
        weights(context, step.weights, step.packed, sizes, space), gradient(context.operand(step.gradient)),
        dst(context.operand(step.dst)) {
    findGraph(dst, weights.operand(), gradient);
  }

  void bind(const Addresses &addresses) override {
    weights.bind(addresses);
    gradientAt = addresses.floats(gradient);
    dstAt = addresses.floats(dst);
    bindGraph(addresses, dstAt, weights.address(), gradientAt);
  }
  uint64_t launches() const override { return weights.launches() + 1; }

  void run() override {
    weights.run();
    if (graph)
      graph->run(libraries.cudnn(), bound);
    else
      launchDirectInputGradient(dstAt, gradientAt, weights.address(), sizes, libraries.stream());
  }

private:
  PackedWeights weights;
  Operand gradient, dst;
  float *gradientAt = nullptr, *dstAt = nullptr;
};

class WeightGradient : public Gradient {
public:
  WeightGradient(const CudaStepContext &context, const ConvWeightGradientStep &step)
      : Gradient(context, ConvKind::WeightGradient, convSizes(context.plan, step)), src(context.operand(step.src)),
        gradient(context.operand(step.gradient)), dst(context.operand(step.dst)),
        inOrder(step.packed || sizes.kernelHeight * sizes.kernelWidth == 1) {
    packed = inOrder ? dst : space.reserve(sizes.weightCount() * sizeof(float));
    findGraph(src, packed, gradient);
  }

  void bind(const Addresses &addresses) override {
    srcAt = addresses.floats(src);
    gradientAt = addresses.floats(gradient);
    packedAt = addresses.floats(packed);
    dstAt = addresses.floats(dst);
    bindGraph(addresses, srcAt, packedAt, gradientAt);
  }

  void run() override {
    if (graph)
      graph->run(libraries.cudnn(), bound);
    else
      launchDirectWeightGradient(packedAt, srcAt, gradientAt, sizes, libraries.stream());
    if (packedAt != dstAt)
      launchUnpackWeights(dstAt, packedAt, sizes, libraries.stream());
  }

  uint64_t launches() const override { return inOrder ? 1 : 2; }

private:
  Operand src, gradient, dst;
  bool inOrder;   // dst has the order (O, H, W, I)
  Operand packed; // the result in the order (O, H, W, I)
  float *srcAt = nullptr, *gradientAt = nullptr, *packedAt = nullptr, *dstAt = nullptr;
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvInputGradientStep &step) {
  return std::make_unique<InputGradient>(context, step);
}

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvWeightGradientStep &step) {
  return std::make_unique<WeightGradient>(context, step);
}

} // namespace dpsims::cuda
