// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/convolution.h"

#include "runtime/device/cpu/convolution_slabs.h"
#include "runtime/device/cpu/fused_step.h"

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

namespace {

// The slab with its sizes: FusedSlab has what any step has.
struct FusedConvSlab : FusedSlab {
  explicit FusedConvSlab(const ConvSlab &slab) : sizes(slab.sizes) {
    const ConvDescs descs(sizes);
    src = nhwcDesc(descs.src);
    weights = descs.plainWeights;
    dst = nhwcDesc(descs.dst);
    srcBegin = slab.src;
    dstBegin = slab.dst;
  }

  ConvSizes sizes;
};

// Paddings may differ where shapes do not.
bool sameWork(const FusedConvSlab &a, const FusedConvSlab &b) { return a.sizes == b.sizes; }

} // namespace

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvStep &conv) {
  const ConvSizes sizes = convSizes(context.plan, conv);
  const ConvDescs descs(sizes);
  const FusedOperands operands{conv.src, conv.weights, conv.dst, conv.bias, conv.residual, descs.bias};
  auto describe = [&](const FusedConvSlab &slab, const dnnl::memory::desc &weights,
                      const dnnl::primitive_attr &attributes) {
    ConvDescs own(slab.sizes);
    own.hasBias = conv.bias >= 0;
    auto description = own.forward(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, slab.src,
                                   weights, slab.dst);
    return dnnl::convolution_forward::primitive_desc(description, attributes, context.library.engine);
  };
  std::vector<FusedConvSlab> slabs;
  for (const ConvSlab &slab : slabsOfResult(sizes))
    slabs.emplace_back(slab);
  return makeFusedStep<dnnl::convolution_forward>(context, operands, conv.epilogue, anyDesc(descs.weights), slabs,
                                                  FusedConvSlab(wholeOf(sizes)), describe);
}

} // namespace dpsims
