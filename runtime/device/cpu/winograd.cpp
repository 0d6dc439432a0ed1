// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 3x3 convolutions by Winograd's algorithm. The library wants its own layout on both sides: the step brings the input
// into it (unless the step before did), and does the epilogue on the way back.

#include "runtime/device/cpu/convolution.h"
#include "runtime/device/cpu/epilogue.h"

#include <chrono>
#include <cstring>
#include <limits>
#include <optional>
#include <sstream>

namespace dpsims {

namespace {

using dnnl::memory;
using WinogradDescriptor = dnnl::convolution_forward::primitive_desc;

constexpr uint64_t alignment = 64;
constexpr int64_t worthMeasuring = 4 * 1000 * 1000; // multiply-adds below which neither choice matters
constexpr double clearly = 1.3;                     // a ratio of times that noise does not explain

memory::desc withTag(const memory::dims &dims, memory::format_tag tag) { return {dims, memory::data_type::f32, tag}; }

bool isEligible(const StepContext &context, const ConvStep &conv) {
  const Shape &w = context.plan.buffers[conv.weights].shape;
  return w[2] == 3 && w[3] == 3 && conv.strideH == 1 && conv.strideW == 1 && conv.groups == 1 &&
         context.isConstant(conv.weights);
}

std::optional<WinogradDescriptor> findWinograd(const ConvDescs &descs) {
  auto any = memory::format_tag::any;
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  try {
    WinogradDescriptor descriptor(descs.forward(dnnl::prop_kind::forward_inference,
                                                dnnl::algorithm::convolution_winograd, withTag(descs.src, any),
                                                withTag(descs.weights, any), withTag(descs.dst, any)),
                                  attributes, cpuEngine());
    auto blocked = memory::format_tag::nChw16c; // what blocked_layout.h knows
    if (descriptor.src_desc() == withTag(descs.src, blocked) && descriptor.dst_desc() == withTag(descs.dst, blocked))
      return descriptor;
  } catch (const dnnl::error &error) {
    if (error.status != dnnl_unimplemented)
      throw;
  }
  return std::nullopt;
}

class WinogradStep : public CpuStep {
public:
  WinogradStep(const StepContext &context, const ConvStep &conv, const ConvDescs &descs,
               const WinogradDescriptor &descriptor, bool sourceIsBlocked)
      : srcImage(descs.srcImage), dstImage(descs.dstImage), epilogue(conv.epilogue), threads(context.threads),
        sourceIsBlocked(sourceIsBlocked), name(descriptor.impl_info_str()), src(context.operand(conv.src)),
        dst(context.operand(conv.dst)), primitive(dnnl::convolution_forward(descriptor)) {
    if (conv.residual >= 0)
      residual = context.operand(static_cast<uint32_t>(conv.residual));
    context.workspace.needBlocked(srcImage.blockedBytes());
    ScratchSpace scratch(context.workspace);
    blockedResult = scratch.reserve(dstImage.blockedBytes());

    primitive.add(DNNL_ARG_SRC, descriptor.src_desc(), blockedSource);
    memory::desc packed = descriptor.weights_desc();
    primitive.add(DNNL_ARG_WEIGHTS, packed,
                  context.packedOperand(conv.weights, descs.plainWeights, packed, scratch, before));
    if (descs.hasBias)
      primitive.add(DNNL_ARG_BIAS, descs.bias, context.operand(static_cast<uint32_t>(conv.bias)));
    primitive.add(DNNL_ARG_DST, descriptor.dst_desc(), blockedResult);
    primitive.addScratchpad(descriptor.scratchpad_desc(), scratch);
    if (!isCheap(epilogue.activation))
      activation = makeActivation(epilogue, descriptor.dst_desc(), blockedResult);
  }

  void bind(const Addresses &addresses) override {
    dpsims::bind(before, addresses);
    primitive.bind(addresses);
    if (activation)
      activation.bind(addresses);
    srcAddress = static_cast<const float *>(addresses.resolve(src));
    dstAddress = static_cast<float *>(addresses.resolve(dst));
    residualAddress = residual ? static_cast<const float *>(addresses.resolve(*residual)) : nullptr;
    blockedSourceAddress = static_cast<float *>(addresses.resolve(blockedSource));
    blockedResultAddress = static_cast<const float *>(addresses.resolve(blockedResult));
  }

  void run() override {
    dpsims::run(before);
    if (!sourceIsBlocked)
      toBlocked(srcImage, srcAddress, blockedSourceAddress, threads);
    primitive.run();
    if (activation)
      activation.run();
    fromBlocked(dstImage, blockedResultAddress, epilogue, residualAddress, dstAddress, threads);
  }

  std::string implementation() const override { return sourceIsBlocked ? name + ", shared input" : name; }

private:
  const Operand blockedSource{Operand::Kind::Blocked, 0, 0};
  Operand blockedResult;
  ImageShape srcImage, dstImage;
  Epilogue epilogue;
  int threads;
  bool sourceIsBlocked;
  std::string name;
  Operand src, dst;
  std::optional<Operand> residual;
  PrimitiveList before;
  BoundPrimitive primitive, activation;
  const float *srcAddress = nullptr, *residualAddress = nullptr, *blockedResultAddress = nullptr;
  float *dstAddress = nullptr, *blockedSourceAddress = nullptr;
};

// One convolution alone with memory of its own, to be timed.
class Trial {
public:
  Trial(const StepContext &context, const ConvStep &conv) : context(context), conv(conv) {
    this->conv.src = add(context.plan.buffers[conv.src]);
    this->conv.dst = add(context.plan.buffers[conv.dst]);
    if (conv.bias >= 0)
      this->conv.bias = static_cast<int32_t>(add(context.plan.buffers[static_cast<size_t>(conv.bias)]));
    if (conv.residual >= 0) {
      bool inPlace =
          sameBytes(context.plan.buffers[static_cast<size_t>(conv.residual)], context.plan.buffers[conv.dst]);
      this->conv.residual = static_cast<int32_t>(
          inPlace ? this->conv.dst : add(context.plan.buffers[static_cast<size_t>(conv.residual)]));
    }
    Buffer weights = context.plan.buffers[conv.weights];
    constants.push_back({weights.type, weights.shape});
    weights.space = Space::Constant;
    weights.index = 0;
    this->conv.weights = static_cast<uint32_t>(plan.buffers.size());
    plan.buffers.push_back(weights);
  }

  // The step made by `make`, ready to run; false where there is no such implementation. The memory of one step at a
  // time is there.
  template <typename Make> bool prepare(const Make &make) {
    release();
    store.emplace(constants);
    WorkspaceNeeds needs;
    step = make(StepContext{plan, constants, context.threads, context.convolution, *store, needs, context.cache}, conv);
    if (!step)
      return false;
    store->allocate();
    arena = CpuMemory(plan.arenaSize);
    blocked = CpuMemory(needs.blocked);
    scratch = CpuMemory(needs.scratch);
    // Pages that nobody wrote are all the same page: they would be in the cache.
    fill(arena.data(), arena.size());
    fill(blocked.data(), blocked.size());
    fill(store->bytes() ? store->addresses().front() : nullptr, store->bytes());
    step->bind({{}, {}, arena.data(), store->addresses(), {}, blocked.data(), scratch.data()});
    return true;
  }

  // The best of `runs` runs after one, in seconds.
  double time(int runs) {
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= runs; ++i) {
      auto start = std::chrono::steady_clock::now();
      step->run();
      double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      best = i > 0 && seconds < best ? seconds : best;
    }
    return best;
  }

private:
  void release() {
    step.reset();
    store.reset();
    arena = CpuMemory();
    blocked = CpuMemory();
    scratch = CpuMemory();
  }

  static void fill(void *memory, uint64_t bytes) {
    if (bytes)
      std::memset(memory, 0x3c, bytes);
  }

  uint32_t add(Buffer buffer) {
    buffer.space = Space::Arena;
    buffer.offset = plan.arenaSize;
    plan.arenaSize += (buffer.bytes() + alignment - 1) / alignment * alignment;
    plan.buffers.push_back(buffer);
    return static_cast<uint32_t>(plan.buffers.size() - 1);
  }

  const StepContext &context;
  ConvStep conv;
  Plan plan;
  std::vector<ConstantInfo> constants;
  std::optional<ConstantStore> store;
  std::unique_ptr<CpuStep> step;
  CpuMemory arena, blocked, scratch;
};

// A first look at both; where they are close, a longer one.
bool measureWinograd(const StepContext &context, const ConvStep &conv, bool sourceIsBlocked) {
  auto direct = [](const StepContext &own, const ConvStep &c) { return makeDirectStep(own, c); };
  auto winograd = [&](const StepContext &own, const ConvStep &c) { return makeWinogradStep(own, c, sourceIsBlocked); };
  Trial trial(context, conv);
  for (int runs : {1, 3}) {
    if (!trial.prepare(winograd))
      return false;
    double winogradTime = trial.time(runs);
    trial.prepare(direct);
    double directTime = trial.time(runs);
    if (runs == 3 || winogradTime > clearly * directTime || directTime > clearly * winogradTime)
      return winogradTime < directTime;
  }
  return false;
}

std::string shapeKey(const StepContext &context, const ConvStep &conv, const ConvDescs &descs, bool sourceIsBlocked) {
  const ImageShape &s = descs.srcImage;
  std::ostringstream key;
  key << "conv f32 n" << s.n << " h" << s.h << " w" << s.w << " c" << s.c << " o" << descs.dstImage.c << " k3x3 p"
      << conv.padTop << "," << conv.padLeft << "," << conv.padBottom << "," << conv.padRight << " "
      << name(conv.epilogue.activation);
  if (conv.residual >= 0)
    key << " residual";
  if (sourceIsBlocked)
    key << " shared-source";
  return key.str();
}

} // namespace

std::unique_ptr<CpuStep> makeWinogradStep(const StepContext &context, const ConvStep &conv, bool sourceIsBlocked) {
  if (!isEligible(context, conv))
    return nullptr;
  ConvDescs descs(context.plan, conv);
  std::optional<WinogradDescriptor> descriptor = findWinograd(descs);
  if (!descriptor)
    return nullptr;
  return std::make_unique<WinogradStep>(context, conv, descs, *descriptor, sourceIsBlocked);
}

bool preferWinograd(const StepContext &context, const ConvStep &conv, bool sourceIsBlocked) {
  if (!isEligible(context, conv))
    return false;
  ConvDescs descs(context.plan, conv);
  const ImageShape &d = descs.dstImage;
  if (d.n * d.h * d.w * d.c * descs.srcImage.c * 9 < worthMeasuring)
    return false;
  std::string key = shapeKey(context, conv, descs, sourceIsBlocked);
  std::string choice = context.cache.find(key);
  if (choice.empty()) {
    choice = measureWinograd(context, conv, sourceIsBlocked) ? "winograd" : "direct";
    context.cache.store(key, choice);
  }
  return choice == "winograd";
}

} // namespace dpsims
