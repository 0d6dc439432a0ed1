// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/convolution.h"

#include "runtime/device/cpu/primitive_step.h"

namespace dpsims {

ConvDescs::ConvDescs(const Plan &plan, const ConvStep &conv) : hasBias(conv.bias >= 0) {
  const Shape &s = plan.buffers[conv.src].shape;
  const Shape &w = plan.buffers[conv.weights].shape;
  const Shape &d = plan.buffers[conv.dst].shape;
  int64_t groups = conv.groups;
  src = {s[0], s[3], s[1], s[2]};
  dst = {d[0], d[3], d[1], d[2]};
  weights = groups == 1 ? dnnl::memory::dims{w[0], w[1], w[2], w[3]}
                        : dnnl::memory::dims{groups, w[0] / groups, w[1], w[2], w[3]};
  strides = {conv.strideH, conv.strideW};
  padBegin = {conv.padTop, conv.padLeft};
  padEnd = {conv.padBottom, conv.padRight};
  plainWeights = plainDesc(weights);
  bias = plainDesc({d[3]});
  srcImage = {s[0], s[1], s[2], s[3]};
  dstImage = {d[0], d[1], d[2], d[3]};
}

dnnl::convolution_forward::desc ConvDescs::describe(dnnl::algorithm algorithm, const dnnl::memory::desc &srcDesc,
                                                    const dnnl::memory::desc &weightsDesc,
                                                    const dnnl::memory::desc &dstDesc) const {
  auto kind = dnnl::prop_kind::forward_inference;
  if (hasBias)
    return {kind, algorithm, srcDesc, weightsDesc, bias, dstDesc, strides, padBegin, padEnd};
  return {kind, algorithm, srcDesc, weightsDesc, dstDesc, strides, padBegin, padEnd};
}

std::unique_ptr<CpuStep> makeDirectStep(const StepContext &context, const ConvStep &conv) {
  ConvDescs descs(context.plan, conv);
  dnnl::memory::desc src = nhwcDesc(descs.src), dst = nhwcDesc(descs.dst);
  dnnl::memory::desc wanted =
      context.canPack(conv.weights)
          ? dnnl::memory::desc(descs.weights, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any)
          : descs.plainWeights;
  auto describe = [&](const dnnl::primitive_attr &attributes) {
    return dnnl::convolution_forward::primitive_desc(
        descs.describe(dnnl::algorithm::convolution_direct, src, wanted, dst), attributes, cpuEngine());
  };
  FusedPrimitive<dnnl::convolution_forward::primitive_desc> chosen(context, conv.epilogue, conv.residual, conv.dst, dst,
                                                                   describe);
  BoundPrimitive primitive{dnnl::convolution_forward(chosen.descriptor)};
  primitive.add(DNNL_ARG_SRC, src, context.operand(conv.src));
  dnnl::memory::desc packed = chosen.descriptor.weights_desc();
  primitive.add(DNNL_ARG_WEIGHTS, packed, context.packedOperand(conv.weights, descs.plainWeights, packed));
  if (descs.hasBias)
    primitive.add(DNNL_ARG_BIAS, descs.bias, context.operand(static_cast<uint32_t>(conv.bias)));
  return chosen.finish(context, std::move(primitive));
}

std::unique_ptr<CpuStep> makeConvStep(const StepContext &context, const ConvStep &conv, bool sourceIsBlocked,
                                      bool &leavesBlocked) {
  leavesBlocked = false;
  bool winograd = context.convolution == ConvolutionChoice::Winograd ||
                  (context.convolution == ConvolutionChoice::Auto && preferWinograd(context, conv, sourceIsBlocked));
  if (winograd) {
    if (std::unique_ptr<CpuStep> step = makeWinogradStep(context, conv, sourceIsBlocked)) {
      leavesBlocked = true;
      return step;
    }
  }
  return makeDirectStep(context, conv);
}

} // namespace dpsims
