// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/conv_graph.h"

#include "runtime/device/cuda/check.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

namespace dpsims::cuda {

//===--------------------------------------------------------------------------------------------------------------===//
// Descriptors
//===--------------------------------------------------------------------------------------------------------------===//

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) {
  check(cudnnBackendCreateDescriptor(type, &handle), "cudnnBackendCreateDescriptor");
}

Descriptor::~Descriptor() {
  if (handle)
    cudnnBackendDestroyDescriptor(handle);
}

Descriptor::Descriptor(Descriptor &&other) noexcept { *this = std::move(other); }

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  std::swap(handle, other.handle);
  return *this;
}

void Descriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count,
                     const void *values) {
  check(cudnnBackendSetAttribute(handle, name, type, count, values), "cudnnBackendSetAttribute");
}

void Descriptor::finalize() { check(cudnnBackendFinalize(handle), "cudnnBackendFinalize"); }

bool Descriptor::tryFinalize() { return cudnnBackendFinalize(handle) == CUDNN_STATUS_SUCCESS; }

namespace {

void setDescriptor(Descriptor &descriptor, cudnnBackendAttributeName_t name, const Descriptor &value) {
  cudnnBackendDescriptor_t handle = value.get();
  descriptor.set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &handle);
}

template <typename... Sizes> void setSizes(Descriptor &descriptor, cudnnBackendAttributeName_t name, Sizes... sizes) {
  int64_t values[] = {sizes...};
  descriptor.set(name, CUDNN_TYPE_INT64, sizeof...(sizes), values);
}

// Numbers by which an engine's operands are told apart.
enum Uid : int64_t { Src = 1, Weights, Dst, Residual, Bias, FirstVirtual };

//===--------------------------------------------------------------------------------------------------------------===//
// The graph
//===--------------------------------------------------------------------------------------------------------------===//

// How cuDNN calls an activation; nothing for those that it has not.
std::optional<cudnnPointwiseMode_t> modeOf(Activation activation) {
  switch (activation) {
  case Activation::Relu:
  case Activation::LeakyRelu: // with a slope
    return CUDNN_POINTWISE_RELU_FWD;
  case Activation::Sigmoid:
    return CUDNN_POINTWISE_SIGMOID_FWD;
  case Activation::Silu:
    return CUDNN_POINTWISE_SWISH_FWD;
  case Activation::Gelu:
    return CUDNN_POINTWISE_GELU_FWD; // by erf
  case Activation::Tanh:
    return CUDNN_POINTWISE_TANH_FWD;
  case Activation::None:
  case Activation::Clamp:
    break;
  }
  return std::nullopt;
}

// Makes the descriptors of one graph.
class GraphBuilder {
public:
  explicit GraphBuilder(const ConvGraphSpec &spec) : spec(spec), sizes(spec.sizes) {}

  /// The graph, empty if cuDNN does not know its kind.
  Descriptor build(cudnnHandle_t handle);

  /// The descriptors that the graph refers to, which must live as long as it does.
  std::vector<Descriptor> takeParts() {
    return {std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end())};
  }

private:
  Descriptor &create(cudnnBackendDescriptorType_t type) { return parts.emplace_back(type); }
  // NHWC: cuDNN names the sizes in the order NCHW, and the strides say the rest.
  Descriptor &tensor(int64_t uid, int64_t n, int64_t c, int64_t h, int64_t w, uint32_t alignment);
  Descriptor &output(bool isLast);
  Descriptor &window();
  void convolution();
  void add(const Descriptor &operand);
  void activate(const Epilogue &epilogue);
  void pointwise(const Descriptor &function, const Descriptor *operand);
  Descriptor &function(cudnnPointwiseMode_t mode);

  const ConvGraphSpec &spec;
  const ConvSizes &sizes;
  std::deque<Descriptor> parts; // a deque: references to its elements stay
  std::vector<cudnnBackendDescriptor_t> operations;
  const Descriptor *current = nullptr; // the last operation's result
  int operationsLeft = 0;
  int64_t nextVirtual = FirstVirtual;
};

Descriptor &GraphBuilder::tensor(int64_t uid, int64_t n, int64_t c, int64_t h, int64_t w, uint32_t alignment) {
  Descriptor &result = create(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  bool isVirtual = uid >= FirstVirtual;
  result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
  setSizes(result, CUDNN_ATTR_TENSOR_DIMENSIONS, n, c, h, w);
  setSizes(result, CUDNN_ATTR_TENSOR_STRIDES, h * w * c, int64_t(1), w * c, c);
  setSizes(result, CUDNN_ATTR_TENSOR_UNIQUE_ID, uid);
  setSizes(result, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, int64_t(alignment));
  result.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &isVirtual);
  result.finalize();
  return result;
}

// What the next operation writes: the graph's result, or something that never reaches memory.
Descriptor &GraphBuilder::output(bool isLast) {
  return tensor(isLast ? int64_t(Dst) : nextVirtual++, sizes.batch, sizes.outChannels, sizes.outHeight, sizes.outWidth,
                isLast ? spec.dstAlignment : 256);
}

// Strides and paddings.
Descriptor &GraphBuilder::window() {
  Descriptor &conv = create(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  conv.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
  conv.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
  setSizes(conv, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, int64_t(2));
  setSizes(conv, CUDNN_ATTR_CONVOLUTION_DILATIONS, int64_t(1), int64_t(1));
  setSizes(conv, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, sizes.strideH, sizes.strideW);
  setSizes(conv, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, sizes.padTop, sizes.padLeft);
  setSizes(conv, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, sizes.padBottom, sizes.padRight);
  conv.finalize();
  return conv;
}

// How cuDNN calls one kind of convolution and what belongs to it.
struct ConvNames {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t window, src, weights, dst, alpha, beta;
};

const ConvNames &namesOf(ConvKind kind) {
  static const ConvNames names[] = {
      {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
       CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
       CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
       CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
      {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
      {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
       CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA}};
  return names[static_cast<size_t>(kind)];
}

void GraphBuilder::convolution() {
  const ConvNames &names = namesOf(spec.kind);
  Descriptor &conv = window();
  Descriptor &operation = create(names.operation);
  Descriptor &src = tensor(Src, sizes.batch, sizes.inChannels, sizes.inHeight, sizes.inWidth, spec.srcAlignment);
  Descriptor &weights = tensor(Weights, sizes.outChannels, sizes.groupChannels(), sizes.kernelHeight, sizes.kernelWidth,
                               spec.weightsAlignment);
  Descriptor &dst = output(--operationsLeft == 0);
  float one = 1, zero = 0;
  setDescriptor(operation, names.window, conv);
  setDescriptor(operation, names.src, src);
  setDescriptor(operation, names.weights, weights);
  setDescriptor(operation, names.dst, dst);
  operation.set(names.alpha, CUDNN_TYPE_FLOAT, 1, &one);
  operation.set(names.beta, CUDNN_TYPE_FLOAT, 1, &zero);
  operation.finalize();
  operations.push_back(operation.get());
  current = &dst;
}

// A function that is still to be finalized.
Descriptor &GraphBuilder::function(cudnnPointwiseMode_t mode) {
  Descriptor &result = create(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  result.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
  result.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, 1, &type);
  return result;
}

void GraphBuilder::add(const Descriptor &operand) {
  Descriptor &sum = function(CUDNN_POINTWISE_ADD);
  sum.finalize();
  pointwise(sum, &operand);
}

void GraphBuilder::activate(const Epilogue &epilogue) {
  Descriptor &activation = function(*modeOf(epilogue.activation));
  if (epilogue.activation == Activation::LeakyRelu) {
    double slope = epilogue.alpha;
    activation.set(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, CUDNN_TYPE_DOUBLE, 1, &slope);
  }
  activation.finalize();
  pointwise(activation, nullptr);
}

// A function of the last operation's result and, unless null, of `operand`.
void GraphBuilder::pointwise(const Descriptor &function, const Descriptor *operand) {
  Descriptor &operation = create(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  Descriptor &dst = output(--operationsLeft == 0);
  setDescriptor(operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
  setDescriptor(operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, *current);
  if (operand)
    setDescriptor(operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *operand);
  setDescriptor(operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, dst);
  operation.finalize();
  operations.push_back(operation.get());
  current = &dst;
}

// Without an activation the order of the sums is ours to choose: cuDNN has compiled engines for the residual before the
// bias, and compiles one at run time for the other order.
Descriptor GraphBuilder::build(cudnnHandle_t handle) {
  bool activates = spec.epilogue.activation != Activation::None;
  auto addResidual = [&] {
    add(tensor(Residual, sizes.batch, sizes.outChannels, sizes.outHeight, sizes.outWidth, spec.residualAlignment));
  };
  operationsLeft = 1 + spec.hasResidual + spec.hasBias + activates;
  convolution();
  if (spec.hasResidual && !activates)
    addResidual();
  if (spec.hasBias)
    add(tensor(Bias, 1, sizes.outChannels, 1, 1, spec.biasAlignment));
  if (activates)
    activate(spec.epilogue);
  if (spec.hasResidual && activates)
    addResidual();
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<int64_t>(operations.size()),
            operations.data());
  if (!graph.tryFinalize())
    return Descriptor();
  return graph;
}

//===--------------------------------------------------------------------------------------------------------------===//
// Engines
//===--------------------------------------------------------------------------------------------------------------===//

// cuDNN's proposals for the graph, best first; none if it does not know this kind of graph.
std::vector<Descriptor> proposals(const Descriptor &graph, cudnnBackendHeurMode_t mode) {
  Descriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  setDescriptor(heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  int64_t count = 0;
  if (!heuristic.tryFinalize() ||
      cudnnBackendGetAttribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count,
                               nullptr) != CUDNN_STATUS_SUCCESS)
    return {};
  std::vector<Descriptor> configs;
  std::vector<cudnnBackendDescriptor_t> handles;
  for (int64_t i = 0; i < count; ++i) {
    configs.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    handles.push_back(configs.back().get());
  }
  if (count > 0 &&
      cudnnBackendGetAttribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, count,
                               &count, handles.data()) != CUDNN_STATUS_SUCCESS)
    return {};
  configs.resize(static_cast<size_t>(count));
  return configs;
}

struct EngineFacts {
  int64_t index = -1;
  std::vector<cudnnBackendNumericalNote_t> notes;

  bool has(cudnnBackendNumericalNote_t note) const {
    return std::find(notes.begin(), notes.end(), note) != notes.end();
  }
};

EngineFacts factsOf(const Descriptor &config) {
  Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t handle = engine.get();
  int64_t count = 0;
  EngineFacts facts;
  check(cudnnBackendGetAttribute(config.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count,
                                 &handle),
        "cudnnBackendGetAttribute");
  facts.notes.resize(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
  check(cudnnBackendGetAttribute(handle, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                 CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count, facts.notes.data()),
        "cudnnBackendGetAttribute");
  facts.notes.resize(static_cast<size_t>(count));
  check(cudnnBackendGetAttribute(handle, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &count, &facts.index),
        "cudnnBackendGetAttribute");
  return facts;
}

// f32 on tensor cores is TF32; large Winograd tiles lose as much.
bool isAcceptable(const EngineFacts &facts, bool tf32) {
  return !facts.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC) && !facts.has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) &&
         !facts.has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION) &&
         !facts.has(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13) && (tf32 || !facts.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE));
}

} // namespace

std::string ConvGraphSpec::key() const {
  std::ostringstream text;
  for (int64_t size : {sizes.batch, sizes.inHeight, sizes.inWidth, sizes.inChannels, sizes.outHeight, sizes.outWidth,
                       sizes.outChannels, sizes.kernelHeight, sizes.kernelWidth, sizes.strideH, sizes.strideW,
                       sizes.padTop, sizes.padLeft, sizes.padBottom, sizes.padRight, sizes.groups})
    text << size << ' ';
  for (uint32_t alignment : {srcAlignment, weightsAlignment, dstAlignment, residualAlignment, biasAlignment})
    text << alignment << ' ';
  text << hasResidual << hasBias << static_cast<int>(kind) << ' ' << name(epilogue.activation);
  if (epilogue.activation == Activation::LeakyRelu)
    text << ' ' << std::hexfloat << epilogue.alpha;
  return text.str();
}

bool canFuse(Activation activation) { return activation == Activation::None || modeOf(activation); }

std::shared_ptr<const ConvGraph> ConvGraph::find(cudnnHandle_t handle, const ConvGraphSpec &spec, bool tf32) {
  auto result = std::make_shared<ConvGraph>();
  result->spec = spec;
  GraphBuilder builder(spec);
  result->graph = builder.build(handle);
  result->parts = builder.takeParts();
  if (!result->graph.get())
    return nullptr;
  for (cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (Descriptor &config : proposals(result->graph, mode)) {
      EngineFacts facts = factsOf(config);
      if (!isAcceptable(facts, tf32))
        continue;
      Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle);
      setDescriptor(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
      if (!plan.tryFinalize())
        continue;
      int64_t count = 0, bytes = 0;
      check(cudnnBackendGetAttribute(plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &count,
                                     &bytes),
            "cudnnBackendGetAttribute");
      result->config = std::move(config);
      result->plan = std::move(plan);
      result->engine = facts.index;
      result->workspace = static_cast<uint64_t>(bytes);
      return result;
    }
  return nullptr;
}

std::string ConvGraph::implementation() const {
  return "cudnn:engine" + std::to_string(engine) + (spec.hasEpilogue() ? "+epilogue" : "");
}

Descriptor ConvGraph::bind(const ConvGraphOperands &operands) const {
  std::vector<int64_t> uids{Src, Weights, Dst};
  std::vector<const void *> pointers{operands.src, operands.weights, operands.dst};
  if (spec.hasBias) {
    uids.push_back(Bias);
    pointers.push_back(operands.bias);
  }
  if (spec.hasResidual) {
    uids.push_back(Residual);
    pointers.push_back(operands.residual);
  }
  Descriptor bound(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  bound.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, static_cast<int64_t>(uids.size()), uids.data());
  bound.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, static_cast<int64_t>(pointers.size()),
            pointers.data());
  bound.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &operands.workspace);
  bound.finalize();
  return bound;
}

void ConvGraph::run(cudnnHandle_t handle, const Descriptor &bound) const {
  check(cudnnBackendExecute(handle, plan.get(), bound.get()), "cudnnBackendExecute");
}

} // namespace dpsims::cuda
