// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libdpsims-cuda.so: the GPU as a device. cuDNN for convolutions, cuBLASLt for matmuls, generated kernels for the rest,
// all on one stream; two more carry copies beside it.

#include "runtime/base/environment.h"
#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/cuda_device.h"
#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/cuda_plan.h"
#include "runtime/device/cuda/gpu.h"
#include "runtime/device/cuda/peaks.h"
#include "runtime/device/cuda/streams.h"

#include <algorithm>

namespace dpsims::cuda {

namespace {

bool launchesKernels(const Plan &plan) {
  return std::any_of(plan.steps.begin(), plan.steps.end(),
                     [](const Step &step) { return std::holds_alternative<LaunchStep>(step.operation); });
}

// DPSIMS_CUDA_GRAPH=0 is as --no-graph.
bool wantsGraphs(const DeviceOptions &options) {
  return environmentSwitch("DPSIMS_CUDA_GRAPH").value_or(true) && options.graphs;
}

// The device is the current GPU of the thread that makes it, which is also the one that uses it.
class CudaDevice : public Device {
public:
  explicit CudaDevice(const DeviceOptions &given) : options(given), libraries(streams.compute(), options) {
    options.graphs = wantsGraphs(options);
  }

  Target target() const override { return Target::Cuda; }
  std::string description() const override;
  bool sharesHostMemory() const override { return false; }
  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override { return std::make_unique<CudaMemory>(bytes); }
  uint64_t freeMemory() const override { return freeGpuMemory(); }
  void upload(void *dst, const void *src, uint64_t bytes) override;
  void download(void *dst, const void *src, uint64_t bytes) override;
  void synchronize() override { streams.synchronize(); }
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override {
    return std::make_unique<CudaHostMemory>(bytes);
  }
  void copy(Queue queue, void *dst, const void *src, uint64_t bytes) override;
  std::unique_ptr<DeviceEvent> createEvent(bool timed) override { return std::make_unique<CudaEvent>(streams, timed); }
  DevicePeaks measurePeaks() override { return measureGpuPeaks(libraries, streams.compute()); }
  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const Plan &plan) override;

private:
  std::shared_ptr<const KernelLibrary> load(const std::shared_ptr<const CompiledModel> &model);

  DeviceOptions options;
  Streams streams;
  Libraries libraries;
  std::weak_ptr<const CompiledModel> lastModel;
  std::weak_ptr<const KernelLibrary> lastLibrary;
};

std::string CudaDevice::description() const {
  return (options.index ? "cuda:" + std::to_string(options.index) + ", " : "") + describeGpu(options.index) +
         (libraries.allowsTf32() ? ", TF32" : "") + (options.checked ? ", checked" : "");
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
  auto result = std::make_unique<CudaPlan>(std::move(model), entry, plan, std::move(library), libraries,
                                           streams.compute(), options);
  libraries.savePlans();
  return result;
}

} // namespace

} // namespace dpsims::cuda

extern "C" __attribute__((visibility("default"))) const char *const dpsims_cuda_boundary;
const char *const dpsims_cuda_boundary = DPSIMS_CUDA_BOUNDARY;

extern "C" __attribute__((visibility("default"))) dpsims::Device *
dpsims_create_cuda_device(const dpsims::DeviceOptions &options) {
  dpsims::cuda::openGpu(options.index);
  return new dpsims::cuda::CudaDevice(options);
}
