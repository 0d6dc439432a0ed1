// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which algorithm does a convolution or its gradient: the faster one in a measurement of both, made once for each shape
// on a machine. One thread is measured, by its processor time, on some of the images: other programs at work do not
// disturb that, and a choice lasts.

#include "runtime/device/cpu/convolution.h"
#include "runtime/device/plan_cache.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <omp.h>
#include <optional>
#include <sstream>
#include <time.h>

namespace dpsims {

namespace {

constexpr uint64_t alignment = 64;
constexpr double worthMeasuring = 4e6;      // multiply-adds below which neither choice matters
constexpr double clearly = 1.3;             // a ratio of times that noise does not explain
constexpr int64_t enoughPixels = 32 * 1024; // of the result, to be measured

// Puts `place(buffer, is it an image?)` in the place of each buffer of a step.
template <typename Place> void replaceBuffers(ConvStep &step, const Place &place) {
  step.src = place(step.src, true);
  step.weights = place(step.weights, false);
  step.dst = place(step.dst, true);
  if (step.bias >= 0)
    step.bias = static_cast<int32_t>(place(static_cast<uint32_t>(step.bias), false));
  if (step.residual >= 0)
    step.residual = static_cast<int32_t>(place(static_cast<uint32_t>(step.residual), true));
}
template <typename Place> void replaceBuffers(ConvInputGradientStep &step, const Place &place) {
  step.gradient = place(step.gradient, true);
  step.weights = place(step.weights, false);
  step.dst = place(step.dst, true);
}
template <typename Place> void replaceBuffers(ConvWeightGradientStep &step, const Place &place) {
  step.src = place(step.src, true);
  step.gradient = place(step.gradient, true);
  step.dst = place(step.dst, false);
}

// While it lives, the library's primitives are made for one thread, and run on one.
class OneThread {
public:
  OneThread() : before(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before); }
  OneThread(const OneThread &) = delete;
  OneThread &operator=(const OneThread &) = delete;

private:
  int before;
};

double threadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// One step alone with memory of its own, to be timed, on at most `images` images.
template <typename Step> class Trial {
public:
  Trial(const StepContext &context, const Step &original, int64_t images)
      : context(context), step(original), images(images) {
    replaceBuffers(step, [this](uint32_t buffer, bool isImage) { return place(buffer, isImage); });
  }

  // Makes the step ready to run; false where there is no such implementation. The memory of one at a time is there.
  template <typename Make> bool prepare(const Make &make) {
    release();
    store.emplace(constants);
    WorkspaceNeeds needs;
    made = make(StepContext{plan, constants, 1, context.convolution, *store, needs, context.cache}, step);
    if (!made)
      return false;
    store->allocate();
    arena = CpuMemory(plan.arenaSize);
    scratch = CpuMemory(needs.scratch);
    // Pages that nobody wrote are all the same page: they would be in the cache.
    fill(arena.data(), arena.size());
    fill(store->bytes() ? store->addresses().front() : nullptr, store->bytes());
    made->bind({{}, {}, arena.data(), store->addresses(), {}, scratch.data()});
    return true;
  }

  // The best of `runs` runs after one, in seconds of the processor.
  double time(int runs) {
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= runs; ++i) {
      double start = threadSeconds();
      made->run();
      double seconds = threadSeconds() - start;
      best = i > 0 && seconds < best ? seconds : best;
    }
    return best;
  }

private:
  void release() {
    made.reset();
    store.reset();
    arena = CpuMemory();
    scratch = CpuMemory();
  }

  static void fill(void *memory, uint64_t bytes) {
    if (bytes)
      std::memset(memory, 0x3c, bytes);
  }

  // A buffer of the trial's for one of the plan's: a constant for a constant, else one in the arena; the same one for
  // the same bytes.
  uint32_t place(uint32_t original, bool isImage) {
    Buffer buffer = context.plan.buffers[original];
    for (size_t i = 0; i < originals.size(); ++i)
      if (sameBytes(context.plan.buffers[originals[i]], buffer) &&
          context.plan.buffers[originals[i]].shape == buffer.shape)
        return static_cast<uint32_t>(i);
    if (isImage)
      buffer.shape[0] = std::min(buffer.shape[0], images);
    bool isConstant = context.isConstant(original);
    buffer.space = isConstant ? Space::Constant : Space::Arena;
    buffer.index = isConstant ? static_cast<uint32_t>(constants.size()) : 0;
    buffer.offset = isConstant ? 0 : plan.arenaSize;
    if (isConstant)
      constants.push_back({buffer.type, buffer.shape});
    else
      plan.arenaSize += (buffer.bytes() + alignment - 1) / alignment * alignment;
    originals.push_back(original);
    plan.buffers.push_back(buffer);
    return static_cast<uint32_t>(plan.buffers.size() - 1);
  }

  const StepContext &context;
  Step step;
  int64_t images;
  Plan plan;
  std::vector<uint32_t> originals; // of plan.buffers
  std::vector<ConstantInfo> constants;
  std::optional<ConstantStore> store;
  std::unique_ptr<CpuStep> made;
  CpuMemory arena, scratch;
};

// A first look at both; where they are close, a longer one.
template <typename Step> bool measureWinograd(const StepContext &context, const Step &step, const ConvDescs &descs) {
  auto direct = [](const StepContext &own, const Step &s) { return makeDirectStep(own, s); };
  auto winograd = [](const StepContext &own, const Step &s) { return makeWinogradStep(own, s); };
  int64_t pixels = descs.dst[2] * descs.dst[3];
  OneThread oneThread;
  Trial<Step> trial(context, step, (enoughPixels + pixels - 1) / pixels);
  for (int runs : {2, 5}) {
    if (!trial.prepare(winograd))
      return false;
    double winogradTime = trial.time(runs);
    trial.prepare(direct);
    double directTime = trial.time(runs);
    if (runs == 5 || winogradTime > clearly * directTime || directTime > clearly * winogradTime)
      return winogradTime < directTime;
  }
  return false;
}

// What a step's time depends on beside the shapes.
std::string variant(const StepContext &context, const ConvStep &step) {
  std::string text =
      std::string("conv ") + (context.isConstant(step.weights) ? "" : "packing ") + name(step.epilogue.activation);
  return step.residual >= 0 ? text + " residual" : text;
}
std::string variant(const StepContext &context, const ConvInputGradientStep &step) {
  return std::string("input gradient") + (context.isConstant(step.weights) ? "" : " packing");
}
std::string variant(const StepContext &, const ConvWeightGradientStep &) { return "weight gradient"; }

std::string shapeKey(const ConvDescs &descs) {
  std::ostringstream key;
  key << "f32 n" << descs.src[0] << " h" << descs.src[2] << " w" << descs.src[3] << " c" << descs.src[1] << " o"
      << descs.dst[1] << " k3x3 p" << descs.padBegin[0] << "," << descs.padBegin[1] << "," << descs.padEnd[0] << ","
      << descs.padEnd[1];
  return key.str();
}

double multiplyAdds(const ConvDescs &descs) {
  double count = static_cast<double>(descs.dst[0] * descs.dst[2] * descs.dst[3]);
  for (dnnl::memory::dim size : descs.weights)
    count *= static_cast<double>(size);
  return count;
}

template <typename Step> bool preferWinograd(const StepContext &context, const Step &step) {
  ConvDescs descs(context.plan, step);
  if (!canUseWinograd(descs) || multiplyAdds(descs) < worthMeasuring)
    return false;
  std::string key = variant(context, step) + " " + shapeKey(descs), choice = context.cache.findWord(key);
  const bool isKnown = choice == "winograd" || choice == "direct";
  if (!isKnown && !choice.empty())
    context.cache.tellDamaged(key);
  if (!isKnown) {
    choice = measureWinograd(context, step, descs) ? "winograd" : "direct";
    context.cache.store(key, choice);
  }
  return choice == "winograd";
}

template <typename Step> std::unique_ptr<CpuStep> makeStep(const StepContext &context, const Step &step) {
  bool winograd = context.convolution == ConvolutionChoice::Winograd ||
                  (context.convolution == ConvolutionChoice::Auto && preferWinograd(context, step));
  if (winograd)
    if (std::unique_ptr<CpuStep> made = makeWinogradStep(context, step))
      return made;
  return makeDirectStep(context, step);
}

} // namespace

std::unique_ptr<CpuStep> makeConvStep(const StepContext &context, const ConvStep &step) {
  return makeStep(context, step);
}

std::unique_ptr<CpuStep> makeInputGradientStep(const StepContext &context, const ConvInputGradientStep &step) {
  return makeStep(context, step);
}

std::unique_ptr<CpuStep> makeWeightGradientStep(const StepContext &context, const ConvWeightGradientStep &step) {
  return makeStep(context, step);
}

} // namespace dpsims
