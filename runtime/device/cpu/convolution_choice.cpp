// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which algorithm does a convolution or its gradient: the faster one in a measurement of both, made once for each shape
// on a machine. One thread is measured, by its processor time, on some of the images: other programs at work do not
// disturb that, and a choice lasts.

#include "runtime/base/align.h"
#include "runtime/device/cpu/converted_step.h"
#include "runtime/device/cpu/convolution.h"
#include "runtime/device/cpu/cpu_memory.h"
#include "runtime/device/plan_cache.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <sstream>
#include <time.h>

namespace dpsims {

namespace {

constexpr uint64_t alignment = 64;
constexpr double worthMeasuring = 4e6;      // multiply-adds below which neither choice matters
constexpr double clearly = 1.3;             // a ratio of times that noise does not explain
constexpr int64_t enoughPixels = 32 * 1024; // of the result, to be measured

double threadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// One step alone with memory of its own, to be timed, on at most `images` images.
template <typename Step> class Trial {
public:
  Trial(const CpuStepContext &context, const Step &original, int64_t images)
      : context(context), step(original), images(images) {
    replaceBuffers(step, [this](uint32_t buffer, OperandRole role) { return place(buffer, role); });
  }

  // Makes the step ready to run; false where there is no such implementation. The memory of one at a time is there.
  template <typename Make> bool prepare(const Make &make) {
    release();
    ConstantStore store(constants, alignment);
    WorkspaceNeeds needs(alignment);
    const CpuStepContext own{
        {plan, constants, store, needs}, context.library, alone, context.convolution, context.cache, nullptr};
    made = make(own, step);
    if (!made)
      return false;
    arena.emplace(plan.arenaSize);
    workspace.emplace(needs.bytes());
    packed.emplace(store.bytes());
    // Pages that nobody wrote are all the same page: they would be in the cache.
    fill(*arena);
    fill(*packed);
    store.keepIn(packed->data());
    made->bind({{}, {}, arena->data(), store.addresses(), {}, {workspace->data()}});
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
    arena.reset();
    workspace.reset();
    packed.reset();
  }

  static void fill(CpuMemory &memory) {
    if (memory.size())
      std::memset(memory.data(), 0x3c, memory.size());
  }

  // A buffer of the trial's for one of the plan's: a constant for a constant, else one in the arena; the same one for
  // the same bytes.
  uint32_t place(uint32_t original, OperandRole role) {
    Buffer buffer = context.plan.buffers[original];
    for (size_t i = 0; i < originals.size(); ++i)
      if (sameBytes(context.plan.buffers[originals[i]], buffer) &&
          context.plan.buffers[originals[i]].shape == buffer.shape)
        return static_cast<uint32_t>(i);
    if (role == OperandRole::Rows)
      buffer.shape[0] = std::min(buffer.shape[0], images);
    bool isConstant = context.isConstant(original);
    buffer.space = isConstant ? Space::Constant : Space::Arena;
    buffer.index = isConstant ? static_cast<uint32_t>(constants.size()) : 0;
    buffer.offset = isConstant ? 0 : plan.arenaSize;
    if (isConstant)
      constants.push_back({buffer.type, buffer.shape});
    else
      plan.arenaSize += alignUp(buffer.bytes(), alignment);
    originals.push_back(original);
    plan.buffers.push_back(buffer);
    return static_cast<uint32_t>(plan.buffers.size() - 1);
  }

  const CpuStepContext &context;
  Team alone{1};
  Step step;
  int64_t images;
  Plan plan;
  std::vector<uint32_t> originals; // of plan.buffers
  std::vector<ConstantInfo> constants;
  std::unique_ptr<DeviceStep> made;
  std::optional<CpuMemory> arena, workspace, packed; // packed: the constants
};

ElementType typeOfFactors(const StepContext &context, const ConvStep &step) { return context.buffer(step.src).type; }
ElementType typeOfFactors(const StepContext &context, const ConvInputGradientStep &step) {
  return context.buffer(step.gradient).type;
}
ElementType typeOfFactors(const StepContext &context, const ConvWeightGradientStep &step) {
  return context.buffer(step.src).type;
}

template <typename Step> std::unique_ptr<DeviceStep> makeDirect(const CpuStepContext &context, const Step &step) {
  return makeByLibrary(context, step, typeOfFactors(context, step),
                       [](const CpuStepContext &own, const Step &s) { return makeDirectStep(own, s); });
}

template <typename Step> std::unique_ptr<DeviceStep> makeWinograd(const CpuStepContext &context, const Step &step) {
  auto make = [](const CpuStepContext &own, const Step &s) { return makeWinogradStep(own, s); };
  std::unique_ptr<DeviceStep> made = make(context, step);
  const bool convert = !made && typeOfFactors(context, step) == ElementType::BF16;
  return convert ? makeConvertedStep(context, step, make) : std::move(made);
}

// A first look at both; where they are close, a longer one.
template <typename Step> bool measureWinograd(const CpuStepContext &context, const Step &step, const ConvSizes &sizes) {
  const int64_t pixels = sizes.outHeight * sizes.outWidth;
  Trial<Step> trial(context, step, (enoughPixels + pixels - 1) / pixels);
  for (int runs : {2, 5}) {
    if (!trial.prepare(makeWinograd<Step>))
      return false;
    double winogradTime = trial.time(runs);
    trial.prepare(makeDirect<Step>);
    double directTime = trial.time(runs);
    if (runs == 5 || winogradTime > clearly * directTime || directTime > clearly * winogradTime)
      return winogradTime < directTime;
  }
  return false;
}

// What a step's time depends on beside the shapes.
std::string variant(const CpuStepContext &context, const ConvStep &step) {
  std::string text =
      std::string("conv ") + (context.isConstant(step.weights) ? "" : "packing ") + name(step.epilogue.activation);
  return step.residual >= 0 ? text + " residual" : text;
}
std::string variant(const CpuStepContext &context, const ConvInputGradientStep &step) {
  return std::string("input gradient") + (context.isConstant(step.weights) ? "" : " packing");
}
std::string variant(const CpuStepContext &, const ConvWeightGradientStep &) { return "weight gradient"; }

std::string shapeKey(ElementType type, const ConvSizes &s) {
  std::ostringstream key;
  key << (type == ElementType::BF16 ? multipliesBf16() ? "bf16" : "bf16 by f32" : "f32") << " n" << s.batch << " h"
      << s.inHeight << " w" << s.inWidth << " c" << s.inChannels << " o" << s.outChannels << " k3x3 p" << s.padTop
      << "," << s.padLeft << "," << s.padBottom << "," << s.padRight;
  return key.str();
}

template <typename Step> bool preferWinograd(const CpuStepContext &context, const Step &step) {
  const ConvSizes sizes = convSizes(context.plan, step);
  if (!canUseWinograd(sizes) || sizes.multiplyAdds() < worthMeasuring)
    return false;
  std::string key = variant(context, step) + " " + shapeKey(typeOfFactors(context, step), sizes),
              choice = context.cache.findWord(key);
  const bool isKnown = choice == "winograd" || choice == "direct";
  if (!isKnown && !choice.empty())
    context.cache.tellDamaged(key);
  if (!isKnown) {
    choice = measureWinograd(context, step, sizes) ? "winograd" : "direct";
    context.cache.store(key, choice);
  }
  return choice == "winograd";
}

template <typename Step> std::unique_ptr<DeviceStep> choose(const CpuStepContext &context, const Step &step) {
  bool winograd = context.convolution == ConvolutionChoice::Winograd ||
                  (context.convolution == ConvolutionChoice::Auto && preferWinograd(context, step));
  if (winograd)
    if (std::unique_ptr<DeviceStep> made = makeWinograd(context, step))
      return made;
  return makeDirect(context, step);
}

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const ConvStep &step) {
  return choose(context, step);
}

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const ConvInputGradientStep &step) {
  return choose(context, step);
}

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const ConvWeightGradientStep &step) {
  return choose(context, step);
}

} // namespace dpsims
