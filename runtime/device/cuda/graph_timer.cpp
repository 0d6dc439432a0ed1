// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/graph_timer.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"

#include <algorithm>

namespace dpsims::cuda {

namespace {

constexpr int runs = 5;
constexpr double enough = 20;  // milliseconds in all: not run again
constexpr double loading = 20; // milliseconds that the first run may take longer
constexpr double hopeless = 3; // times as slow as another: not run again, nor are those that were expected to be slower

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
  void *get() const { return memory.data(); }

private:
  CudaMemory memory;
};

} // namespace

template <typename Run> double GraphTimer::milliseconds(const Run &run) const {
  Event begin, end;
  float result = 0;
  check(cudaEventRecord(begin.get(), stream), "cudaEventRecord");
  run();
  check(cudaEventRecord(end.get(), stream), "cudaEventRecord");
  check(cudaEventSynchronize(end.get()), "cudaEventSynchronize");
  check(cudaEventElapsedTime(&result, begin.get(), end.get()), "cudaEventElapsedTime");
  return static_cast<double>(result);
}

template <typename Run> double GraphTimer::best(const Run &run, double other) const {
  const double first = milliseconds(run), limit = hopeless * 1e3 * other;
  if (first > limit + loading)
    return 1e-3 * first;
  double least = milliseconds(run), all = least;
  for (int i = 1; i < runs && all < enough && least < limit; ++i) {
    const double next = milliseconds(run);
    least = std::min(least, next), all += next;
  }
  return 1e-3 * least;
}

std::vector<double> GraphTimer::time(const ConvGraphSpec &spec,
                                     const std::vector<std::shared_ptr<ConvGraph>> &graphs) const {
  const ConvSizes &sizes = spec.sizes;
  const uint64_t element = sizeof(float); // of any tensor at most
  uint64_t most = 0;
  for (const std::shared_ptr<ConvGraph> &graph : graphs)
    most = std::max(most, graph->workspaceBytes());
  TrialMemory src(sizes.inputCount() * element, stream), weights(sizes.weightCount() * element, stream);
  TrialMemory dst(sizes.outputCount() * element, stream), workspace(most, stream);
  TrialMemory residual(spec.hasResidual ? sizes.outputCount() * element : 0, stream);
  TrialMemory bias(spec.hasBias ? static_cast<uint64_t>(sizes.outChannels) * sizeof(float) : 0, stream);
  std::vector<double> seconds;
  double fastest = std::numeric_limits<double>::infinity();
  for (const std::shared_ptr<ConvGraph> &graph : graphs) {
    Descriptor bound = graph->bind({src.get(), weights.get(), residual.get(), bias.get(), dst.get(), workspace.get()});
    seconds.push_back(best([&] { graph->run(cudnn, bound); }, fastest));
    if (seconds.back() > hopeless * fastest)
      break;
    fastest = std::min(fastest, seconds.back());
  }
  return seconds;
}

double GraphTimer::timeEpilogue(const ConvGraphSpec &spec) const {
  const uint64_t channels = static_cast<uint64_t>(spec.sizes.outChannels), count = spec.sizes.outputCount();
  const ElementType type = spec.resultType == CUDNN_DATA_FLOAT ? ElementType::F32 : ElementType::BF16;
  TrialMemory dst(count * elementSize(type), stream);
  TrialMemory residual(spec.hasResidual ? count * elementSize(type) : 0, stream);
  TrialMemory bias(spec.hasBias ? channels * sizeof(float) : 0, stream);
  return best([&] {
    launchEpilogue(type, dst.get(), dst.get(), static_cast<const float *>(bias.get()), residual.get(), count / channels,
                   channels, spec.epilogue, stream);
  });
}

} // namespace dpsims::cuda
