// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gradient-check MODEL.dpsims: checks every entry's gradients against finite differences.
//
// An entry has inputs x0, x1, ... and r, and outputs y (as r) and g0, g1, ...: the gradients of sum(y * r) with respect
// to x0, x1, ... Other inputs (i32) are ids. Each element of each x is moved both ways, the sum taken in f64. The
// inputs of an entry are all different numbers, as far from one another and from 0 as they can be, so that no step
// crosses a kink. Where they are 32, floats of 16 bits have them and what the steps make of them.

#include "runtime/base/error.h"
#include "runtime/device/device.h"
#include "runtime/random/philox.h"
#include "runtime/session/session.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <numeric>

namespace {

using namespace dpsims;

constexpr double tolerance = 2e-3; // of the gradient's norm

class Check {
public:
  Check(std::shared_ptr<const CompiledModel> model, const Entry &entry, Device &device)
      : entry(entry), session(model, entry, device, nullptr) {
    for (const Argument &argument : entry.inputs)
      inputs.emplace_back(argument.type, argument.shape);
    for (const Argument &argument : entry.outputs) {
      outputs.emplace_back(argument.type, argument.shape);
      outputOf[argument.name] = outputs.size() - 1;
    }
    fill();
  }

  /// The worst of the entry's gradients: the norm of the difference over the norm of the finite differences.
  double worst() {
    run();
    double result = 0;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (entry.inputs[i].name[0] == 'x' && outputOf.count("g" + entry.inputs[i].name.substr(1)))
        result = std::max(result, difference(i, outputOf["g" + entry.inputs[i].name.substr(1)]));
    return result;
  }

private:
  /// Numbers from -2 to 2, evenly spaced, in random order; ids from 0 to 4.
  void fill() {
    size_t total = 0;
    for (HostTensor &tensor : inputs)
      total += tensor.type == ElementType::F32 ? tensor.count() : 0;
    std::vector<size_t> order(total);
    std::iota(order.begin(), order.end(), 0);
    RandomSequence sequence{hashName(entry.name), 0, 0};
    for (size_t i = total; i > 1; --i)
      std::swap(order[i - 1], order[randomWord(sequence, i) % i]);
    double spacing = 4.0 / (total + total % 2); // none is 0
    step = std::min(0x1p-6, spacing / 4);
    size_t next = 0;
    for (HostTensor &tensor : inputs)
      for (int64_t i = 0; i < tensor.count(); ++i) {
        if (tensor.type == ElementType::F32)
          tensor.buffer.as<float>()[i] = float((order[next++] + 0.5) * spacing - 2);
        else
          tensor.buffer.as<int32_t>()[i] = int32_t(randomWord({sequence.seed, 1, 0}, i) % 5);
      }
  }

  void run() {
    std::vector<const void *> in;
    std::vector<void *> out;
    for (HostTensor &tensor : inputs)
      in.push_back(tensor.buffer.data());
    for (HostTensor &tensor : outputs)
      out.push_back(tensor.buffer.data());
    session.run(in, out);
  }

  double loss() {
    run();
    const float *y = outputs[outputOf.at("y")].buffer.as<float>(), *r = nullptr;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (entry.inputs[i].name == "r")
        r = inputs[i].buffer.as<float>();
    double sum = 0;
    for (int64_t i = 0; i < outputs[outputOf.at("y")].count(); ++i)
      sum += double(y[i]) * r[i];
    return sum;
  }

  double difference(size_t input, size_t output) {
    HostTensor &x = inputs[input];
    std::vector<float> gradient(outputs[output].buffer.as<float>(), outputs[output].buffer.as<float>() + x.count());
    double error = 0, norm = 0;
    for (int64_t i = 0; i < x.count(); ++i) {
      float &element = x.buffer.as<float>()[i], old = element;
      element = float(old + step);
      double high = element, above = loss();
      element = float(old - step);
      double low = element, below = loss();
      element = old;
      double expected = (above - below) / (high - low);
      error += (gradient[i] - expected) * (gradient[i] - expected);
      norm += expected * expected;
    }
    run();
    return std::sqrt(error) / (std::sqrt(norm) + 1e-3);
  }

  const Entry &entry;
  Session session;
  std::vector<HostTensor> inputs, outputs;
  std::map<std::string, size_t> outputOf;
  double step = 0;
};

int check(const char *path) {
  std::shared_ptr<const CompiledModel> model = CompiledModel::load(path);
  std::unique_ptr<Device> device = createDevice(model->target, {}, path);
  int failures = 0;
  for (const Entry &entry : model->entries) {
    double worst = Check(model, entry, *device).worst();
    bool good = worst <= tolerance;
    std::printf("%s %-28s %.1e\n", good ? "ok  " : "FAIL", entry.name.c_str(), worst);
    failures += !good;
  }
  return failures ? 1 : 0;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: gradient-check MODEL.dpsims\n");
    return 1;
  }
  try {
    return check(argv[1]);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "gradient-check: error: %s\n", error.what());
    return 1;
  }
}
