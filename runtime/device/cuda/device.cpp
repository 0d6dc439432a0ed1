// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libdpsims-cuda.so: the GPU as a device. cuDNN for convolutions, cuBLASLt for matmuls, generated kernels for the rest,
// all on one stream; two more carry copies beside it.

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/cuda_device.h"
#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/cuda_plan.h"
#include "runtime/device/cuda/streams.h"

#include <algorithm>
#include <cstdlib>

namespace dpsims::cuda {

namespace {

bool launchesKernels(const Plan &plan) {
  return std::any_of(plan.steps.begin(), plan.steps.end(),
                     [](const Step &step) { return std::holds_alternative<LaunchStep>(step.operation); });
}

void requireGpu() {
  int count = 0, driver = 0;
  cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count == 0)
    status = cudaErrorNoDevice;
  if (status == cudaSuccess)
    return;
  bool hasDriver = cudaDriverGetVersion(&driver) == cudaSuccess && driver != 0;
  fail("compiled for cuda, and there is no CUDA GPU on this machine (",
       hasDriver ? cudaGetErrorString(status) : "no CUDA driver is installed",
       "): compile with --target cpu to run here");
}

// DPSIMS_CUDA_GRAPH=0 is as --no-graph.
bool wantsGraphs(const DeviceOptions &options) {
  const char *variable = std::getenv("DPSIMS_CUDA_GRAPH");
  return options.graphs && !(variable && std::string(variable) == "0");
}

class CudaDevice : public Device {
public:
  explicit CudaDevice(const DeviceOptions &options)
      : libraries(streams.compute(), options.tf32), graphs(wantsGraphs(options)) {}

  Target target() const override { return Target::Cuda; }
  std::string description() const override;
  bool sharesHostMemory() const override { return false; }
  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override { return std::make_unique<CudaMemory>(bytes); }
  void upload(void *dst, const void *src, uint64_t bytes) override;
  void download(void *dst, const void *src, uint64_t bytes) override;
  void synchronize() override { streams.synchronize(); }
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override {
    return std::make_unique<CudaHostMemory>(bytes);
  }
  void copy(Queue queue, void *dst, const void *src, uint64_t bytes) override;
  std::unique_ptr<DeviceEvent> createEvent() override { return std::make_unique<CudaEvent>(streams); }
  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const Plan &plan) override;

private:
  std::shared_ptr<const KernelLibrary> load(const std::shared_ptr<const CompiledModel> &model);

  Streams streams;
  Libraries libraries;
  bool graphs;
  std::weak_ptr<const CompiledModel> lastModel;
  std::weak_ptr<const KernelLibrary> lastLibrary;
};

std::string CudaDevice::description() const {
  int device = 0;
  cudaDeviceProp properties;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  return std::string(properties.name) + ", sm_" + std::to_string(properties.major) + std::to_string(properties.minor) +
         ", " + std::to_string(properties.totalGlobalMem >> 30) + " GiB" + (libraries.allowsTf32() ? ", TF32" : "");
}

void CudaDevice::upload(void *dst, const void *src, uint64_t bytes) {
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyHostToDevice, streams.compute()), "cudaMemcpyAsync");
  check(cudaStreamSynchronize(streams.compute()), "cudaStreamSynchronize");
}

void CudaDevice::download(void *dst, const void *src, uint64_t bytes) {
  check(cudaMemcpyAsync(dst, src, bytes, cudaMemcpyDeviceToHost, streams.compute()), "cudaMemcpyAsync");
  check(cudaStreamSynchronize(streams.compute()), "cudaStreamSynchronize");
}

void CudaDevice::copy(Queue queue, void *dst, const void *src, uint64_t bytes) {
  if (bytes == 0)
    return;
  cudaMemcpyKind kind = queue == Queue::Upload     ? cudaMemcpyHostToDevice
                        : queue == Queue::Download ? cudaMemcpyDeviceToHost
                                                   : cudaMemcpyDeviceToDevice;
  check(cudaMemcpyAsync(dst, src, bytes, kind, streams.get(queue)), "cudaMemcpyAsync");
}

// Both plans of an entry, and all entries of a model, share the model's code.
std::shared_ptr<const KernelLibrary> CudaDevice::load(const std::shared_ptr<const CompiledModel> &model) {
  std::shared_ptr<const KernelLibrary> library = lastLibrary.lock();
  if (!library || lastModel.lock() != model) {
    library = std::make_shared<KernelLibrary>(*model);
    lastModel = model;
    lastLibrary = library;
  }
  return library;
}

std::unique_ptr<ExecutablePlan> CudaDevice::createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                                       const Plan &plan) {
  if (model->target != Target::Cuda)
    fail(model->path, ": compiled for ", name(model->target), ", not for cuda");
  std::shared_ptr<const KernelLibrary> library = launchesKernels(plan) ? load(model) : nullptr;
  return std::make_unique<CudaPlan>(std::move(model), entry, plan, std::move(library), libraries, streams.compute(),
                                    graphs);
}

} // namespace

} // namespace dpsims::cuda

extern "C" __attribute__((visibility("default"))) dpsims::Device *
dpsims_create_cuda_device(const dpsims::DeviceOptions &options) {
  dpsims::cuda::requireGpu();
  return new dpsims::cuda::CudaDevice(options);
}
