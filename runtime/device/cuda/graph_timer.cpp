// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/graph_timer.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"

#include <algorithm>
#include <limits>

namespace dpsims::cuda {

namespace {

constexpr int runs = 5;

class Event {
public:
  Event() { check(cudaEventCreate(&handle), "cudaEventCreate"); }
  ~Event() { cudaEventDestroy(handle); }
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;
  cudaEvent_t get() const { return handle; }

private:
  cudaEvent_t handle = nullptr;
};

// f32 of about 0.01 each: what is 0 takes less power, and less time.
class TrialMemory {
public:
  TrialMemory(uint64_t bytes, cudaStream_t stream) : memory(bytes) {
    if (bytes)
      check(cudaMemsetAsync(memory.data(), 0x3c, bytes, stream), "cudaMemsetAsync");
  }
  float *get() const { return static_cast<float *>(memory.data()); }

private:
  CudaMemory memory;
};

uint64_t elementBytes(const ConvGraphSpec &spec) { return spec.type == CUDNN_DATA_FLOAT ? 4 : 2; }

} // namespace

template <typename Run> double GraphTimer::best(const Run &run) const {
  Event begin, end;
  float least = std::numeric_limits<float>::infinity();
  for (int i = 0; i <= runs; ++i) {
    float milliseconds = 0;
    check(cudaEventRecord(begin.get(), stream), "cudaEventRecord");
    run();
    check(cudaEventRecord(end.get(), stream), "cudaEventRecord");
    check(cudaEventSynchronize(end.get()), "cudaEventSynchronize");
    check(cudaEventElapsedTime(&milliseconds, begin.get(), end.get()), "cudaEventElapsedTime");
    if (i > 0)
      least = std::min(least, milliseconds);
  }
  return 1e-3 * static_cast<double>(least);
}

std::vector<double> GraphTimer::time(const ConvGraphSpec &spec,
                                     const std::vector<std::shared_ptr<ConvGraph>> &graphs) const {
  const ConvSizes &sizes = spec.sizes;
  const uint64_t element = elementBytes(spec);
  uint64_t most = 0;
  for (const std::shared_ptr<ConvGraph> &graph : graphs)
    most = std::max(most, graph->workspaceBytes());
  TrialMemory src(sizes.inputCount() * element, stream), weights(sizes.weightCount() * element, stream);
  TrialMemory dst(sizes.outputCount() * element, stream), workspace(most, stream);
  TrialMemory residual(spec.hasResidual ? sizes.outputCount() * element : 0, stream);
  TrialMemory bias(spec.hasBias ? static_cast<uint64_t>(sizes.outChannels) * sizeof(float) : 0, stream);
  std::vector<double> seconds;
  for (const std::shared_ptr<ConvGraph> &graph : graphs) {
    Descriptor bound = graph->bind({src.get(), weights.get(), residual.get(), bias.get(), dst.get(), workspace.get()});
    seconds.push_back(best([&] { graph->run(cudnn, bound); }));
  }
  return seconds;
}

double GraphTimer::timeEpilogue(const ConvGraphSpec &spec) const {
  const uint64_t channels = static_cast<uint64_t>(spec.sizes.outChannels), count = spec.sizes.outputCount();
  TrialMemory dst(count * sizeof(float), stream), residual(spec.hasResidual ? count * sizeof(float) : 0, stream);
  TrialMemory bias(spec.hasBias ? channels * sizeof(float) : 0, stream);
  return best([&] {
    launchEpilogue(dst.get(), dst.get(), bias.get(), residual.get(), count / channels, channels, spec.epilogue, stream);
  });
}

} // namespace dpsims::cuda
