// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/convolution.h"

#include "runtime/device/cuda/check.h"

namespace dpsims::cuda {

ConvSizes sizesOf(const ConvWindow &window, const Buffer &srcBuffer, const Buffer &weightsBuffer,
                  const Buffer &dstBuffer) {
  const Shape &src = srcBuffer.shape, &weights = weightsBuffer.shape, &dst = dstBuffer.shape;
  ConvSizes sizes{};
  sizes.batch = src[0], sizes.inHeight = src[1], sizes.inWidth = src[2], sizes.inChannels = src[3];
  sizes.outHeight = dst[1], sizes.outWidth = dst[2], sizes.outChannels = dst[3];
  sizes.kernelHeight = weights[2], sizes.kernelWidth = weights[3];
  sizes.strideH = window.strideH, sizes.strideW = window.strideW;
  sizes.padTop = window.padTop, sizes.padLeft = window.padLeft;
  sizes.padBottom = window.padBottom, sizes.padRight = window.padRight;
  sizes.groups = window.groups;
  return sizes;
}

PackedWeights::PackedWeights(const StepContext &context, uint32_t buffer, bool packed, const ConvSizes &sizes,
                             WorkspaceLayout &layout)
    : sizes(sizes) {
  const Buffer &plainBuffer = context.buffer(buffer);
  if (packed || sizes.kernelHeight * sizes.kernelWidth == 1) { // with one tap both orders are the same
    place = context.operand(buffer);
  } else if (plainBuffer.space == Space::Constant) {
    place = {Operand::Kind::Constant, context.constants.needPacked(plainBuffer.index, plainBuffer.offset, sizes), 0};
  } else {
    plain = context.operand(buffer);
    place = layout.add(sizes.weightCount() * sizeof(float));
  }
}

void PackedWeights::bind(const Addresses &addresses) {
  at = addresses.floats(place);
  plainAt = plain ? addresses.floats(*plain) : nullptr;
}

void PackedWeights::run(cudaStream_t stream) const {
  if (plainAt)
    launchPackWeights(at, plainAt, sizes, stream);
}

namespace {

// A step in up to three parts: pack the weights (unless they are constants, packed once), convolve, do what the engine
// leaves of the epilogue.
class Convolution : public CudaStep {
public:
  Convolution(const StepContext &context, const ConvStep &conv);

  void bind(const Addresses &addresses) override;
  void run(cudaStream_t stream) override;
  std::string implementation() const override { return graph ? graph->implementation() : "direct"; }
  uint64_t workspaceBytes() const override { return layout.bytes; }
  uint64_t launches() const override { return weights.launches() + 1 + (hasEpilogue() && !fused); }

private:
  void chooseEngine(const StepContext &context, const ConvStep &conv);
  ConvGraphSpec specFor(bool fused) const;
  bool hasEpilogue() const { return bias || residual || epilogue.activation != Activation::None; }

  Libraries &libraries;
  ConvSizes sizes;
  Epilogue epilogue;
  WorkspaceLayout layout;

  PackedWeights weights;
  Operand src, dst;
  std::optional<Operand> bias, residual;
  std::optional<Operand> result; // where the convolution's result waits for its epilogue, if not in dst
  Operand workspace;
  std::shared_ptr<const ConvGraph> graph; // null: the direct kernel
  bool fused = false;

  // Resolved.
  float *srcAt, *dstAt, *biasAt, *residualAt, *resultAt;
  Descriptor bound;
};

Convolution::Convolution(const StepContext &context, const ConvStep &conv)
    : libraries(context.libraries),
      sizes(sizesOf(conv, context.buffer(conv.src), context.buffer(conv.weights), context.buffer(conv.dst))),
      epilogue(conv.epilogue), weights(context, conv.weights, conv.packed, sizes, layout),
      src(context.operand(conv.src)), dst(context.operand(conv.dst)) {
  if (conv.bias >= 0)
    bias = context.operand(static_cast<uint32_t>(conv.bias));
  if (conv.residual >= 0)
    residual = context.operand(static_cast<uint32_t>(conv.residual));
  chooseEngine(context, conv);
}

ConvGraphSpec Convolution::specFor(bool fused) const {
  ConvGraphSpec spec;
  spec.sizes = sizes;
  spec.type = libraries.tensorType();
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
void Convolution::chooseEngine(const StepContext &context, const ConvStep &conv) {
  ConvPlans &plans = libraries.convolutions();
  bool overwritesResidual = context.overlap(conv.dst, conv.residual);
  if (overwritesResidual)
    result = layout.add(sizes.outputCount() * sizeof(float));
  std::shared_ptr<const ConvGraph> whole;
  if (hasEpilogue() && !overwritesResidual && canFuse(epilogue.activation))
    whole = plans.find(specFor(/*fused=*/true));
  if (!whole || whole->seconds > 0)
    graph = plans.find(specFor(/*fused=*/false));
  fused = whole && !(graph && plans.prefersKernel(specFor(/*fused=*/true), *whole, *graph));
  if (fused)
    graph = whole;
  if (graph)
    workspace = layout.add(graph->workspaceBytes());
}

void Convolution::bind(const Addresses &addresses) {
  auto resolve = [&](const std::optional<Operand> &operand) { return operand ? addresses.floats(*operand) : nullptr; };
  srcAt = addresses.floats(src);
  weights.bind(addresses);
  dstAt = addresses.floats(dst);
  biasAt = resolve(bias);
  residualAt = resolve(residual);
  resultAt = result ? addresses.floats(*result) : dstAt;
  if (graph)
    bound = graph->bind({srcAt, weights.address(), residualAt, biasAt, resultAt, addresses.resolve(workspace)});
}

void Convolution::run(cudaStream_t stream) {
  weights.run(stream);
  if (graph)
    graph->run(libraries.cudnn(), bound);
  else
    launchDirectConv(resultAt, srcAt, weights.address(), sizes, stream);
  if (!fused && hasEpilogue())
    launchEpilogue(dstAt, resultAt, biasAt, residualAt,
                   static_cast<uint64_t>(sizes.batch * sizes.outHeight * sizes.outWidth),
                   static_cast<uint64_t>(sizes.outChannels), epilogue, stream);
}

} // namespace

std::unique_ptr<CudaStep> makeConvStep(const StepContext &context, const ConvStep &conv) {
  return std::make_unique<Convolution>(context, conv);
}

} // namespace dpsims::cuda
