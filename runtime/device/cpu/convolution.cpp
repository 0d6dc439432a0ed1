// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/convolution.h"

#include "runtime/device/cpu/convolution_slabs.h"
#include "runtime/device/cpu/fused_step.h"

namespace dpsims {

namespace {

DataType typeOf(const StepContext &context, uint32_t buffer) { return dataType(context.buffer(buffer).type); }

} // namespace

ConvTypes convTypes(const StepContext &context, const ConvStep &step) {
  const DataType src = typeOf(context, step.src);
  return {src, src, typeOf(context, step.dst)};
}

ConvTypes convTypes(const StepContext &context, const ConvInputGradientStep &step) {
  const DataType gradient = typeOf(context, step.gradient);
  return {typeOf(context, step.dst), gradient, gradient};
}

ConvTypes convTypes(const StepContext &context, const ConvWeightGradientStep &step) {
  return {typeOf(context, step.src), DataType::f32, typeOf(context, step.gradient)};
}

ConvDescs::ConvDescs(const ConvSizes &s, const ConvTypes &types)
    : types(types), src{s.batch, s.inChannels, s.inHeight, s.inWidth},
      dst{s.batch, s.outChannels, s.outHeight, s.outWidth}, strides{s.strideH, s.strideW},
      padBegin{s.padTop, s.padLeft}, padEnd{s.padBottom, s.padRight} {
  weights = {s.outChannels / s.groups, s.groupChannels(), s.kernelHeight, s.kernelWidth};
  if (s.groups > 1)
    weights.insert(weights.begin(), s.groups);
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

namespace {

// The slab with its sizes: FusedSlab has what any step has.
struct FusedConvSlab : FusedSlab {
  FusedConvSlab(const ConvSlab &slab, const ConvTypes &types, ElementType weightsType) : sizes(slab.sizes) {
    const ConvDescs descs(sizes, types);
    src = descs.srcDesc();
    weights = descs.plainWeights(weightsType);
    dst = descs.dstDesc();
    srcBegin = slab.src * dnnl::memory::data_type_size(types.src);
    dstBegin = slab.dst * dnnl::memory::data_type_size(types.dst);
  }

  ConvSizes sizes;
};

// Paddings may differ where shapes do not.
bool sameWork(const FusedConvSlab &a, const FusedConvSlab &b) { return a.sizes == b.sizes; }

} // namespace

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvStep &conv) {
  const ConvSizes sizes = convSizes(context.plan, conv);
  const ConvTypes types = convTypes(context, conv);
  const ElementType weightsType = context.buffer(conv.weights).type;
  const ConvDescs descs(sizes, types);
  const FusedOperands operands{conv.src, conv.weights, conv.dst, conv.bias, conv.residual, descs.bias};
  auto describe = [&](const FusedConvSlab &slab, const dnnl::memory::desc &weights,
                      const dnnl::primitive_attr &attributes) {
    ConvDescs own(slab.sizes, types);
    own.hasBias = conv.bias >= 0;
    auto description = own.forward(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, slab.src,
                                   weights, slab.dst);
    return dnnl::convolution_forward::primitive_desc(description, attributes, context.library.engine);
  };
  std::vector<FusedConvSlab> slabs;
  for (const ConvSlab &slab : slabsOfResult(sizes))
    slabs.emplace_back(slab, types, weightsType);
  return makeFusedStep<dnnl::convolution_forward>(context, operands, conv.epilogue, descs.anyWeights(), slabs,
                                                  FusedConvSlab(wholeOf(sizes), types, weightsType), describe);
}

} // namespace dpsims
