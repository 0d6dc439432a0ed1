// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libdpsims-cuda.so: the GPU as a device. cuDNN for convolutions, cuBLASLt for matmuls, generated kernels for the rest,
// all on one stream, unless the options ask for more; two others carry copies beside it.

#include "runtime/device/cuda/cuda_device.h"

#include "runtime/base/environment.h"
#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/cuda_plan.h"
#include "runtime/device/cuda/gpu.h"
#include "runtime/device/cuda/peaks.h"
#include "runtime/device/cuda/streams.h"
#include "runtime/device/plan/model_cache.h"
#include "runtime/device/plan/requirements.h"

namespace dpsims::cuda {

namespace {

bool wantsGraphs(const DeviceOptions &options) {
  return environmentSwitch("DPSIMS_CUDA_GRAPH").value_or(true) && options.graphs;
}

// The device is the current GPU of the thread that makes it, which is also the one that uses it.
class CudaDevice : public Device {
public:
  explicit CudaDevice(const DeviceOptions &given)
      : options(given), streams(options.streams), libraries(streams.lanes(), options) {
    options.graphs = wantsGraphs(options);
  }

  std::string target() const override { return "cuda"; }
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
  DeviceOptions options;
  Streams streams;
  Libraries libraries;
  ModelCache<const KernelLibrary> kernels;
};

std::string CudaDevice::description() const {
  return (options.index ? "cuda:" + std::to_string(options.index) + ", " : "") + describeGpu(options.index) +
         (options.streams > 1 ? ", " + std::to_string(options.streams) + " streams" : "") +
         (options.checked ? ", checked" : "");
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
std::unique_ptr<ExecutablePlan> CudaDevice::createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                                       const Plan &plan) {
  requireTarget(*model, target());
  requireRanks(*model, entry, options.ranks.size);
  std::shared_ptr<const KernelLibrary> library;
  if (launchesKernels(plan))
    library = kernels.find(model, [&] { return std::make_shared<const KernelLibrary>(*model); });
  // What prepares constants is run step by step, and whoever wants to know the faulty step waits after each.
  const uint32_t lanes = options.checked || &plan == &entry.prepare ? 1 : options.streams;
  auto result = std::make_unique<CudaPlan>(*this, PlanSource{std::move(model), entry, plan}, std::move(library),
                                           libraries, options, lanes);
  libraries.savePlans();
  return result;
}

} // namespace

std::unique_ptr<Device> createCudaDevice(const DeviceOptions &options) {
  openGpu(options.index);
  return std::make_unique<CudaDevice>(options);
}

} // namespace dpsims::cuda
