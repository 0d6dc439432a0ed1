// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/convolution.h"

namespace dpsims::cuda {

namespace {

// What both gradients are: an engine of cuDNN's if there is one, and its workspace. Its result is widened after it
// where it gives bf16 alone. Alignments are src's, weights', dst's.
class Gradient : public DeviceStep {
public:
  std::string implementation() const override { return graph ? graph->implementation() : "direct"; }

protected:
  Gradient(const CudaStepContext &context, ConvKind kind, const ConvSizes &sizes, ProductTypes types)
      : libraries(context.libraries), tf32(context.precision == Precision::TF32), kind(kind), types(types),
        sizes(sizes), space(context.workspace()) {}

  void findGraph(const Operand &src, const Operand &weights, const Operand &dst) {
    ConvGraphSpec spec;
    spec.kind = kind;
    spec.sizes = sizes;
    spec.type = cudnnType(types.factors);
    spec.resultType = cudnnType(types.result);
    spec.tf32 = tf32;
    spec.srcAlignment = src.alignment(memoryAlignment);
    spec.weightsAlignment = weights.alignment(memoryAlignment);
    spec.dstAlignment = dst.alignment(memoryAlignment);
    graph = libraries.convolutions().find(spec);
    if (!graph && types.factors != types.result)
      findWithNarrowResult(spec);
    if (graph)
      workspace = space.reserve(graph->workspaceBytes());
  }

  // Of src, weights and dst one is the result.
  void bindGraph(const Addresses &addresses, void *src, void *weights, void *dst) {
    narrowAt = narrowResult ? addresses.resolve(*narrowResult) : nullptr;
    if (narrowAt)
      (kind == ConvKind::InputGradient ? src : weights) = narrowAt;
    if (graph)
      bound = graph->bind({src, weights, nullptr, nullptr, dst, addresses.resolve(workspace)});
  }

  uint64_t resultCount() const { return kind == ConvKind::InputGradient ? sizes.inputCount() : sizes.weightCount(); }

  void findWithNarrowResult(ConvGraphSpec spec) {
    spec.resultType = spec.type;
    (kind == ConvKind::InputGradient ? spec.srcAlignment : spec.weightsAlignment) = memoryAlignment;
    graph = libraries.convolutions().find(spec);
    if (graph)
      narrowResult = space.reserve(resultCount() * elementSize(types.factors));
  }

  Libraries &libraries;
  bool tf32;
  ConvKind kind;
  ProductTypes types;
  ConvSizes sizes;
  StepWorkspace space;
  Operand workspace;
  std::shared_ptr<const ConvGraph> graph; // null: the direct kernel
  std::optional<Operand> narrowResult;    // in bf16, of an engine that gives no other
  void *narrowAt = nullptr;
  Descriptor bound;
};

class InputGradient : public Gradient {
public:
  InputGradient(const CudaStepContext &context, const ConvInputGradientStep &step)
      : Gradient(context, ConvKind::InputGradient, convSizes(context.plan, step),
                 {context.buffer(step.gradient).type, context.buffer(step.dst).type}),
        weights(context, step.weights, step.packed, sizes, space), gradient(context.operand(step.gradient)),
        dst(context.operand(step.dst)) {
    findGraph(dst, weights.operand(), gradient);
  }

  void bind(const Addresses &addresses) override {
    weights.bind(addresses);
    gradientAt = addresses.resolve(gradient);
    dstAt = addresses.resolve(dst);
    bindGraph(addresses, dstAt, weights.address(), gradientAt);
  }
  uint64_t launches() const override { return weights.launches() + 1 + (narrowAt != nullptr); }

  void run() override {
    weights.run();
    if (graph)
      graph->run(libraries.cudnn(), bound);
    else
      launchDirectInputGradient(types, dstAt, gradientAt, weights.address(), sizes, libraries.stream());
    if (narrowAt)
      launchConversion(types.result, dstAt, types.factors, narrowAt, resultCount(), libraries.stream());
  }

private:
  PackedWeights weights;
  Operand gradient, dst;
  void *gradientAt = nullptr, *dstAt = nullptr;
};

class WeightGradient : public Gradient {
public:
  WeightGradient(const CudaStepContext &context, const ConvWeightGradientStep &step)
      : Gradient(context, ConvKind::WeightGradient, convSizes(context.plan, step),
                 {context.buffer(step.src).type, context.buffer(step.dst).type}),
        src(context.operand(step.src)), gradient(context.operand(step.gradient)), dst(context.operand(step.dst)),
        inOrder(step.packed || sizes.kernelHeight * sizes.kernelWidth == 1) {
    packed = inOrder ? dst : space.reserve(sizes.weightCount() * elementSize(types.result));
    findGraph(src, packed, gradient);
  }

  void bind(const Addresses &addresses) override {
    srcAt = addresses.resolve(src);
    gradientAt = addresses.resolve(gradient);
    packedAt = addresses.resolve(packed);
    dstAt = addresses.resolve(dst);
    bindGraph(addresses, srcAt, packedAt, gradientAt);
  }

  void run() override {
    if (graph)
      graph->run(libraries.cudnn(), bound);
    else
      launchDirectWeightGradient(types, packedAt, srcAt, gradientAt, sizes, libraries.stream());
    const ElementType given = narrowAt ? types.factors : types.result;
    if (packedAt != dstAt)
      launchUnpackWeights(types.result, dstAt, given, narrowAt ? narrowAt : packedAt, sizes, libraries.stream());
    else if (narrowAt)
      launchConversion(types.result, dstAt, given, narrowAt, resultCount(), libraries.stream());
  }

  uint64_t launches() const override { return inOrder && !narrowAt ? 1 : 2; }

private:
  Operand src, gradient, dst;
  bool inOrder;   // dst has the order (O, H, W, I)
  Operand packed; // the result in the order (O, H, W, I)
  void *srcAt = nullptr, *gradientAt = nullptr, *packedAt = nullptr, *dstAt = nullptr;
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvInputGradientStep &step) {
  return std::make_unique<InputGradient>(context, step);
}

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvWeightGradientStep &step) {
  return std::make_unique<WeightGradient>(context, step);
}

} // namespace dpsims::cuda
