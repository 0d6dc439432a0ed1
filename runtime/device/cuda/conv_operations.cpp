// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/conv_operations.h"

#include "runtime/device/cuda/activation.h"

#include <deque>
#include <iterator>
#include <optional>

namespace dpsims::cuda {

namespace {

// Makes the descriptors of one graph.
class GraphBuilder {
public:
  explicit GraphBuilder(const ConvGraphSpec &spec) : spec(spec), sizes(spec.sizes) {}

  ConvOperations build(const CudnnTarget &target);

private:
  Descriptor &create(cudnnBackendDescriptorType_t type) { return parts.emplace_back(type); }
  // NHWC: cuDNN names the sizes in the order NCHW, and the strides say the rest.
  Descriptor &tensor(int64_t uid, int64_t n, int64_t c, int64_t h, int64_t w, uint32_t alignment);
  Descriptor &output(bool isLast);
  Descriptor &window();
  void convolution();
  void add(const Descriptor &operand);
  void activate(const Epilogue &epilogue);
  Descriptor &function(cudnnPointwiseMode_t mode);
  void pointwise(const Descriptor &function, const Descriptor *operand);
  void addOperations();

  const ConvGraphSpec &spec;
  const ConvSizes &sizes;
  std::deque<Descriptor> parts; // a deque: references to its elements stay
  std::vector<cudnnBackendDescriptor_t> operations;
  const Descriptor *current = nullptr; // the last operation's result
  int operationsLeft = 0;
  int64_t nextVirtual = FirstVirtual;
};

int64_t resultOf(ConvKind kind) {
  return kind == ConvKind::Forward ? Dst : kind == ConvKind::InputGradient ? Src : Weights;
}

Descriptor &GraphBuilder::tensor(int64_t uid, int64_t n, int64_t c, int64_t h, int64_t w, uint32_t alignment) {
  Descriptor &result = create(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  bool isVirtual = uid >= FirstVirtual;
  const bool isResult = uid == resultOf(spec.kind) || uid == Residual;
  cudnnDataType_t type = isVirtual || uid == Bias ? CUDNN_DATA_FLOAT : isResult ? spec.resultType : spec.type;
  result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
  result.setInts(CUDNN_ATTR_TENSOR_DIMENSIONS, {n, c, h, w});
  result.setInts(CUDNN_ATTR_TENSOR_STRIDES, {h * w * c, int64_t(1), w * c, c});
  result.setInts(CUDNN_ATTR_TENSOR_UNIQUE_ID, {uid});
  result.setInts(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {int64_t(alignment)});
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
  conv.setInts(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {int64_t(2)});
  conv.setInts(CUDNN_ATTR_CONVOLUTION_DILATIONS, {int64_t(1), int64_t(1)});
  conv.setInts(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {sizes.strideH, sizes.strideW});
  conv.setInts(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {sizes.padTop, sizes.padLeft});
  conv.setInts(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {sizes.padBottom, sizes.padRight});
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
  operation.set(names.window, conv);
  operation.set(names.src, src);
  operation.set(names.weights, weights);
  operation.set(names.dst, dst);
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
  Descriptor &activation = function(*pointwiseModeOf(epilogue.activation));
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
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, *current);
  if (operand)
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *operand);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, dst);
  operation.finalize();
  operations.push_back(operation.get());
  current = &dst;
}

// Without an activation the order of the sums is ours to choose: cuDNN has compiled engines for the residual before the
// bias, and compiles one at run time for the other order.
void GraphBuilder::addOperations() {
  const Descriptor *residual = nullptr;
  if (spec.hasResidual)
    residual =
        &tensor(Residual, sizes.batch, sizes.outChannels, sizes.outHeight, sizes.outWidth, spec.residualAlignment);
  operationsLeft = 1 + spec.hasResidual + spec.hasBias + spec.activates();
  convolution();
  if (residual && !spec.activates())
    add(*residual);
  if (spec.hasBias)
    add(tensor(Bias, 1, sizes.outChannels, 1, 1, spec.biasAlignment));
  if (spec.activates())
    activate(spec.epilogue);
  if (residual && spec.activates())
    add(*residual);
}

ConvOperations GraphBuilder::build(const CudnnTarget &target) {
  addOperations();
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  target.addToGraph(graph);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<int64_t>(operations.size()),
            operations.data());
  if (!graph.tryFinalize())
    graph = Descriptor();
  return {{std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end())}, std::move(graph)};
}

} // namespace

ConvOperations buildOperations(const ConvGraphSpec &spec, const CudnnTarget &target) {
  return GraphBuilder(spec).build(target);
}

bool canFuse(Activation activation) { return activation == Activation::None || pointwiseModeOf(activation); }

} // namespace dpsims::cuda
