// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gradients of convolutions by oneDNN.

#include "runtime/device/cpu/convolution.h"
#include "runtime/device/cpu/primitive_step.h"

namespace dpsims {

namespace {

using dnnl::algorithm;
using dnnl::memory;

dnnl::primitive_attr ownScratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

// The forward convolution that the library wants to see with each gradient.
dnnl::convolution_forward::primitive_desc forwardOf(const OneDnn &library, const ConvDescs &descs) {
  return {descs.forward(dnnl::prop_kind::forward_training, algorithm::convolution_direct, anyDesc(descs.src),
                        anyDesc(descs.weights), anyDesc(descs.dst)),
          library.engine};
}

} // namespace

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvInputGradientStep &step) {
  const ConvDescs descs(convSizes(context.plan, step));
  memory::desc gradient = nhwcDesc(descs.dst), result = nhwcDesc(descs.src);
  dnnl::convolution_backward_data::primitive_desc descriptor(
      descs.backwardData(algorithm::convolution_direct, result, anyDesc(descs.weights), gradient), ownScratchpad(),
      context.library.engine, forwardOf(context.library, descs));
  ScratchSpace scratch(context.scratch);
  PrimitiveList primitives;
  BoundPrimitive main(context.library, dnnl::convolution_backward_data(descriptor));
  memory::desc packed = descriptor.weights_desc();
  main.add(DNNL_ARG_DIFF_DST, gradient, context.operand(step.gradient));
  main.add(DNNL_ARG_WEIGHTS, packed,
           context.packedOperand(step.weights, descs.plainWeights, packed, scratch, primitives));
  main.add(DNNL_ARG_DIFF_SRC, result, context.operand(step.dst));
  main.addScratchpad(descriptor.scratchpad_desc(), scratch);
  primitives.push_back(std::move(main));
  return std::make_unique<PrimitiveStep>(std::move(primitives), EpilogueTail(), descriptor.impl_info_str());
}

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvWeightGradientStep &step) {
  const ConvDescs descs(convSizes(context.plan, step));
  memory::desc src = nhwcDesc(descs.src), gradient = nhwcDesc(descs.dst);
  dnnl::convolution_backward_weights::primitive_desc descriptor(
      descs.backwardWeights(algorithm::convolution_direct, src, anyDesc(descs.weights), gradient), ownScratchpad(),
      context.library.engine, forwardOf(context.library, descs));
  ScratchSpace scratch(context.scratch);
  PrimitiveList primitives;
  BoundPrimitive main(context.library, dnnl::convolution_backward_weights(descriptor));
  memory::desc packed = descriptor.diff_weights_desc();
  bool isPlain = packed == descs.plainWeights;
  Operand dst = context.operand(step.dst), result = isPlain ? dst : scratch.reserve(packed.get_size());
  main.add(DNNL_ARG_SRC, src, context.operand(step.src));
  main.add(DNNL_ARG_DIFF_DST, gradient, context.operand(step.gradient));
  main.add(DNNL_ARG_DIFF_WEIGHTS, packed, result);
  main.addScratchpad(descriptor.scratchpad_desc(), scratch);
  primitives.push_back(std::move(main));
  if (!isPlain)
    primitives.push_back(makeReorder(context.library, packed, result, descs.plainWeights, dst));
  return std::make_unique<PrimitiveStep>(std::move(primitives), EpilogueTail(), descriptor.impl_info_str());
}

} // namespace dpsims
