// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gradients of convolutions by oneDNN.

#include "runtime/device/cpu/convolution.h"
#include "runtime/device/cpu/convolution_slabs.h"
#include "runtime/device/cpu/parallel.h"
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
  const DataType operands = descs.types.weights == DataType::f32 ? descs.types.src : descs.types.weights;
  return {descs.forward(dnnl::prop_kind::forward_training, algorithm::convolution_direct,
                        anyDesc(descs.src, descs.types.src), anyDesc(descs.weights, operands),
                        anyDesc(descs.dst, descs.types.dst)),
          library.engine};
}

dnnl::convolution_backward_data::primitive_desc describeInput(const OneDnn &library, const ConvSizes &sizes,
                                                              const ConvTypes &types, const memory::desc *weights) {
  const ConvDescs descs(sizes, types);
  return {descs.backwardData(algorithm::convolution_direct, descs.srcDesc(), weights ? *weights : descs.anyWeights(),
                             descs.dstDesc()),
          ownScratchpad(), library.engine, forwardOf(library, descs)};
}

dnnl::convolution_backward_weights::primitive_desc
describeWeights(const OneDnn &library, const ConvSizes &sizes, const ConvTypes &types, const memory::desc *weights) {
  const ConvDescs descs(sizes, types);
  return {descs.backwardWeights(algorithm::convolution_direct, descs.srcDesc(), weights ? *weights : descs.anyWeights(),
                                descs.dstDesc()),
          ownScratchpad(), library.engine, forwardOf(library, descs)};
}

Operand placeOf(const Operand &tensor, uint64_t elements, DataType type) {
  return tensor.at(elements * memory::data_type_size(type));
}

// A descriptor for each slab, by their sizes; all have the weights in the format that the middle one chooses.
template <typename Descriptor> class SlabDescriptors {
public:
  using Describe = Descriptor (*)(const OneDnn &, const ConvSizes &, const ConvTypes &, const memory::desc *);

  // Of the slabs if the library does all of them as it would do the whole, else of the whole.
  SlabDescriptors(const OneDnn &library, std::vector<ConvSlab> cut, const ConvSizes &whole, const ConvTypes &types,
                  Describe describe)
      : slabs(std::move(cut)), types(types) {
    if (!tryAll(library, whole, describe)) {
      slabs = {wholeOf(whole)};
      made = {{whole, describe(library, whole, types, nullptr)}};
    }
  }

  std::vector<ConvSlab> slabs;

  const Descriptor &main() const { return made.front().second; }
  const Descriptor &of(const ConvSlab &slab) const { return *find(slab.sizes); }
  uint64_t scratchpadBytes() const {
    uint64_t bytes = 0;
    for (const auto &[sizes, descriptor] : made)
      bytes = std::max<uint64_t>(bytes, descriptor.scratchpad_desc().get_size());
    return bytes;
  }

private:
  bool tryAll(const OneDnn &library, const ConvSizes &whole, Describe describe) {
    const ConvSizes &middle = slabs[slabs.size() / 2].sizes;
    if (slabs.size() == 1)
      return false;
    try {
      made.push_back({middle, describe(library, middle, types, nullptr)});
      const memory::desc weights = weightsOf(main());
      for (const ConvSlab &slab : slabs)
        if (!find(slab.sizes))
          made.push_back({slab.sizes, describe(library, slab.sizes, types, &weights)});
    } catch (const dnnl::error &error) {
      if (error.status != dnnl_unimplemented && error.status != dnnl_invalid_arguments)
        throw;
      return false;
    }
    const std::string implementation = describe(library, whole, types, nullptr).impl_info_str();
    return std::all_of(made.begin(), made.end(),
                       [&](const auto &each) { return implementation == each.second.impl_info_str(); });
  }

  static memory::desc weightsOf(const dnnl::convolution_backward_data::primitive_desc &descriptor) {
    return descriptor.weights_desc();
  }
  static memory::desc weightsOf(const dnnl::convolution_backward_weights::primitive_desc &descriptor) {
    return descriptor.diff_weights_desc();
  }

  const Descriptor *find(const ConvSizes &sizes) const {
    for (const auto &[other, descriptor] : made)
      if (other == sizes)
        return &descriptor;
    return nullptr;
  }

  ConvTypes types;
  std::vector<std::pair<ConvSizes, Descriptor>> made;
};

// The gradients of the weights from slabs, added in the slabs' order whatever thread made them when.
class WeightGradientStep : public DeviceStep {
public:
  WeightGradientStep(const CpuStepContext &context, const ConvWeightGradientStep &step) : team(context.team) {
    const ConvSizes sizes = convSizes(context.plan, step);
    const ConvTypes types = convTypes(context, step);
    const SlabDescriptors<dnnl::convolution_backward_weights::primitive_desc> descriptors(
        context.library, slabsOfSum(sizes), sizes, types, describeWeights);
    name = descriptors.main().impl_info_str();
    const memory::desc packed = descriptors.main().diff_weights_desc(),
                       plain = ConvDescs(sizes, types).plainWeights(context.buffer(step.dst).type);
    const bool isPlain = packed == plain;
    const Operand dst = context.operand(step.dst);
    StepWorkspace workspace = context.workspace();
    count = static_cast<int64_t>(packed.get_size() / sizeof(float));
    for (size_t i = 0; i < descriptors.slabs.size(); ++i)
      parts.push_back(isPlain && i == 0 ? dst : workspace.reserve(packed.get_size()));
    const Scratchpads scratchpads(workspace, descriptors.scratchpadBytes(), team.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      const ConvSlab &slab = descriptors.slabs[i];
      const ConvDescs descs(slab.sizes, types);
      BoundPrimitive primitive(context.library, dnnl::convolution_backward_weights(descriptors.of(slab)));
      primitive.add(DNNL_ARG_SRC, descs.srcDesc(), placeOf(context.operand(step.src), slab.src, types.src));
      primitive.add(DNNL_ARG_DIFF_DST, descs.dstDesc(), placeOf(context.operand(step.gradient), slab.dst, types.dst));
      primitive.add(DNNL_ARG_DIFF_WEIGHTS, packed, parts[i]);
      primitive.addScratchpad(descriptors.of(slab).scratchpad_desc(), scratchpads);
      primitives.push_back(std::move(primitive));
    }
    if (!isPlain)
      reorder.push_back(makeReorder(context.library, packed, parts[0], plain, dst));
  }

  void bind(const Addresses &addresses) override {
    for (BoundPrimitive &primitive : primitives)
      primitive.bind(addresses);
    dpsims::bind(reorder, addresses);
    partAddresses.clear();
    for (const Operand &part : parts)
      partAddresses.push_back(addresses.floats(part));
  }

  void run() override {
    team.run(static_cast<int64_t>(primitives.size()),
             [&](int64_t slab, int thread) { primitives[static_cast<size_t>(slab)].run(thread); });
    if (parts.size() > 1)
      addParts();
    dpsims::run(reorder, team);
  }

  std::string implementation() const override { return name; }

private:
  void addParts() {
    const uint64_t bytes = parts.size() * static_cast<uint64_t>(count) * sizeof(float);
    shareRange(team, count, chunksFor(bytes), [&](int64_t begin, int64_t end) {
      float *sum = partAddresses[0];
      for (size_t part = 1; part < partAddresses.size(); ++part) {
        const float *term = partAddresses[part];
        for (int64_t i = begin; i < end; ++i)
          sum[i] += term[i];
      }
    });
  }

  Team &team;
  PrimitiveGroup primitives;
  std::vector<Operand> parts; // the first becomes the sum
  std::vector<float *> partAddresses;
  int64_t count = 0; // floats of each
  PrimitiveList reorder;
  std::string name;
};

} // namespace

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvInputGradientStep &step) {
  const ConvSizes sizes = convSizes(context.plan, step);
  const ConvTypes types = convTypes(context, step);
  const SlabDescriptors<dnnl::convolution_backward_data::primitive_desc> descriptors(
      context.library, slabsOfInput(sizes), sizes, types, describeInput);
  const memory::desc packed = descriptors.main().weights_desc();
  StepWorkspace workspace = context.workspace();
  PrimitiveList groups;
  const memory::desc plain = ConvDescs(sizes, types).plainWeights(context.buffer(step.weights).type);
  const Operand weights = context.packedOperand(step.weights, plain, packed, workspace, groups);
  const Scratchpads scratchpads(workspace, descriptors.scratchpadBytes(), context.team.size());
  PrimitiveGroup group;
  for (const ConvSlab &slab : descriptors.slabs) {
    const ConvDescs descs(slab.sizes, types);
    BoundPrimitive primitive(context.library, dnnl::convolution_backward_data(descriptors.of(slab)));
    primitive.add(DNNL_ARG_DIFF_DST, descs.dstDesc(), placeOf(context.operand(step.gradient), slab.dst, types.dst));
    primitive.add(DNNL_ARG_WEIGHTS, packed, weights);
    primitive.add(DNNL_ARG_DIFF_SRC, descs.srcDesc(), placeOf(context.operand(step.dst), slab.src, types.src));
    primitive.addScratchpad(descriptors.of(slab).scratchpad_desc(), scratchpads);
    group.push_back(std::move(primitive));
  }
  groups.push_back(std::move(group));
  return std::make_unique<PrimitiveStep>(context.team, std::move(groups), EpilogueTail(),
                                         descriptors.main().impl_info_str());
}

std::unique_ptr<DeviceStep> makeDirectStep(const CpuStepContext &context, const ConvWeightGradientStep &step) {
  return std::make_unique<WeightGradientStep>(context, step);
}

} // namespace dpsims
