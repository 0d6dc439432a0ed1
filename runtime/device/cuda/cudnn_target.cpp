// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cudnn_target.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/device/cuda/check.h"

#include <nlohmann/json.hpp>

namespace dpsims::cuda {

namespace {

using Json = nlohmann::json;

std::string nameOf(const std::string &device, int capability, int multiprocessors) {
  const size_t version = cudnnGetVersion();
  return device + ", sm_" + std::to_string(capability) + ", " + std::to_string(multiprocessors) +
         " multiprocessors, cuDNN " + std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) +
         "." + std::to_string(version % 100);
}

int positive(const Json &device, const char *property, const std::string &path) {
  auto found = device.find(property);
  if (found == device.end() || !found->is_number_integer() || *found < 1 || *found > INT32_MAX)
    fail(path, ": ", quoted(property),
         " is missing, or no positive integer; see runtime/device/cuda/devices/h100.json");
  return found->get<int>();
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
  if (cudnnGetVersion() < 90800)
    fail(path, ": cuDNN 9.8 or newer is needed to plan for a device that is not here, and this one is ",
         cudnnGetVersion());
  const std::string text = readText(path);
  const Json device = Json::parse(text, nullptr, false);
  if (!device.is_object() || !device.value("deviceName", Json()).is_string())
    fail(path, ": is no description of a device: JSON with \"deviceName\" and more; see "
               "runtime/device/cuda/devices/h100.json");
  CudnnTarget target;
  target.deviceName = nameOf(device["deviceName"], positive(device, "deviceVer", path) / 10,
                             positive(device, "multiProcessorCount", path));
  target.properties = Descriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  try {
    target.properties.setText(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, text);
    target.properties.finalize();
  } catch (const Error &error) {
    fail(path, ": cuDNN does not take this description of a device (", error.what(),
         "); see runtime/device/cuda/devices/h100.json");
  }
  return target;
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
