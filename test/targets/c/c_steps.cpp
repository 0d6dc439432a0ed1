// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/targets/c/c_steps.h"

#include "runtime/base/float16.h"
#include "runtime/device/plan/convolution.h"
#include "test/unit/activate.h"

#include <functional>
#include <vector>

namespace dpsims::c {

namespace {

class Launch : public DeviceStep {
public:
  Launch(std::vector<Operand> operands, const Kernel &kernel, KernelFunction function)
      : arguments(std::move(operands)), kernel(kernel), function(function) {}

  void bind(const Addresses &addresses) override { arguments.bind(addresses); }
  void run() override { function(arguments.addresses().data(), 0, static_cast<int64_t>(kernel.grid)); }
  std::string implementation() const override { return kernel.name; }

private:
  BoundOperands arguments;
  const Kernel &kernel;
  KernelFunction function;
};

// An operand of any type of float.
struct Tensor {
  Tensor(const StepContext &context, uint32_t buffer)
      : operand(context.operand(buffer)), type(context.plan.buffers[buffer].type),
        values(type == ElementType::F32 ? 0 : static_cast<size_t>(elementCount(context.plan.buffers[buffer].shape))) {}

  Operand operand;
  ElementType type;
  std::vector<float> values; // what is computed with, if it is not f32
  void *at = nullptr;
};

// A function of operands, the result first, of which it gets the addresses as f32.
class Loops : public DeviceStep {
public:
  using Function = std::function<void(const std::vector<float *> &)>;

  Loops(std::vector<Tensor> operands, Function function)
      : tensors(std::move(operands)), at(tensors.size()), function(std::move(function)) {}

  void bind(const Addresses &addresses) override {
    for (Tensor &tensor : tensors)
      tensor.at = addresses.resolve(tensor.operand);
  }
  void run() override {
    for (size_t i = 0; i < tensors.size(); ++i) {
      Tensor &tensor = tensors[i];
      at[i] = tensor.type == ElementType::F32 ? static_cast<float *>(tensor.at) : tensor.values.data();
      if (tensor.type != ElementType::F32)
        widen(tensor.type, tensor.at, tensor.values.size(), tensor.values.data());
    }
    function(at);
    if (const Tensor &result = tensors.front(); result.type != ElementType::F32)
      narrow(result.type, result.values.data(), result.values.size(), result.at);
  }
  std::string implementation() const override { return "loops"; }

private:
  std::vector<Tensor> tensors;
  std::vector<float *> at;
  Function function;
};

// The result, then those of bias and residual that there are.
struct EpilogueOperands {
  EpilogueOperands(const StepContext &context, uint32_t dst, int32_t bias, int32_t residual) : list{{context, dst}} {
    for (auto [buffer, place] : {std::pair(bias, &biasAt), std::pair(residual, &residualAt)})
      if (buffer >= 0) {
        *place = list.size();
        list.emplace_back(context, static_cast<uint32_t>(buffer));
      }
  }

  std::vector<Tensor> list;
  size_t biasAt = 0, residualAt = 0; // 0: none
};

// Stores the sum for element i, of channel `channel`, of the result.
struct EpilogueLoop {
  void store(const std::vector<float *> &at, size_t i, size_t channel, double sum) const {
    if (places.biasAt)
      sum += static_cast<double>(at[places.biasAt][channel]);
    sum = test::activate(epilogue.activation, sum, static_cast<double>(epilogue.alpha),
                         static_cast<double>(epilogue.beta));
    if (places.residualAt)
      sum += static_cast<double>(at[places.residualAt][i]);
    at[0][i] = static_cast<float>(sum);
  }

  Epilogue epilogue;
  EpilogueOperands places;
};

struct Product {
  size_t src, weights, dst; // elements
};

// Calls visit(product) for all products that a convolution sums, those of one element of the result in a row.
template <typename Visit> void forEachProduct(const ConvSizes &c, const Visit &visit) {
  const int64_t taps = c.kernelHeight * c.kernelWidth, channels = c.groupChannels();
  for (int64_t dst = 0; dst < static_cast<int64_t>(c.outputCount()); ++dst) {
    const int64_t o = dst % c.outChannels, x = dst / c.outChannels % c.outWidth;
    const int64_t y = dst / c.outChannels / c.outWidth % c.outHeight;
    const int64_t n = dst / c.outChannels / c.outWidth / c.outHeight;
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t sy = y * c.strideH + tap / c.kernelWidth - c.padTop;
      const int64_t sx = x * c.strideW + tap % c.kernelWidth - c.padLeft;
      if (sy < 0 || sy >= c.inHeight || sx < 0 || sx >= c.inWidth)
        continue;
      const int64_t src =
          ((n * c.inHeight + sy) * c.inWidth + sx) * c.inChannels + o / (c.outChannels / c.groups) * channels;
      for (int64_t i = 0; i < channels; ++i)
        visit({static_cast<size_t>(src + i), static_cast<size_t>((o * channels + i) * taps + tap),
               static_cast<size_t>(dst)});
    }
  }
}

void assign(const std::vector<double> &sums, float *dst) {
  for (size_t i = 0; i < sums.size(); ++i)
    dst[i] = static_cast<float>(sums[i]);
}

double product(float a, float b) { return static_cast<double>(a) * static_cast<double>(b); }

} // namespace

std::unique_ptr<DeviceStep> makeLaunch(const StepContext &context, const LaunchStep &launch, const Kernel &kernel,
                                       KernelFunction function) {
  return std::make_unique<Launch>(context.operands(launch.args), kernel, function);
}

std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const ConvStep &step) {
  const ConvSizes sizes = convSizes(context.plan, step);
  const EpilogueLoop epilogue{step.epilogue, {context, step.dst, step.bias, step.residual}};
  std::vector<Tensor> operands = epilogue.places.list;
  operands.insert(operands.end(), {{context, step.src}, {context, step.weights}});
  return std::make_unique<Loops>(std::move(operands), [=](const std::vector<float *> &at) {
    const float *src = at[at.size() - 2], *weights = at[at.size() - 1];
    std::vector<double> sums(sizes.outputCount());
    forEachProduct(sizes, [&](const Product &p) { sums[p.dst] += product(src[p.src], weights[p.weights]); });
    for (size_t i = 0; i < sums.size(); ++i)
      epilogue.store(at, i, i % static_cast<size_t>(sizes.outChannels), sums[i]);
  });
}

std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const ConvInputGradientStep &step) {
  const ConvSizes sizes = convSizes(context.plan, step);
  std::vector<Tensor> operands{{context, step.dst}, {context, step.gradient}, {context, step.weights}};
  return std::make_unique<Loops>(std::move(operands), [=](const std::vector<float *> &at) {
    std::vector<double> sums(sizes.inputCount());
    forEachProduct(sizes, [&](const Product &p) { sums[p.src] += product(at[1][p.dst], at[2][p.weights]); });
    assign(sums, at[0]);
  });
}

std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const ConvWeightGradientStep &step) {
  const ConvSizes sizes = convSizes(context.plan, step);
  std::vector<Tensor> operands{{context, step.dst}, {context, step.src}, {context, step.gradient}};
  return std::make_unique<Loops>(std::move(operands), [=](const std::vector<float *> &at) {
    std::vector<double> sums(sizes.weightCount());
    forEachProduct(sizes, [&](const Product &p) { sums[p.weights] += product(at[1][p.src], at[2][p.dst]); });
    assign(sums, at[0]);
  });
}

std::unique_ptr<DeviceStep> makeLoops(const StepContext &context, const MatmulStep &step) {
  const EpilogueLoop epilogue{step.epilogue, {context, step.dst, step.bias, step.residual}};
  std::vector<Tensor> operands = epilogue.places.list;
  operands.insert(operands.end(), {{context, step.a}, {context, step.b}});
  return std::make_unique<Loops>(std::move(operands), [=](const std::vector<float *> &at) {
    const float *a = at[at.size() - 2], *b = at[at.size() - 1];
    const uint64_t m = step.m, n = step.n, k = step.k;
    for (uint64_t i = 0; i < step.batch * m * n; ++i) {
      const uint64_t batch = i / (m * n), y = i / n % m, x = i % n;
      const float *left = a + batch * m * k, *right = step.sharedB ? b : b + batch * k * n;
      double sum = 0;
      for (uint64_t j = 0; j < k; ++j)
        sum += product(left[step.transposeA ? j * m + y : y * k + j], right[step.transposeB ? x * k + j : j * n + x]);
      epilogue.store(at, i, x, sum);
    }
  });
}

} // namespace dpsims::c
