// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/convolution.h"

#include "runtime/device/cpu/primitive_step.h"

namespace dpsims {

ConvDescs::ConvDescs(const ConvSizes &s)
    : src{s.batch, s.inChannels, s.inHeight, s.inWidth}, dst{s.batch, s.outChannels, s.outHeight, s.outWidth},
      strides{s.strideH, s.strideW}, padBegin{s.padTop, s.padLeft}, padEnd{s.padBottom, s.padRight} {
  weights = {s.outChannels / s.groups, s.groupChannels(), s.kernelHeight, s.kernelWidth};
  if (s.groups > 1)
    weights.insert(weights.begin(), s.groups);
  plainWeights = plainDesc(weights);
  bias = plainDesc({s.outChannels});
}

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

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvStep &conv) {
  ConvDescs descs(convSizes(context.plan, conv));
  descs.hasBias = conv.bias >= 0;
  dnnl::memory::desc src = nhwcDesc(descs.src), dst = nhwcDesc(descs.dst);
  auto describe = [&](const dnnl::primitive_attr &attributes) {
    auto description = descs.forward(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, src,
                                     anyDesc(descs.weights), dst);
    return dnnl::convolution_forward::primitive_desc(description, attributes, context.library.engine);
  };
  FusedPrimitive<dnnl::convolution_forward::primitive_desc> chosen(context, conv.epilogue, conv.residual, conv.dst, dst,
                                                                   describe);
  BoundPrimitive primitive(context.library, dnnl::convolution_forward(chosen.descriptor));
  primitive.add(DNNL_ARG_SRC, src, context.operand(conv.src));
  ScratchSpace scratch(context.scratch);
  PrimitiveList before;
  dnnl::memory::desc packed = chosen.descriptor.weights_desc();
  primitive.add(DNNL_ARG_WEIGHTS, packed,
                context.packedOperand(conv.weights, descs.plainWeights, packed, scratch, before));
  if (descs.hasBias)
    primitive.add(DNNL_ARG_BIAS, descs.bias, context.operand(static_cast<uint32_t>(conv.bias)));
  return chosen.finish(context, scratch, std::move(before), std::move(primitive));
}

} // namespace dpsims
