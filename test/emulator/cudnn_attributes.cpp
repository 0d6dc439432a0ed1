// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuDNN: what finalized descriptors tell.

#include "test/emulator/cudnn_descriptor.h"
#include "test/emulator/gpu.h"

#include <algorithm>

namespace dpsims::emulated {

namespace {

// Where an attribute's values go.
struct Request {
  DnnDescriptor::Name name;
  DnnDescriptor::Type type;
  int64_t wanted;
  int64_t *count;
  void *values;

  void requireType(DnnDescriptor::Type expected) const {
    if (type != expected)
      throw DnnError(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
                     "attribute " + std::to_string(name) + ": values of a wrong type are asked for");
  }

  template <typename T> void give(DnnDescriptor::Type expected, const T *from, size_t available) const {
    requireType(expected);
    if (values)
      std::copy_n(from, std::min<size_t>(available, static_cast<size_t>(wanted)), static_cast<T *>(values));
    if (count)
      *count = static_cast<int64_t>(available);
  }
};

// Makes finalized descriptors of what the caller created for it.
void giveDescriptors(const Request &request, const DnnDescriptor &from, cudnnBackendDescriptorType_t type) {
  request.requireType(CUDNN_TYPE_BACKEND_DESCRIPTOR);
  auto available = static_cast<int64_t>(from.engines.size());
  if (!request.values) {
    *request.count = available;
    return;
  }
  auto *handles = static_cast<cudnnBackendDescriptor_t *>(request.values);
  *request.count = std::min(request.wanted, available);
  for (int64_t i = 0; i < *request.count; ++i) {
    std::shared_ptr<DnnDescriptor> descriptor = findDescriptor(handles[i]);
    if (descriptor->type != type || descriptor->isFinal)
      throw DnnError(CUDNN_STATUS_BAD_PARAM, "results go to descriptors of a wrong type, or to finalized ones");
    descriptor->graph = from.graph;
    descriptor->engines = {from.engines[static_cast<size_t>(i)]};
    descriptor->parts = from.parts;
    descriptor->isFinal = true;
  }
}

std::string describeDevice() {
  return nlohmann::json{{"deviceName", "emulated GPU (PTX on the CPU)"},
                        {"deviceVer", gpu().options.chip * 10},
                        {"driverVer", driverVersion()},
                        {"multiProcessorCount", 8},
                        {"totalGlobalMem", gpu().memory.size()}}
      .dump();
}

void givePlan(const DnnPlan &plan, const Request &request) {
  if (request.name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE)
    return request.give(CUDNN_TYPE_INT64, &DnnPlan::workspaceBytes, 1);
  if (request.name == CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION) {
    std::string json = plan.toJson();
    return request.give(CUDNN_TYPE_CHAR, json.c_str(), json.size() + 1);
  }
  throw DnnError(CUDNN_STATUS_BAD_PARAM, "attribute " + std::to_string(request.name) + " is not emulated");
}

void giveEngine(const DnnEngine &engine, const Request &request) {
  std::vector<cudnnBackendNumericalNote_t> numerical = engine.numericalNotes();
  std::vector<cudnnBackendBehaviorNote_t> behavior = engine.behaviorNotes();
  switch (request.name) {
  case CUDNN_ATTR_ENGINE_GLOBAL_INDEX:
    return request.give(CUDNN_TYPE_INT64, &engine.index, 1);
  case CUDNN_ATTR_ENGINE_NUMERICAL_NOTE:
    return request.give(CUDNN_TYPE_NUMERICAL_NOTE, numerical.data(), numerical.size());
  case CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE:
    return request.give(CUDNN_TYPE_BEHAVIOR_NOTE, behavior.data(), behavior.size());
  default:
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "attribute " + std::to_string(request.name) + " is not emulated");
  }
}

} // namespace

void getAttribute(DnnDescriptor &descriptor, DnnDescriptor::Name name, DnnDescriptor::Type type, int64_t wanted,
                  int64_t *count, void *values) {
  if (!descriptor.isFinal)
    throw DnnError(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "the descriptor is not finalized");
  descriptor.requireLive();
  Request request{name, type, wanted, count, values};
  if (name == CUDNN_ATTR_ENGINEHEUR_RESULTS && descriptor.type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
    return giveDescriptors(request, descriptor, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  if (name == CUDNN_ATTR_ENGINECFG_ENGINE && descriptor.type == CUDNN_BACKEND_ENGINECFG_DESCRIPTOR)
    return giveDescriptors(request, descriptor, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  if (descriptor.type == CUDNN_BACKEND_ENGINE_DESCRIPTOR)
    return giveEngine(descriptor.engines.at(0), request);
  if (descriptor.type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
    return givePlan(*descriptor.plan, request);
  if (name == CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION && descriptor.type == CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR) {
    std::string json = descriptor.has(name) ? descriptor.text(name) : describeDevice();
    return request.give(CUDNN_TYPE_CHAR, json.c_str(), json.size() + 1);
  }
  throw DnnError(CUDNN_STATUS_BAD_PARAM, "attribute " + std::to_string(name) + " is not emulated");
}

} // namespace dpsims::emulated
