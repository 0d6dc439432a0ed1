// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cudnn_target.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/device_description.h"
#include "runtime/device/cuda/versions.h"

#include <nlohmann/json.hpp>

namespace dpsims::cuda {

namespace {

constexpr size_t describesDevices = 90800; // cuDNN's version

std::string nameOf(const std::string &device, int capability, int multiprocessors) {
  return device + ", sm_" + std::to_string(capability) + ", " + std::to_string(multiprocessors) +
         " multiprocessors, cuDNN " + libraryVersion(cudnnGetVersion());
}

} // namespace

CudnnTarget CudnnTarget::here(cudnnHandle_t handle) {
  CudnnTarget target;
  target.handle = handle;
  int device = 0;
  cudaDeviceProp properties;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  target.deviceName = nameOf(properties.name, properties.major * 10 + properties.minor, properties.multiProcessorCount);
  return target;
}

CudnnTarget CudnnTarget::described(const std::string &path) {
  if (cudnnGetVersion() < describesDevices)
    fail(ErrorCode::Unavailable, path,
         ": cuDNN 9.8 or newer is needed to plan for a device that is not here, and this one is ",
         libraryVersion(cudnnGetVersion()));
  const DeviceDescription device = readDeviceDescription(path);
  CudnnTarget target;
  target.deviceName = nameOf(device.name, device.capability, device.multiprocessors);
  target.properties = Descriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  try {
    target.properties.setText(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, device.text);
    target.properties.finalize();
  } catch (const Error &error) {
    fail(ErrorCode::InvalidData, path, ": cuDNN does not take this description of a device (", error.what(),
         "); see runtime/device/cuda/devices/h100.json");
  }
  return target;
}

std::string describeThisGpu() {
  if (cudnnGetVersion() < describesDevices)
    failDevice(ErrorCode::Unavailable, "cuDNN 9.8 or newer is needed to describe a GPU, and this one is ",
               libraryVersion(cudnnGetVersion()));
  int32_t device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  Descriptor properties(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  properties.set(CUDNN_ATTR_DEVICEPROP_DEVICE_ID, CUDNN_TYPE_INT32, 1, &device);
  properties.finalize();
  const std::string text = properties.getText(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object())
    failDevice("cuDNN gives no description of this GPU");
  return json.dump(1) + "\n";
}

void CudnnTarget::addToGraph(Descriptor &graph) const {
  if (handle)
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle);
}

void CudnnTarget::addToHeuristic(Descriptor &heuristic) const {
  if (properties)
    heuristic.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, properties);
}

void CudnnTarget::addToPlan(Descriptor &plan) const {
  if (properties)
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, properties);
  else
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle);
}

} // namespace dpsims::cuda
