// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/cudnn_engine.h"

#include "test/emulator/gpu.h"

#include <algorithm>
#include <cstring>

namespace dpsims::emulated {

namespace {

// What follows the convolution: 'b' a bias, 'r' a residual, 'a' relu, 't' tanh or sigmoid, 'x' another activation.
std::string patternOf(const DnnGraph &graph) {
  std::string pattern;
  for (const DnnPointwise &operation : graph.pointwise) {
    if (operation.operand)
      pattern += operation.operand->sizes == operation.dst.sizes ? 'r' : 'b';
    else if (operation.mode == CUDNN_POINTWISE_RELU_FWD && operation.slope == 0)
      pattern += 'a';
    else if (operation.mode == CUDNN_POINTWISE_TANH_FWD || operation.mode == CUDNN_POINTWISE_SIGMOID_FWD)
      pattern += 't';
    else
      pattern += 'x';
  }
  return pattern;
}

// A bias, a residual and an activation, each once at most.
bool isKnown(const std::string &pattern) {
  auto count = [&](const char *kinds) {
    return std::count_if(pattern.begin(), pattern.end(), [&](char kind) { return std::strchr(kinds, kind); });
  };
  return count("b") <= 1 && count("r") <= 1 && count("atx") <= 1;
}

DnnEngine plain(int64_t index) { return {index}; }
DnnEngine onTensorCores(int64_t index) { return {index, true}; }
DnnEngine compiled(int64_t index, bool tensorCores) { return {index, tensorCores, true, true}; }
DnnEngine nondeterministic(int64_t index) { return {index, false, false}; }
DnnEngine unbuildable(int64_t index) { return {index, false, true, false, false}; }

// Tensor cores read 16 bytes at a time. An engine that is compiled for a graph is proposed all the same, and faults.
bool suitsTensorCores(const DnnGraph &graph) {
  std::vector<DnnTensor> operands = graph.operands();
  return std::all_of(operands.begin(), operands.end(), [](const DnnTensor &tensor) { return tensor.alignment >= 16; });
}

// An index is the same engine wherever it is proposed: a plan that was kept is found by it.
std::vector<DnnEngine> allEngines(const DnnGraph &graph, bool fallback) {
  if (graph.conv.kind == DnnConvKind::InputGradient)
    return fallback ? std::vector{plain(1), plain(0)} : std::vector{nondeterministic(3), onTensorCores(61), plain(58)};
  if (graph.conv.kind == DnnConvKind::WeightGradient && graph.result().type != graph.conv.src.type)
    return {}; // nor has cuDNN 9.19
  if (graph.conv.kind == DnnConvKind::WeightGradient)
    return fallback ? std::vector{plain(1), plain(0)} : std::vector{nondeterministic(3), onTensorCores(60), plain(57)};
  std::string pattern = patternOf(graph);
  if (!isKnown(pattern))
    return {};
  if (pattern.empty())
    return fallback ? std::vector{plain(1), plain(28), compiled(71, true)}
                    : std::vector{onTensorCores(67), unbuildable(28), plain(70)};
  bool adds = pattern == "rb" || pattern == "rba";
  if (pattern == "b" || pattern == "ba" || (adds && suitsTensorCores(graph)))
    return fallback ? std::vector{plain(11), compiled(52, true)} : std::vector{onTensorCores(51), plain(44), plain(11)};
  if (pattern == "bt")
    return fallback ? std::vector{plain(0), compiled(52, true)} : std::vector{compiled(52, true)};
  return fallback ? std::vector{compiled(2, true), compiled(7, true), compiled(8, false)}
                  : std::vector{compiled(7, true), compiled(2, true)};
}

// The tensor's values in f32; `copy` has them where memory has others.
const float *valuesOf(const DnnTensor &tensor, const std::map<int64_t, void *> &operands, std::vector<float> &copy) {
  const void *memory = operands.at(tensor.uid);
  if (tensor.type == CUDNN_DATA_FLOAT)
    return static_cast<const float *>(memory);
  copy = widenBf16(memory, tensor.count());
  return copy.data();
}

std::vector<float> contract(const DnnConvolution &conv, const std::map<int64_t, void *> &operands, bool tf32) {
  std::vector<float> result(conv.result().count()), rounded[2];
  auto input = [&](const DnnTensor &tensor, std::vector<float> &copy) -> const float * {
    const float *values = valuesOf(tensor, operands, copy);
    if (!tf32 || tensor.type != CUDNN_DATA_FLOAT)
      return values;
    copy = roundToTf32(values, tensor.count());
    return copy.data();
  };
  switch (conv.kind) {
  case DnnConvKind::Forward:
    convolve(conv.shape, input(conv.src, rounded[0]), input(conv.weights, rounded[1]), result.data());
    break;
  case DnnConvKind::InputGradient:
    convolveInputGradient(conv.shape, result.data(), input(conv.weights, rounded[0]), input(conv.dst, rounded[1]));
    break;
  case DnnConvKind::WeightGradient:
    convolveWeightGradient(conv.shape, input(conv.src, rounded[0]), result.data(), input(conv.dst, rounded[1]));
    break;
  }
  return result;
}

// Images lie NHWC: the channel is the index that changes first.
void apply(const DnnPointwise &operation, const std::map<int64_t, void *> &operands, std::vector<float> &values) {
  std::vector<float> copy;
  const float *other = operation.operand ? valuesOf(*operation.operand, operands, copy) : nullptr;
  bool isBias = other && operation.operand->sizes != operation.dst.sizes;
  auto channels = static_cast<size_t>(operation.dst.sizes[1]);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = operation.apply(values[i], other ? other[isBias ? i % channels : i] : 0);
}

} // namespace

std::vector<cudnnBackendNumericalNote_t> DnnEngine::numericalNotes() const {
  std::vector<cudnnBackendNumericalNote_t> notes;
  if (tensorCores)
    notes.push_back(CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
  if (!deterministic)
    notes.push_back(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
  return notes;
}

std::vector<cudnnBackendBehaviorNote_t> DnnEngine::behaviorNotes() const {
  if (runtimeCompiled)
    return {CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION};
  return {};
}

std::vector<DnnEngine> proposeEngines(const DnnGraph &graph, cudnnBackendHeurMode_t mode) {
  std::vector<DnnEngine> engines = allEngines(graph, mode == CUDNN_HEUR_MODE_FALLBACK);
  if (!suitsTensorCores(graph))
    engines.erase(std::remove_if(engines.begin(), engines.end(),
                                 [](const DnnEngine &e) { return e.tensorCores && !e.runtimeCompiled; }),
                  engines.end());
  return engines;
}

std::string DnnPlan::toJson() const {
  return nlohmann::json{{"plan of the emulated cuDNN", CUDNN_VERSION},
                        {"chip", gpu().options.chip},
                        {"engine", engine.index},
                        {"graph", graph}}
      .dump();
}

DnnPlan DnnPlan::fromJson(const std::string &text) {
  DnnPlan plan;
  int64_t index = 0;
  try {
    nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("plan of the emulated cuDNN") != CUDNN_VERSION)
      throw DnnError(CUDNN_STATUS_SERIALIZATION_VERSION_MISMATCH);
    if (json.at("chip") != gpu().options.chip)
      throw DnnError(CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH);
    json.at("graph").get_to(plan.graph);
    json.at("engine").get_to(index);
  } catch (const nlohmann::json::exception &error) {
    throw DnnError(CUDNN_STATUS_BAD_PARAM, error.what());
  }
  for (cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (const DnnEngine &engine : proposeEngines(plan.graph, mode))
      if (engine.index == index && engine.builds) {
        plan.engine = engine;
        return plan;
      }
  throw DnnError(CUDNN_STATUS_NOT_SUPPORTED);
}

void DnnPlan::run(const std::map<int64_t, void *> &operands) const {
  std::vector<float> values = contract(graph.conv, operands, engine.tensorCores);
  for (const DnnPointwise &operation : graph.pointwise)
    apply(operation, operands, values);
  static uint64_t runs = 0;
  if (!engine.deterministic)
    values[++runs % values.size()] *= 1 + 1e-6f;
  void *result = operands.at(graph.result().uid);
  if (graph.result().type == CUDNN_DATA_FLOAT)
    std::copy(values.begin(), values.end(), static_cast<float *>(result));
  else
    narrowToBf16(values, result);
}

} // namespace dpsims::emulated
