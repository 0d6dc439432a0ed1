// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libdpsims-cuda.so is to the program: GPUs as a kind of device.

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/cuda_device.h"
#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/cudnn_target.h"
#include "runtime/device/cuda/gpu.h"
#include "runtime/device/cuda/plan_convolutions.h"
#include "runtime/device/cuda/ranks.h"
#include "runtime/device/cuda/versions.h"
#include "runtime/device/library/export.h"

#include <nlohmann/json.hpp>

namespace dpsims {

namespace cuda {

namespace {

using Json = nlohmann::json;

Json describe(int gpu) {
  check(cudaSetDevice(gpu), "cudaSetDevice");
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, gpu), "cudaGetDeviceProperties");
  return {{"name", properties.name},
          {"chip", chipOf(gpu).name()},
          {"memory", properties.totalGlobalMem},
          {"free_memory", freeGpuMemory()}};
}

void addGpus(Json &report) {
  std::string reason;
  const int count = countGpus(reason);
  for (int gpu = 0; gpu < count; ++gpu)
    report["gpus"].push_back(describe(gpu));
  if (count == 0 && report["problem"].get_ref<const std::string &>().empty())
    report["problem"] = reason;
}

class GpuKind : public DeviceKind {
public:
  std::string target() const override { return "cuda"; }
  const char *noun() const override { return "GPU"; }
  int count() const override {
    std::string reason;
    return countGpus(reason);
  }
  std::string description(int index) const override { return describeGpu(index); }
  std::unique_ptr<Device> create(const DeviceOptions &options) const override { return createCudaDevice(options); }

  DeviceReport report() const override {
    int driver = 0;
    const bool answers = cudaDriverGetVersion(&driver) == cudaSuccess && driver != 0;
    Json report = {
        {"versions",
         {{"libcudnn", libraryVersion(cudnnGetVersion())}, {"libcublasLt", libraryVersion(cublasLtGetVersion())}}},
        {"problem", libraryProblem()},
        {"driver", answers ? versionText(driver) : ""},
        {"gpus", Json::array()}};
    try {
      addGpus(report);
    } catch (const Error &error) {
      report["problem"] = error.what();
    }
    return {"cuda", report.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
  }

  ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) const override {
    return cuda::planConvolutions(model, request);
  }

  std::string newRanksId() const override { return cuda::newRanksId(); }

  std::string properties(int index) const override {
    std::string reason;
    if (countGpus(reason) == 0)
      failDevice(ErrorCode::Unavailable, "there is no GPU to describe: ", reason);
    openGpu(index);
    return describeThisGpu();
  }
};

} // namespace

} // namespace cuda

const DeviceKind &exportedKind() {
  static const cuda::GpuKind kind;
  return kind;
}

void enterDevice(int index) { cuda::enterGpu(index); }

} // namespace dpsims
