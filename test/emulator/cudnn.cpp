// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuDNN: the entry points of its backend API.

#include "test/emulator/cudnn_descriptor.h"
#include "test/emulator/gpu.h"
#include "test/emulator/handles.h"

#include <set>

namespace dpsims::emulated {

namespace {

struct Dnn {
  Handles<cudaStream_t> handles;
  Handles<DnnDescriptor> descriptors;
};

Dnn &dnn() {
  static Dnn *it = [] {
    auto *made = new Dnn;
    watchLeaks("handles of cuDNN", [made] { return made->handles.size(); });
    watchLeaks("descriptors of cuDNN", [made] { return made->descriptors.size(); });
    return made;
  }();
  return *it;
}

cudnnStatus_t dnnCall(const char *name, const std::function<void()> &body) {
  std::lock_guard<std::recursive_mutex> lock(gpu().mutex);
  try {
    body();
    return CUDNN_STATUS_SUCCESS;
  } catch (const DnnError &error) {
    if (*error.what())
      complain(std::string(name) + ": " + error.what());
    return error.status;
  } catch (const CudaError &error) {
    keep(error, name);
    return CUDNN_STATUS_EXECUTION_FAILED_CUDART;
  }
}

// Where the pack says that the graph's tensors are.
std::map<int64_t, void *> bind(const DnnGraph &graph, const DnnDescriptor &pack) {
  std::vector<int64_t> uids = pack.list<int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  std::vector<void *> pointers = pack.list<void *>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  std::map<int64_t, void *> given;
  for (size_t i = 0; i < uids.size(); ++i)
    if (!given.insert({uids[i], pointers[i]}).second)
      throw DnnError(CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES, "a tensor is given twice");
  for (const DnnTensor &tensor : graph.operands()) {
    auto found = given.find(tensor.uid);
    if (found == given.end())
      throw DnnError(CUDNN_STATUS_BAD_PARAM, "tensor " + std::to_string(tensor.uid) + " is not given");
    if (reinterpret_cast<uint64_t>(found->second) % static_cast<uint64_t>(tensor.alignment))
      throw DnnError(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER,
                     "tensor " + std::to_string(tensor.uid) + " is not aligned to the " +
                         std::to_string(tensor.alignment) + " bytes that its descriptor promises");
  }
  if (given.size() != graph.operands().size())
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "a tensor is given that the graph does not have");
  return given;
}

// An engine may write its result before it has read everything.
void requireNoOverlap(const DnnGraph &graph, const std::map<int64_t, void *> &operands, const char *workspace) {
  const DnnTensor &result = graph.result();
  const char *begin = reinterpret_cast<const char *>(operands.at(result.uid)), *end = begin + result.bytes();
  for (const DnnTensor &tensor : graph.operands()) {
    const char *at = reinterpret_cast<const char *>(operands.at(tensor.uid));
    if (tensor.uid != result.uid && at < end && begin < at + tensor.bytes())
      throw DnnError(CUDNN_STATUS_BAD_PARAM, "the result overlaps tensor " + std::to_string(tensor.uid));
  }
  if (workspace < end && begin < workspace + DnnPlan::workspaceBytes)
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "the result overlaps the workspace");
}

// An engine that is compiled for a graph reads 16 bytes at a time, whatever the descriptors say.
void requireAligned(const DnnPlan &plan, const std::map<int64_t, void *> &operands) {
  for (const auto &[uid, address] : operands)
    if (plan.engine.runtimeCompiled && reinterpret_cast<uint64_t>(address) % 16)
      throw CudaError(cudaErrorMisalignedAddress, "cuDNN: tensor " + std::to_string(uid));
}

void execute(const DnnPlan &plan, const std::map<int64_t, void *> &operands, void *workspace) {
  for (const DnnTensor &tensor : plan.graph.operands())
    gpu().checkDevice(operands.at(tensor.uid), tensor.bytes(), "cuDNN: tensor " + std::to_string(tensor.uid));
  requireAligned(plan, operands);
  gpu().checkDevice(workspace, DnnPlan::workspaceBytes, "cuDNN: workspace");
  poison(workspace, DnnPlan::workspaceBytes);
  plan.run(operands);
}

void submit(cudnnHandle_t handle, const DnnDescriptor &plan, const DnnDescriptor &pack) {
  if (!plan.isFinal || !pack.isFinal)
    throw DnnError(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "the plan or the pack is not finalized");
  if (!plan.plan || pack.type != CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)
    throw DnnError(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "no plan, or no pack");
  if (!plan.plan->forThisDevice)
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "the plan was made for the description of a device");
  plan.requireLive();
  auto *workspace = pack.get<void *>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
  std::map<int64_t, void *> operands = bind(plan.plan->graph, pack);
  requireNoOverlap(plan.plan->graph, operands, static_cast<const char *>(workspace));
  gpu().submitLibraryCall(streamOf(handle), "cuDNN",
                          [plan = plan.plan, operands, workspace] { execute(*plan, operands, workspace); });
}

} // namespace

std::shared_ptr<DnnDescriptor> findDescriptor(cudnnBackendDescriptor_t handle) {
  std::shared_ptr<DnnDescriptor> found = dnn().descriptors.find(handle);
  if (!found)
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "there is no such descriptor, or it was destroyed");
  return found;
}

void requireDnnHandle(cudnnHandle_t handle) { streamOf(handle); }

cudaStream_t streamOf(cudnnHandle_t handle) {
  std::shared_ptr<cudaStream_t> stream = dnn().handles.find(handle);
  if (!stream)
    throw DnnError(CUDNN_STATUS_BAD_PARAM, "there is no such handle, or it was destroyed");
  return *stream;
}

} // namespace dpsims::emulated

using namespace dpsims::emulated;

extern "C" {

size_t cudnnGetVersion() { return gpu().options.cudnn ? gpu().options.cudnn : CUDNN_VERSION; }

size_t cudnnGetCudartVersion() { return CUDART_VERSION; }

const char *cudnnGetErrorString(cudnnStatus_t status) {
  switch (CUDNN_STATUS_CATEGORY(status)) {
  case CUDNN_STATUS_SUCCESS:
    return "CUDNN_STATUS_SUCCESS";
  case CUDNN_STATUS_BAD_PARAM:
    return "CUDNN_STATUS_BAD_PARAM";
  case CUDNN_STATUS_NOT_SUPPORTED:
    return "CUDNN_STATUS_NOT_SUPPORTED";
  case CUDNN_STATUS_EXECUTION_FAILED:
    return "CUDNN_STATUS_EXECUTION_FAILED";
  default:
    return status == CUDNN_STATUS_NOT_INITIALIZED ? "CUDNN_STATUS_NOT_INITIALIZED" : "CUDNN_STATUS_INTERNAL_ERROR";
  }
}

cudnnStatus_t cudnnCreate(cudnnHandle_t *handle) {
  return dnnCall("cudnnCreate", [&] {
    if (deviceStatus() != cudaSuccess)
      throw DnnError(CUDNN_STATUS_NOT_INITIALIZED);
    *handle = dnn().handles.add<cudnnHandle_t>(std::make_shared<cudaStream_t>(nullptr));
  });
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  return dnnCall("cudnnDestroy", [&] {
    requireDnnHandle(handle);
    dnn().handles.remove(handle);
  });
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return dnnCall("cudnnSetStream", [&] {
    requireDnnHandle(handle);
    gpu().scheduler.stream(stream);
    *dnn().handles.find(handle) = stream;
  });
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t *descriptor) {
  return dnnCall("cudnnBackendCreateDescriptor", [&] {
    *descriptor = dnn().descriptors.add<cudnnBackendDescriptor_t>(std::make_shared<DnnDescriptor>(type));
  });
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  return dnnCall("cudnnBackendDestroyDescriptor", [&] {
    findDescriptor(descriptor)->isDestroyed = true;
    dnn().descriptors.remove(descriptor);
  });
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void *values) {
  return dnnCall("cudnnBackendSetAttribute", [&] { findDescriptor(descriptor)->set(name, type, count, values); });
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t wanted, int64_t *count, void *values) {
  return dnnCall("cudnnBackendGetAttribute",
                 [&] { getAttribute(*findDescriptor(descriptor), name, type, wanted, count, values); });
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t handle) {
  return dnnCall("cudnnBackendFinalize", [&] {
    std::shared_ptr<DnnDescriptor> descriptor = findDescriptor(handle);
    if (descriptor->isFinal)
      throw DnnError(CUDNN_STATUS_BAD_PARAM, "the descriptor is finalized already");
    finalize(*descriptor);
    descriptor->isFinal = true;
  });
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack) {
  return dnnCall("cudnnBackendExecute", [&] { submit(handle, *findDescriptor(plan), *findDescriptor(pack)); });
}

} // extern "C"
