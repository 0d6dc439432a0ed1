// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/convolution.h"

#include "runtime/device/cpu/primitive_step.h"

namespace dpsims {

ConvDescs::ConvDescs(const ConvWindow &window, const Buffer &srcBuffer, const Buffer &weightsBuffer,
                     const Buffer &dstBuffer) {
  const Shape &s = srcBuffer.shape, &w = weightsBuffer.shape, &d = dstBuffer.shape;
  int64_t groups = window.groups;
  src = {s[0], s[3], s[1], s[2]};
  dst = {d[0], d[3], d[1], d[2]};
  weights = groups == 1 ? dnnl::memory::dims{w[0], w[1], w[2], w[3]}
                        : dnnl::memory::dims{groups, w[0] / groups, w[1], w[2], w[3]};
  strides = {window.strideH, window.strideW};
  padBegin = {window.padTop, window.padLeft};
  padEnd = {window.padBottom, window.padRight};
  plainWeights = plainDesc(weights);
  bias = plainDesc({d[3]});
}

ConvDescs::ConvDescs(const Plan &plan, const ConvStep &conv)
    : ConvDescs(conv, plan.buffers[conv.src], plan.buffers[conv.weights], plan.buffers[conv.dst]) {
  hasBias = conv.bias >= 0;
}

ConvDescs::ConvDescs(const Plan &plan, const ConvInputGradientStep &step)
    : ConvDescs(step, plan.buffers[step.dst], plan.buffers[step.weights], plan.buffers[step.gradient]) {}

ConvDescs::ConvDescs(const Plan &plan, const ConvWeightGradientStep &step)
    : ConvDescs(step, plan.buffers[step.src], plan.buffers[step.dst], plan.buffers[step.gradient]) {}

dnnl::convolution_forward::desc ConvDescs::forward(dnnl::prop_kind kind, dnnl::algorithm algorithm,
                                                   const dnnl::memory::desc &srcDesc,
                                                   const dnnl::memory::desc &weightsDesc,
                                                   const dnnl::memory::desc &dstDesc) const {
  if (hasBias)
    return {kind, algorithm, srcDesc, weightsDesc, bias, dstDesc, strides, padBegin, padEnd};
  return {kind, algorithm, srcDesc, weightsDesc, dstDesc, strides, padBegin, padEnd};
}

dnnl::convolution_backward_data::desc ConvDescs::backwardData(dnnl::algorithm algorithm,
                                                              const dnnl::memory::desc &srcDesc,
                                                              const dnnl::memory::desc &weightsDesc,
                                                              const dnnl::memory::desc &dstDesc) const {
  return {algorithm, srcDesc, weightsDesc, dstDesc, strides, padBegin, padEnd};
}

dnnl::convolution_backward_weights::desc ConvDescs::backwardWeights(dnnl::algorithm algorithm,
                                                                    const dnnl::memory::desc &srcDesc,
                                                                    const dnnl::memory::desc &weightsDesc,
                                                                    const dnnl::memory::desc &dstDesc) const {
  return {algorithm, srcDesc, weightsDesc, dstDesc, strides, padBegin, padEnd};
}

std::unique_ptr<CpuStep> makeDirectStep(const StepContext &context, const ConvStep &conv) {
  ConvDescs descs(context.plan, conv);
  dnnl::memory::desc src = nhwcDesc(descs.src), dst = nhwcDesc(descs.dst);
  auto describe = [&](const dnnl::primitive_attr &attributes) {
    auto description = descs.forward(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, src,
                                     anyDesc(descs.weights), dst);
    return dnnl::convolution_forward::primitive_desc(description, attributes, cpuEngine());
  };
  FusedPrimitive<dnnl::convolution_forward::primitive_desc> chosen(context, conv.epilogue, conv.residual, conv.dst, dst,
                                                                   describe);
  BoundPrimitive primitive{dnnl::convolution_forward(chosen.descriptor)};
  primitive.add(DNNL_ARG_SRC, src, context.operand(conv.src));
  ScratchSpace scratch(context.workspace);
  PrimitiveList before;
  dnnl::memory::desc packed = chosen.descriptor.weights_desc();
  primitive.add(DNNL_ARG_WEIGHTS, packed,
                context.packedOperand(conv.weights, descs.plainWeights, packed, scratch, before));
  if (descs.hasBias)
    primitive.add(DNNL_ARG_BIAS, descs.bias, context.operand(static_cast<uint32_t>(conv.bias)));
  return chosen.finish(context, scratch, std::move(before), std::move(primitive));
}

} // namespace dpsims
