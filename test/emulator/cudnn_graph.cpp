// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/cudnn_graph.h"

#include <cmath>
#include <set>

namespace dpsims::emulated {

namespace {

[[noreturn]] void refuse(const std::string &message) { throw DnnError(CUDNN_STATUS_BAD_PARAM, message); }

[[noreturn]] void unsupported() { throw DnnError(CUDNN_STATUS_NOT_SUPPORTED); }

std::string text(const DnnTensor::Sizes &sizes) {
  std::string result;
  for (int64_t size : sizes)
    result += (result.empty() ? "" : " x ") + std::to_string(size);
  return result;
}

bool hasOperand(cudnnPointwiseMode_t mode) { return mode == CUDNN_POINTWISE_ADD; }

} // namespace

const DnnTensor &DnnConvolution::result() const {
  switch (kind) {
  case DnnConvKind::Forward:
    return dst;
  case DnnConvKind::InputGradient:
    return src;
  case DnnConvKind::WeightGradient:
    return weights;
  }
  unsupported();
}

float DnnPointwise::apply(float x, float other) const {
  switch (mode) {
  case CUDNN_POINTWISE_ADD:
    return x + other;
  case CUDNN_POINTWISE_RELU_FWD:
    return x < 0 ? static_cast<float>(slope) * x : x;
  case CUDNN_POINTWISE_SWISH_FWD:
    return x / (1 + std::exp(-x));
  case CUDNN_POINTWISE_SIGMOID_FWD:
    return 1 / (1 + std::exp(-x));
  case CUDNN_POINTWISE_GELU_FWD:
    return 0.5f * x * (1 + std::erf(x * 0.70710678118654752f));
  case CUDNN_POINTWISE_TANH_FWD:
    return std::tanh(x);
  case CUDNN_POINTWISE_SOFTPLUS_FWD:
    return std::max(x, 0.0f) + std::log1p(std::exp(-std::abs(x)));
  default:
    unsupported();
  }
}

std::vector<DnnTensor> DnnGraph::operands() const {
  std::vector<DnnTensor> all;
  for (const DnnTensor *tensor : {&conv.src, &conv.weights, &conv.dst})
    if (!tensor->isVirtual && tensor->uid != result().uid)
      all.push_back(*tensor);
  for (const DnnPointwise &operation : pointwise)
    if (operation.operand)
      all.push_back(*operation.operand);
  all.push_back(result());
  return all;
}

//===--------------------------------------------------------------------------------------------------------------===//
// Verification
//===--------------------------------------------------------------------------------------------------------------===//

void verify(const DnnTensor &tensor) {
  int64_t alignment = tensor.alignment;
  if (alignment < tensor.elementBytes() || (alignment & (alignment - 1)))
    refuse("an alignment of " + std::to_string(alignment));
  if (tensor.isVirtual && tensor.type != CUDNN_DATA_FLOAT)
    unsupported();
  for (int64_t size : tensor.sizes)
    if (size < 1)
      refuse("a tensor of " + text(tensor.sizes));
  auto [n, c, h, w] = tensor.sizes;
  DnnTensor::Sizes packed{h * w * c, 1, w * c, c};
  for (size_t i = 0; i < packed.size(); ++i)
    if (tensor.sizes[i] > 1 && tensor.strides[i] != packed[i])
      refuse("a tensor of " + text(tensor.sizes) + " with strides " + text(tensor.strides) + ", not NHWC");
}

// Both factors are of one type; the result is of it too, or f32.
static void verifyTypes(const DnnConvolution &conv) {
  const DnnTensor &first = conv.kind == DnnConvKind::InputGradient ? conv.dst : conv.src;
  const DnnTensor &second = conv.kind == DnnConvKind::WeightGradient ? conv.dst : conv.weights;
  const cudnnDataType_t result = conv.result().type;
  if (first.type != second.type || (result != CUDNN_DATA_FLOAT && result != first.type))
    unsupported();
}

void verify(const DnnConvolution &conv, const std::array<int64_t, 2> &postPadding) {
  verifyTypes(conv);
  const ConvShape &s = conv.shape;
  if (s.inChannels % conv.weights.sizes[1] != 0 || s.outChannels % s.groups != 0)
    refuse(std::to_string(s.inChannels) + " channels by weights of " + text(conv.weights.sizes));
  if (conv.weights.sizes[0] != s.outChannels || conv.dst.sizes[0] != s.batch)
    refuse("a convolution of " + text(conv.src.sizes) + " by " + text(conv.weights.sizes) + " to " +
           text(conv.dst.sizes));
  int64_t height = (s.inHeight + s.padTop + postPadding[0] - s.kernelHeight) / s.strideH + 1;
  int64_t width = (s.inWidth + s.padLeft + postPadding[1] - s.kernelWidth) / s.strideW + 1;
  if (height != s.outHeight || width != s.outWidth)
    refuse("a convolution of " + text(conv.src.sizes) + " gives " + std::to_string(height) + " x " +
           std::to_string(width) + ", not " + text(conv.dst.sizes));
}

void verify(const DnnPointwise &operation) {
  if (operation.operand.has_value() != hasOperand(operation.mode))
    refuse("a pointwise operation with a wrong number of operands");
  if (operation.src.sizes != operation.dst.sizes)
    refuse("a pointwise operation from " + text(operation.src.sizes) + " to " + text(operation.dst.sizes));
  DnnTensor::Sizes bias{1, operation.dst.sizes[1], 1, 1};
  if (operation.operand && operation.operand->sizes != operation.dst.sizes && operation.operand->sizes != bias)
    refuse("an operand of " + text(operation.operand->sizes) + " for " + text(operation.dst.sizes));
  operation.apply(0, 0); // not supported if it is unknown
}

// Only the last result is in memory, and no two tensors have one number.
void verify(const DnnGraph &graph) {
  if (!graph.pointwise.empty() && graph.conv.kind != DnnConvKind::Forward)
    unsupported();
  DnnTensor last = graph.conv.result();
  for (const DnnPointwise &operation : graph.pointwise) {
    if (!last.isVirtual || operation.src.uid != last.uid)
      refuse("operations that do not follow one another by virtual tensors");
    if (operation.operand && operation.operand->isVirtual)
      refuse("a virtual tensor that no operation makes");
    last = operation.dst;
  }
  std::set<int64_t> uids;
  for (const DnnTensor &tensor : graph.operands())
    if (tensor.isVirtual || !uids.insert(tensor.uid).second)
      refuse("tensor " + std::to_string(tensor.uid) + " is virtual, or is there twice");
}

//===--------------------------------------------------------------------------------------------------------------===//
// As JSON
//===--------------------------------------------------------------------------------------------------------------===//

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DnnTensor, uid, alignment, sizes, strides, isVirtual, type)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ConvShape, batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels,
                                   kernelHeight, kernelWidth, strideH, strideW, padTop, padLeft, groups)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DnnConvolution, kind, shape, src, weights, dst)

static void to_json(nlohmann::json &json, const DnnPointwise &operation) {
  json = {{"mode", operation.mode}, {"slope", operation.slope}, {"src", operation.src}, {"dst", operation.dst}};
  if (operation.operand)
    json["operand"] = *operation.operand;
}

static void from_json(const nlohmann::json &json, DnnPointwise &operation) {
  json.at("mode").get_to(operation.mode);
  json.at("slope").get_to(operation.slope);
  json.at("src").get_to(operation.src);
  json.at("dst").get_to(operation.dst);
  if (json.contains("operand"))
    operation.operand = json["operand"].get<DnnTensor>();
}

void to_json(nlohmann::json &json, const DnnGraph &graph) {
  json = {{"convolution", graph.conv}, {"pointwise", graph.pointwise}};
}

void from_json(const nlohmann::json &json, DnnGraph &graph) {
  json.at("convolution").get_to(graph.conv);
  json.at("pointwise").get_to(graph.pointwise);
}

} // namespace dpsims::emulated
