// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/convolution.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

namespace {

// Weights in the order (O, H, W, I).
class WeightPacking : public Packing {
public:
  WeightPacking(const ConvSizes &sizes, ElementType type, cudaStream_t stream)
      : sizes(sizes), type(type), stream(stream) {}

  uint64_t bytes() const override { return sizes.weightCount() * elementSize(type); }
  bool isSame(const Packing &other) const override {
    auto *packing = dynamic_cast<const WeightPacking *>(&other);
    return packing && sizes.outChannels == packing->sizes.outChannels &&
           sizes.groupChannels() == packing->sizes.groupChannels() &&
           sizes.kernelHeight == packing->sizes.kernelHeight && sizes.kernelWidth == packing->sizes.kernelWidth;
  }
  void pack(void *dst, const void *src) const override { launchPackWeights(type, dst, src, sizes, stream); }

private:
  ConvSizes sizes;
  ElementType type;
  cudaStream_t stream;
};

} // namespace

PackedWeights::PackedWeights(const CudaStepContext &context, uint32_t buffer, bool packed, const ConvSizes &sizes,
                             StepWorkspace &space)
    : sizes(sizes), type(context.buffer(buffer).type), libraries(context.libraries) {
  const Buffer &plainBuffer = context.buffer(buffer);
  if (packed || sizes.kernelHeight * sizes.kernelWidth == 1) { // with one tap both orders are the same
    place = context.operand(buffer);
  } else if (plainBuffer.space == Space::Constant) {
    auto packing = std::make_shared<WeightPacking>(sizes, type, libraries.stream());
    place = {Operand::Kind::Constant,
             context.constants.needPacked(plainBuffer.index, plainBuffer.offset, std::move(packing)), 0};
  } else {
    plain = context.operand(buffer);
    place = space.reserve(sizes.weightCount() * elementSize(type));
  }
}

void PackedWeights::bind(const Addresses &addresses) {
  at = addresses.resolve(place);
  plainAt = plain ? addresses.resolve(*plain) : nullptr;
}

void PackedWeights::run() const {
  if (plainAt)
    launchPackWeights(type, at, plainAt, sizes, libraries.stream());
}

namespace {

// A step in up to four parts: pack the weights (unless they are constants, packed once), convolve, widen the result
// where the engine gives bf16 alone, do what the engine leaves of the epilogue.
class Convolution : public DeviceStep {
public:
  Convolution(const CudaStepContext &context, const ConvStep &conv);

  void bind(const Addresses &addresses) override;
  void run() override;
  std::string implementation() const override { return graph ? graph->implementation() : "direct"; }
  uint64_t launches() const override {
    return weights.launches() + 1 + narrowResult.has_value() + (hasEpilogue() && !fused);
  }

private:
  void chooseEngine(const CudaStepContext &context, const ConvStep &conv);
  ConvGraphSpec specFor(bool fused) const;
  void findWithNarrowResult();
  bool hasEpilogue() const { return bias || residual || epilogue.activation != Activation::None; }

  Libraries &libraries;
  bool tf32;
  ProductTypes types;
  ConvSizes sizes;
  Epilogue epilogue;
  StepWorkspace space;

  PackedWeights weights;
  Operand src, dst;
  std::optional<Operand> bias, residual;
  std::optional<Operand> result;       // where the convolution's result waits for its epilogue, if not in dst
  std::optional<Operand> narrowResult; // in bf16, of an engine that gives no other
  Operand workspace;
  std::shared_ptr<const ConvGraph> graph; // null: the direct kernel
  bool fused = false;

  // Resolved.
  void *srcAt, *dstAt, *residualAt, *resultAt, *narrowAt;
  float *biasAt;
  Descriptor bound;
};

Convolution::Convolution(const CudaStepContext &context, const ConvStep &conv)
    : libraries(context.libraries), tf32(context.precision == Precision::TF32),
      types{context.buffer(conv.src).type, context.buffer(conv.dst).type}, sizes(convSizes(context.plan, conv)),
      epilogue(conv.epilogue), space(context.workspace()), weights(context, conv.weights, conv.packed, sizes, space),
      src(context.operand(conv.src)), dst(context.operand(conv.dst)), bias(context.optionalOperand(conv.bias)),
      residual(context.optionalOperand(conv.residual)) {
  chooseEngine(context, conv);
}

ConvGraphSpec Convolution::specFor(bool fused) const {
  ConvGraphSpec spec;
  spec.sizes = sizes;
  spec.type = cudnnType(types.factors);
  spec.resultType = cudnnType(types.result);
  spec.tf32 = tf32;
  spec.srcAlignment = src.alignment(memoryAlignment);
  spec.weightsAlignment = weights.operand().alignment(memoryAlignment);
  spec.dstAlignment = result ? result->alignment(memoryAlignment) : dst.alignment(memoryAlignment);
  if (!fused)
    return spec;
  spec.epilogue = epilogue;
  spec.hasResidual = residual.has_value();
  spec.hasBias = bias.has_value();
  spec.residualAlignment = residual ? residual->alignment(memoryAlignment) : memoryAlignment;
  spec.biasAlignment = bias ? bias->alignment(memoryAlignment) : memoryAlignment;
  return spec;
}

// An engine may write elements of dst before it has read others: a residual in dst waits for the epilogue. The compiler
// makes no such schedule for CUDA, but a file may have one.
void Convolution::chooseEngine(const CudaStepContext &context, const ConvStep &conv) {
  ConvPlans &plans = libraries.convolutions();
  bool overwritesResidual = context.overwritesResidual(conv.dst, conv.residual);
  if (overwritesResidual)
    result = space.reserve(sizes.outputCount() * elementSize(types.result));
  std::shared_ptr<const ConvGraph> whole;
  if (hasEpilogue() && !overwritesResidual && canFuse(epilogue.activation))
    whole = plans.find(specFor(/*fused=*/true));
  if (!whole || whole->seconds > 0)
    graph = plans.find(specFor(/*fused=*/false));
  fused = whole && !(graph && plans.prefersKernel(specFor(/*fused=*/true), *whole, *graph));
  if (fused)
    graph = whole;
  if (!graph && types.factors != types.result)
    findWithNarrowResult();
  if (graph)
    workspace = space.reserve(graph->workspaceBytes());
}

// The convolution alone, rounded to bf16 and widened.
void Convolution::findWithNarrowResult() {
  ConvGraphSpec spec = specFor(/*fused=*/false);
  spec.resultType = spec.type;
  spec.dstAlignment = memoryAlignment;
  graph = libraries.convolutions().find(spec);
  if (graph)
    narrowResult = space.reserve(sizes.outputCount() * elementSize(types.factors));
}

void Convolution::bind(const Addresses &addresses) {
  auto resolve = [&](const std::optional<Operand> &operand) { return operand ? addresses.resolve(*operand) : nullptr; };
  srcAt = addresses.resolve(src);
  weights.bind(addresses);
  dstAt = addresses.resolve(dst);
  biasAt = static_cast<float *>(resolve(bias));
  residualAt = resolve(residual);
  resultAt = result ? addresses.resolve(*result) : dstAt;
  narrowAt = resolve(narrowResult);
  if (graph)
    bound = graph->bind(
        {srcAt, weights.address(), residualAt, biasAt, narrowAt ? narrowAt : resultAt, addresses.resolve(workspace)});
}

void Convolution::run() {
  const cudaStream_t stream = libraries.stream();
  weights.run();
  if (graph)
    graph->run(libraries.cudnn(), bound);
  else
    launchDirectConv(types, resultAt, srcAt, weights.address(), sizes, stream);
  if (narrowAt)
    launchConversion(types.result, resultAt, types.factors, narrowAt, sizes.outputCount(), stream);
  if (!fused && hasEpilogue())
    launchEpilogue(types.result, dstAt, resultAt, biasAt, residualAt,
                   static_cast<uint64_t>(sizes.batch * sizes.outHeight * sizes.outWidth),
                   static_cast<uint64_t>(sizes.outChannels), epilogue, stream);
}

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const ConvStep &conv) {
  return std::make_unique<Convolution>(context, conv);
}

} // namespace dpsims::cuda
