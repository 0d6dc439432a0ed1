// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuDNN: what descriptors mean once they are finalized.

#include "test/emulator/cudnn_descriptor.h"
#include "test/emulator/gpu.h"

#include <algorithm>

namespace dpsims::emulated {

namespace {

[[noreturn]] void unsupported() { throw DnnError(CUDNN_STATUS_NOT_SUPPORTED); }

void requireFloat(const DnnDescriptor &descriptor, DnnDescriptor::Name name) {
  if (descriptor.get<cudnnDataType_t>(name) != CUDNN_DATA_FLOAT)
    unsupported();
}

// A part of the descriptor that it cannot do without.
std::shared_ptr<DnnDescriptor> take(DnnDescriptor &descriptor, DnnDescriptor::Name name,
                                    cudnnBackendDescriptorType_t type) {
  descriptor.parts.push_back(descriptor.reference(name, type));
  return descriptor.parts.back();
}

const DnnTensor &takeTensor(DnnDescriptor &descriptor, DnnDescriptor::Name name) {
  return take(descriptor, name, CUDNN_BACKEND_TENSOR_DESCRIPTOR)->tensor;
}

void finalizeTensor(DnnDescriptor &d) {
  d.tensor.type = d.get<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE);
  if (d.tensor.type != CUDNN_DATA_FLOAT && d.tensor.type != CUDNN_DATA_BFLOAT16)
    unsupported();
  d.tensor.uid = d.get<int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID);
  d.tensor.alignment = d.get<int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
  d.tensor.isVirtual = d.get<unsigned char>(CUDNN_ATTR_TENSOR_IS_VIRTUAL, 0) != 0;
  std::vector<int64_t> sizes = d.list<int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
  std::vector<int64_t> strides = d.list<int64_t>(CUDNN_ATTR_TENSOR_STRIDES);
  std::copy_n(sizes.begin(), 4, d.tensor.sizes.begin());
  std::copy_n(strides.begin(), 4, d.tensor.strides.begin());
  verify(d.tensor);
}

void finalizeWindow(const DnnDescriptor &d) {
  requireFloat(d, CUDNN_ATTR_CONVOLUTION_COMP_TYPE);
  bool isKnown = d.get<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) == CUDNN_CROSS_CORRELATION &&
                 d.get<int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS) == 2 &&
                 d.pair(CUDNN_ATTR_CONVOLUTION_DILATIONS) == std::array<int64_t, 2>{1, 1};
  if (!isKnown)
    unsupported();
  for (int64_t stride : d.pair(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES))
    if (stride < 1)
      throw DnnError(CUDNN_STATUS_BAD_PARAM, "a stride of " + std::to_string(stride));
}

// The attributes of one kind of convolution.
struct ConvNames {
  DnnConvKind kind;
  DnnDescriptor::Name window, src, weights, dst, alpha, beta;
};

constexpr ConvNames forwardNames{DnnConvKind::Forward,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
constexpr ConvNames inputGradientNames{DnnConvKind::InputGradient,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                                       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
constexpr ConvNames weightGradientNames{DnnConvKind::WeightGradient,
                                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};

void finalizeConvolution(DnnDescriptor &d, const ConvNames &names) {
  if (d.get<float>(names.alpha) != 1 || d.get<float>(names.beta) != 0)
    unsupported();
  std::shared_ptr<DnnDescriptor> window = take(d, names.window, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  DnnConvolution &conv = d.conv;
  conv.kind = names.kind;
  conv.src = takeTensor(d, names.src);
  conv.weights = takeTensor(d, names.weights);
  conv.dst = takeTensor(d, names.dst);
  auto [strideH, strideW] = window->pair(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
  auto [padTop, padLeft] = window->pair(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
  const DnnTensor::Sizes &src = conv.src.sizes, &weights = conv.weights.sizes, &dst = conv.dst.sizes;
  conv.shape = {src[0],     src[2],     src[3],  src[1],  dst[2], dst[3],  dst[1],
                weights[2], weights[3], strideH, strideW, padTop, padLeft, std::max<int64_t>(1, src[1] / weights[1])};
  verify(conv, window->pair(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS));
}

void finalizePointwise(DnnDescriptor &d) {
  std::shared_ptr<DnnDescriptor> function =
      take(d, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  requireFloat(*function, CUDNN_ATTR_POINTWISE_MATH_PREC);
  d.pointwise.mode = function->get<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
  d.pointwise.slope = function->get<double>(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, 0);
  d.pointwise.src = takeTensor(d, CUDNN_ATTR_OPERATION_POINTWISE_XDESC);
  d.pointwise.dst = takeTensor(d, CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
  if (d.has(CUDNN_ATTR_OPERATION_POINTWISE_BDESC))
    d.pointwise.operand = takeTensor(d, CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  verify(d.pointwise);
}

bool isConvolution(const DnnDescriptor &d) {
  return d.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR ||
         d.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ||
         d.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
}

void finalizeGraph(DnnDescriptor &d) {
  if (d.has(CUDNN_ATTR_OPERATIONGRAPH_HANDLE))
    requireDnnHandle(d.get<cudnnHandle_t>(CUDNN_ATTR_OPERATIONGRAPH_HANDLE));
  d.parts = d.references(CUDNN_ATTR_OPERATIONGRAPH_OPS);
  if (!isConvolution(*d.parts[0]))
    unsupported();
  DnnGraph graph{d.parts[0]->conv, {}};
  for (size_t i = 1; i < d.parts.size(); ++i) {
    if (d.parts[i]->type != CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
      unsupported();
    graph.pointwise.push_back(d.parts[i]->pointwise);
  }
  verify(graph);
  d.graph = std::make_shared<DnnGraph>(std::move(graph));
}

void finalizeHeuristic(DnnDescriptor &d) {
  auto mode = d.get<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE);
  std::shared_ptr<DnnDescriptor> graph =
      take(d, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  if (d.has(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP))
    take(d, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  else if (!graph->has(CUDNN_ATTR_OPERATIONGRAPH_HANDLE))
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "neither the graph has a handle nor the heuristic a device");
  d.graph = graph->graph;
  d.engines = proposeEngines(*d.graph, mode);
}

void finalizeEngine(DnnDescriptor &d) {
  d.graph = take(d, CUDNN_ATTR_ENGINE_OPERATION_GRAPH, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)->graph;
  auto index = d.get<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
  for (cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (const DnnEngine &engine : proposeEngines(*d.graph, mode))
      if (engine.index == index && d.engines.empty())
        d.engines = {engine};
  if (d.engines.empty())
    unsupported();
}

void finalizeConfiguration(DnnDescriptor &d) {
  std::shared_ptr<DnnDescriptor> engine = take(d, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  d.graph = engine->graph;
  d.engines = engine->engines;
}

void finalizePlan(DnnDescriptor &d) {
  bool hasHandle = d.has(CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
  if (hasHandle == d.has(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP))
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "a plan is for a handle, or for the description of a device");
  if (hasHandle)
    requireDnnHandle(d.get<cudnnHandle_t>(CUDNN_ATTR_EXECUTION_PLAN_HANDLE));
  else
    take(d, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  DnnPlan plan;
  if (d.has(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION)) {
    plan = DnnPlan::fromJson(d.text(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION));
  } else if (d.has(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)) {
    std::shared_ptr<DnnDescriptor> config =
        take(d, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    plan = {*config->graph, config->engines.at(0)};
  } else {
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "a plan without an engine");
  }
  if (!plan.engine.builds)
    unsupported();
  plan.forThisDevice = hasHandle;
  d.plan = std::make_shared<DnnPlan>(std::move(plan));
}

void finalizeVariantPack(const DnnDescriptor &d) {
  std::vector<void *> pointers = d.list<void *>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  if (pointers.size() != d.list<int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS).size())
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "not as many pointers as numbers of tensors");
  if (std::count(pointers.begin(), pointers.end(), nullptr))
    throw DnnError(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "a null pointer");
}

void finalizeDevice(const DnnDescriptor &d) {
  if (!d.has(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION))
    return;
  nlohmann::json json = nlohmann::json::parse(d.text(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION), nullptr, false);
  if (!json.is_object() || !json.contains("deviceVer"))
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "no description of a device");
}

} // namespace

void finalize(DnnDescriptor &d) {
  d.requireComplete();
  switch (d.type) {
  case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
    return finalizeTensor(d);
  case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
    return finalizeWindow(d);
  case CUDNN_BACKEND_POINTWISE_DESCRIPTOR:
    return;
  case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
    return finalizeConvolution(d, forwardNames);
  case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
    return finalizeConvolution(d, inputGradientNames);
  case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
    return finalizeConvolution(d, weightGradientNames);
  case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR:
    return finalizePointwise(d);
  case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
    return finalizeGraph(d);
  case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
    return finalizeHeuristic(d);
  case CUDNN_BACKEND_ENGINE_DESCRIPTOR:
    return finalizeEngine(d);
  case CUDNN_BACKEND_ENGINECFG_DESCRIPTOR:
    return finalizeConfiguration(d);
  case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
    return finalizePlan(d);
  case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
    return finalizeVariantPack(d);
  case CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR:
    return finalizeDevice(d);
  default:
    unsupported();
  }
}

} // namespace dpsims::emulated
