// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/step.h"

#include <optional>

namespace dpsims::cuda {

namespace {

ConvSizes sizesOf(const StepContext &context, const ConvStep &conv) {
  const Shape &src = context.buffer(conv.src).shape, &dst = context.buffer(conv.dst).shape;
  const Shape &weights = context.buffer(conv.weights).shape;
  ConvSizes sizes{};
  sizes.batch = src[0], sizes.inHeight = src[1], sizes.inWidth = src[2], sizes.inChannels = src[3];
  sizes.outHeight = dst[1], sizes.outWidth = dst[2], sizes.outChannels = dst[3];
  sizes.kernelHeight = weights[2], sizes.kernelWidth = weights[3];
  sizes.strideH = conv.strideH, sizes.strideW = conv.strideW;
  sizes.padTop = conv.padTop, sizes.padLeft = conv.padLeft;
  sizes.padBottom = conv.padBottom, sizes.padRight = conv.padRight;
  sizes.groups = conv.groups;
  return sizes;
}

// A step in up to three parts: pack the weights (unless they are constants, packed once), convolve, do what the engine
// leaves of the epilogue.
class Convolution : public CudaStep {
public:
  Convolution(const StepContext &context, const ConvStep &conv);

  void bind(const Addresses &addresses) override;
  void run(cudaStream_t stream) override;
  std::string implementation() const override { return graph ? graph->implementation() : "direct"; }
  uint64_t workspaceBytes() const override { return layout.bytes; }

private:
  void placeWeights(const StepContext &context, const ConvStep &conv);
  void chooseEngine(const StepContext &context, const ConvStep &conv);
  ConvGraphSpec specFor(bool fused) const;
  bool hasEpilogue() const { return bias || residual || epilogue.activation != Activation::None; }

  Libraries &libraries;
  ConvSizes sizes;
  Epilogue epilogue;
  WorkspaceLayout layout;

  Operand src, weights, dst;
  std::optional<Operand> bias, residual;
  std::optional<Operand> plainWeights; // to be packed at each run, into `weights`
  std::optional<Operand> result;       // where the convolution's result waits for its epilogue, if not in dst
  Operand workspace;
  std::shared_ptr<const ConvGraph> graph; // null: the direct kernel
  bool fused = false;

  // Resolved.
  float *srcAt, *weightsAt, *dstAt, *biasAt, *residualAt, *plainWeightsAt, *resultAt;
  Descriptor bound;
};

Convolution::Convolution(const StepContext &context, const ConvStep &conv)
    : libraries(context.libraries), sizes(sizesOf(context, conv)), epilogue(conv.epilogue),
      src(context.operand(conv.src)), dst(context.operand(conv.dst)) {
  if (conv.bias >= 0)
    bias = context.operand(static_cast<uint32_t>(conv.bias));
  if (conv.residual >= 0)
    residual = context.operand(static_cast<uint32_t>(conv.residual));
  placeWeights(context, conv);
  chooseEngine(context, conv);
}

void Convolution::placeWeights(const StepContext &context, const ConvStep &conv) {
  const Buffer &buffer = context.buffer(conv.weights);
  if (sizes.kernelHeight * sizes.kernelWidth == 1) { // both orders are the same
    weights = context.operand(conv.weights);
  } else if (buffer.space == Space::Constant) {
    weights = {Operand::Kind::Constant, context.constants.needPacked(buffer.index, buffer.offset, sizes), 0};
  } else {
    plainWeights = context.operand(conv.weights);
    weights = layout.add(sizes.weightCount() * sizeof(float));
  }
}

ConvGraphSpec Convolution::specFor(bool fused) const {
  ConvGraphSpec spec;
  spec.sizes = sizes;
  spec.srcAlignment = src.alignment();
  spec.weightsAlignment = weights.alignment();
  spec.dstAlignment = result ? result->alignment() : dst.alignment();
  if (!fused)
    return spec;
  spec.hasResidual = residual.has_value();
  spec.hasBias = true;
  spec.hasRelu = epilogue.activation == Activation::Relu;
  spec.residualAlignment = residual ? residual->alignment() : memoryAlignment;
  spec.biasAlignment = bias->alignment();
  return spec;
}

// cuDNN adds the residual before the activation, we after it. An engine may write elements of dst before it has read
// others: a residual in dst waits for the epilogue.
void Convolution::chooseEngine(const StepContext &context, const ConvStep &conv) {
  bool overwritesResidual = context.overlap(conv.dst, conv.residual);
  if (overwritesResidual)
    result = layout.add(sizes.outputCount() * sizeof(float));
  bool fusable = bias && !overwritesResidual &&
                 (epilogue.activation == Activation::None || (epilogue.activation == Activation::Relu && !residual));
  if (fusable)
    graph = libraries.findGraph(specFor(/*fused=*/true));
  fused = graph != nullptr;
  if (!graph)
    graph = libraries.findGraph(specFor(/*fused=*/false));
  if (graph)
    workspace = layout.add(graph->workspaceBytes());
}

void Convolution::bind(const Addresses &addresses) {
  auto resolve = [&](const std::optional<Operand> &operand) { return operand ? addresses.floats(*operand) : nullptr; };
  srcAt = addresses.floats(src);
  weightsAt = addresses.floats(weights);
  dstAt = addresses.floats(dst);
  biasAt = resolve(bias);
  residualAt = resolve(residual);
  plainWeightsAt = resolve(plainWeights);
  resultAt = result ? addresses.floats(*result) : dstAt;
  if (graph)
    bound = graph->bind({srcAt, weightsAt, residualAt, biasAt, resultAt, addresses.resolve(workspace)});
}

void Convolution::run(cudaStream_t stream) {
  if (plainWeightsAt)
    launchPackWeights(weightsAt, plainWeightsAt, sizes, stream);
  if (graph)
    graph->run(libraries.cudnn(), bound);
  else
    launchDirectConv(resultAt, srcAt, weightsAt, sizes, stream);
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
