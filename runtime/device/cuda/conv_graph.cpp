// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/conv_graph.h"

#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/conv_operations.h"
#include "runtime/device/cuda/engines.h"

namespace dpsims::cuda {

namespace {

constexpr int mostCompiled = 2;

// Tensor cores lose nothing of bf16. They read 16 bytes at a time; an engine that cuDNN 9.19 compiles for a graph does
// so whatever its descriptors say of alignment, and faults.
EnginePolicy allowedFor(const ConvGraphSpec &spec, EnginePolicy policy) {
  policy.tf32 = (spec.type != CUDNN_DATA_FLOAT || policy.tf32) && spec.leastAlignment() >= 16;
  return policy;
}

// Without tensor cores, what cuDNN compiles for an epilogue took 6 to 40 times as long on an H200 as its plain
// convolution with a kernel after it.
bool isHopeless(const Engine &engine, const ConvGraphSpec &spec, const EnginePolicy &policy) {
  return engine.isCompiled && spec.hasEpilogue() && !policy.tf32;
}

} // namespace

std::vector<std::shared_ptr<ConvGraph>> ConvGraph::findAll(const ConvGraphSpec &spec, const CudnnTarget &target,
                                                           const EnginePolicy &policy, size_t limit) {
  auto operations = std::make_shared<const ConvOperations>(buildOperations(spec, target));
  std::vector<std::shared_ptr<ConvGraph>> result;
  if (!operations->graph)
    return result;
  const EnginePolicy allowed = allowedFor(spec, policy);
  int compiled = 0;
  for (Engine &engine : acceptableEngines(operations->graph, target, allowed)) {
    if (result.size() == limit)
      break;
    if ((engine.isCompiled && compiled == mostCompiled) || isHopeless(engine, spec, allowed))
      continue;
    auto graph = std::make_shared<ConvGraph>();
    graph->plan = Descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    graph->plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, engine.config);
    graph->config = std::move(engine.config);
    graph->operations = operations;
    if (!graph->finalize(spec, target, engine.index))
      continue;
    compiled += engine.isCompiled;
    result.push_back(std::move(graph));
  }
  return result;
}

std::shared_ptr<ConvGraph> ConvGraph::load(const ConvGraphSpec &spec, const CudnnTarget &target, int64_t engine,
                                           const std::string &text) {
  auto graph = std::make_shared<ConvGraph>();
  graph->plan = Descriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  cudnnStatus_t status = cudnnBackendSetAttribute(graph->plan.get(), CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION,
                                                  CUDNN_TYPE_CHAR, static_cast<int64_t>(text.size()), text.data());
  return status == CUDNN_STATUS_SUCCESS && graph->finalize(spec, target, engine) ? graph : nullptr;
}

bool ConvGraph::finalize(const ConvGraphSpec &spec, const CudnnTarget &target, int64_t engine) {
  this->spec = spec;
  engineIndex = engine;
  target.addToPlan(plan);
  if (!plan.tryFinalize())
    return false;
  workspace = static_cast<uint64_t>(plan.getInt(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
  return true;
}

std::string ConvGraph::text() const { return plan.getText(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION); }

std::string ConvGraph::implementation() const {
  return "cudnn:engine" + std::to_string(engineIndex) + (spec.hasEpilogue() ? "+epilogue" : "");
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
  bound.setInts(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, uids);
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
