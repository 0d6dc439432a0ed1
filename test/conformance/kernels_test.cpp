// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated kernels: the programs that make-kernels.py writes, compiled for the device, against arrays of doubles.

#include "array.h"
#include "device.h"

#include "runtime/base/float16.h"
#include "runtime/session/execute.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

using namespace dpsims;
using namespace dpsims::test;

namespace {

using Arrays = std::vector<Array>;

/// The result of this shape.
using Reference = std::function<Array(const Arrays &, const Shape &)>;

Reference unary(double (*function)(double)) {
  return [=](const Arrays &x, const Shape &shape) {
    return makeArray(shape, [&](const Index &i) { return function(x[0](i)); });
  };
}

// Of x * x + 1/2.
Reference positive(double (*function)(double)) {
  return [=](const Arrays &x, const Shape &shape) {
    return makeArray(shape, [&](const Index &i) { return function(x[0](i) * x[0](i) + 0.5); });
  };
}

Reference binary(double (*function)(double, double)) {
  return [=](const Arrays &x, const Shape &shape) {
    return makeArray(shape, [&](const Index &i) { return function(x[0](i), x[1](i)); });
  };
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void addElementwise(std::map<std::string, Reference> &ops) {
  ops["relu"] = unary([](double x) { return std::max(x, 0.0); });
  ops["leaky_relu"] = unary([](double x) { return x > 0 ? x : 0.2 * x; });
  ops["clamp"] = unary([](double x) { return std::min(std::max(x, -1.0), 0.5); });
  ops["sigmoid"] = unary(sigmoid);
  ops["silu"] = unary([](double x) { return x * sigmoid(x); });
  ops["gelu"] = unary([](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; });
  ops["softplus"] = unary([](double x) { return std::log1p(std::exp(x)); });
  ops["tanh"] = unary([](double x) { return std::tanh(x); });
  ops["exp"] = unary([](double x) { return std::exp(x); });
  ops["erf"] = unary([](double x) { return std::erf(x); });
  ops["abs"] = unary([](double x) { return std::abs(x); });
  ops["square"] = unary([](double x) { return x * x; });
  ops["neg"] = unary([](double x) { return -x; });
  ops["round"] = unary([](double x) { return std::nearbyint(x); });
  ops["floor"] = unary([](double x) { return std::floor(x); });
  ops["log"] = positive([](double x) { return std::log(x); });
  ops["sqrt"] = positive([](double x) { return std::sqrt(x); });
  ops["rsqrt"] = positive([](double x) { return 1 / std::sqrt(x); });
  ops["pow"] = positive([](double x) { return std::pow(x, 2.5); });
  ops["add"] = binary([](double a, double b) { return a + b; });
  ops["sub"] = binary([](double a, double b) { return a - b; });
  ops["mul"] = binary([](double a, double b) { return a * b; });
  ops["div"] = binary([](double a, double b) { return a / b; });
  ops["maximum"] = binary([](double a, double b) { return std::max(a, b); });
  ops["minimum"] = binary([](double a, double b) { return std::min(a, b); });
  ops["not_equal"] = binary([](double a, double b) { return double(a != b); });
  ops["greater"] = binary([](double a, double b) { return double(a > b); });
  ops["select"] = [](const Arrays &x, const Shape &shape) {
    return makeArray(shape, [&](const Index &i) { return x[0](i) > x[1](i) ? x[1](i) : x[2](i); });
  };
  ops["cast_i32"] = ops["round"];
  ops["cast_u8"] = unary([](double x) { return std::min(std::max(std::nearbyint(x), 0.0), 255.0); });
  ops["cast_f32"] = ops["integers"] = unary([](double x) { return x; });
  ops["cast_bf16"] = unary([](double x) { return double(bfloat16ToFloat(floatToBfloat16(float(x)))); });
  ops["cast_f16"] = unary([](double x) { return double(halfToFloat(floatToHalf(float(x)))); });
  ops["copy"] = [](const Arrays &x, const Shape &shape) {
    Array result(shape);
    result.values = x[0].values;
    return result;
  };
}

// Elements of x that go into one of the result, which has size 1 along reduced axes.
Reference reduce(double first, double (*combine)(double, double), bool mean = false) {
  return [=](const Arrays &x, const Shape &shape) {
    Array result(shape, first);
    forEachIndex(x[0].shape, [&](const Index &i) { result(i) = combine(result(i), x[0](i)); });
    for (double &value : result.values)
      value /= mean ? double(x[0].values.size()) / double(result.values.size()) : 1;
    return result;
  };
}

double plus(double a, double b) { return a + b; }

Shape rowShape(const Shape &shape) {
  Shape rows = shape;
  rows.back() = 1;
  return rows;
}

Array rowSums(const Array &x, const std::function<double(double, double)> &element, const Array &row) {
  Array sums(rowShape(x.shape));
  forEachIndex(x.shape, [&](const Index &i) { sums(i) += element(x(i), row(i)); });
  return sums;
}

/// (h - mean(h) - n * mean(h * n)) / deviation, n = (x - mean) / deviation, h = gradient * weight.
Array layerNormGradient(const Arrays &x, const Shape &shape) {
  double count = double(shape.back());
  Array zero(rowShape(shape)), h = makeArray(shape, [&](const Index &i) { return x[1](i) * x[2](i); });
  auto share = [=](double v, double) { return v / count; };
  Array mean = rowSums(x[0], share, zero);
  Array variance = rowSums(x[0], [=](double v, double m) { return (v - m) * (v - m) / count; }, mean);
  auto deviation = [&](const Index &i) { return std::sqrt(variance(i) + 1e-6); };
  auto normal = [&](const Index &i) { return (x[0](i) - mean(i)) / deviation(i); };
  Array meanOfH = rowSums(h, share, zero);
  Array slope = rowSums(makeArray(shape, [&](const Index &i) { return h(i) * normal(i); }), share, zero);
  return makeArray(shape, [&](const Index &i) { return (h(i) - meanOfH(i) - normal(i) * slope(i)) / deviation(i); });
}

/// e / sqrt(1/2 + sum of e * e), e = (s - maximum of s) * number of the row, s = x * vector.
Array rowChain(const Arrays &x, const Shape &shape) {
  Array s = makeArray(shape, [&](const Index &i) { return x[0](i) * x[2](i); }), most(rowShape(shape), -INFINITY);
  forEachIndex(shape, [&](const Index &i) { most(i) = std::max(most(i), s(i)); });
  Array e = makeArray(shape, [&](const Index &i) { return (s(i) - most(i)) * x[1](i); });
  Array squares = rowSums(e, [](double v, double) { return v * v; }, most);
  return makeArray(shape, [&](const Index &i) { return e(i) / std::sqrt(0.5 + squares(i)); });
}

void addRows(std::map<std::string, Reference> &ops) {
  ops["reduce_sum"] = reduce(0, plus);
  ops["reduce_mean"] = reduce(0, plus, true);
  ops["reduce_max"] = reduce(-INFINITY, [](double a, double b) { return std::max(a, b); });
  ops["softmax"] = [](const Arrays &x, const Shape &shape) {
    Array zero(rowShape(shape)), sums = rowSums(x[0], [](double v, double) { return std::exp(0.5 * v); }, zero);
    return makeArray(shape, [&](const Index &i) { return std::exp(0.5 * x[0](i)) / sums(i); });
  };
  ops["log_softmax"] = [](const Arrays &x, const Shape &shape) {
    Array zero(rowShape(shape)), sums = rowSums(x[0], [](double v, double) { return std::exp(v); }, zero);
    return makeArray(shape, [&](const Index &i) { return x[0](i) - std::log(sums(i)); });
  };
  ops["layer_norm"] = [](const Arrays &x, const Shape &shape) {
    double count = double(shape.back());
    Array mean = rowSums(x[0], [=](double v, double) { return v / count; }, Array(rowShape(shape)));
    Array variance = rowSums(x[0], [=](double v, double m) { return (v - m) * (v - m) / count; }, mean);
    return makeArray(shape, [&](const Index &i) { return (x[0](i) - mean(i)) / std::sqrt(variance(i) + 1e-6); });
  };
  Reference norm = ops["layer_norm"];
  ops["layer_norm_affine"] = [=](const Arrays &x, const Shape &shape) {
    Array plain = norm(x, shape);
    return makeArray(shape, [&](const Index &i) { return plain(i) * x[1](i) + x[2](i); });
  };
  ops["softmax_gradient"] = [softmax = ops["softmax"]](const Arrays &x, const Shape &shape) {
    Array y = softmax(x, shape), product = y;
    forEachIndex(shape, [&](const Index &i) { product(i) = y(i) * x[1](i); });
    Array sums = rowSums(product, [](double v, double) { return v; }, Array(rowShape(shape)));
    return makeArray(shape, [&](const Index &i) { return 0.5 * y(i) * (x[1](i) - sums(i)); });
  };
  ops["layer_norm_gradient"] = layerNormGradient;
  ops["row_chain"] = rowChain;
  Reference mean = ops["reduce_mean"];
  ops["batch_variance"] = [=](const Arrays &x, const Shape &shape) {
    Array average = mean(x, shape), result(shape);
    double count = double(x[0].values.size()) / double(result.values.size());
    forEachIndex(x[0].shape,
                 [&](const Index &i) { result(i) += (x[0](i) - average(i)) * (x[0](i) - average(i)) / count; });
    return result;
  };
}

// 1 where one of the four neighbors has another id.
Array edges(const Array &ids, const Shape &shape) {
  return makeArray(shape, [&](const Index &i) {
    for (auto [dy, dx] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      int64_t y = i[1] + dy, x = i[2] + dx;
      if (y >= 0 && x >= 0 && y < ids.shape[1] && x < ids.shape[2] && ids({i[0], y, x}) != ids({i[0], i[1], i[2]}))
        return 1.0;
    }
    return 0.0;
  });
}

Array maxPool(const Array &x, const Shape &shape) {
  return makeArray(shape, [&](const Index &i) {
    double most = -INFINITY;
    for (int64_t k = 0; k < 9; ++k) {
      int64_t row = i[1] * 2 + k / 3 - 1, column = i[2] * 2 + k % 3 - 1;
      if (row >= 0 && column >= 0 && row < x.shape[1] && column < x.shape[2])
        most = std::max(most, x({i[0], row, column, i[3]}));
    }
    return most;
  });
}

// x at an index, 0 outside of it.
double padded(const Array &x, const Index &i) {
  for (size_t d = 0; d < i.size(); ++d)
    if (i[d] < 0 || i[d] >= x.shape[d])
      return 0;
  return x(i);
}

void addImages(std::map<std::string, Reference> &ops) {
  using Element = double (*)(const Arrays &, const Index &);
  auto pick = [](Element element) -> Reference {
    return [=](const Arrays &x, const Shape &shape) {
      return makeArray(shape, [&](const Index &i) { return element(x, i); });
    };
  };
  ops["upsample"] = pick([](const Arrays &x, const Index &i) { return x[0]({i[0], i[1] / 2, i[2] / 2, i[3]}); });
  ops["one_hot"] =
      pick([](const Arrays &x, const Index &i) { return double(x[0]({i[0], i[1], i[2]}) == double(i[3])); });
  ops["transpose"] = pick([](const Arrays &x, const Index &i) { return x[0]({i[0], i[2], i[3], i[1]}); });
  ops["pad"] = pick([](const Arrays &x, const Index &i) { return padded(x[0], {i[0], i[1] - 1, i[2], i[3] - 2}); });
  ops["broadcast"] = pick([](const Arrays &x, const Index &i) { return x[0](i); });
  ops["slice"] = pick([](const Arrays &x, const Index &i) { return x[0]({i[0], 1 + 2 * i[1], 2 * i[2], i[3]}); });
  ops["concat"] = pick([](const Arrays &x, const Index &i) {
    int64_t first = x[0].shape[3];
    return i[3] < first ? x[0](i) : x[1]({i[0], i[1], i[2], i[3] - first});
  });
  ops["instance_edges"] = [](const Arrays &x, const Shape &shape) { return edges(x[0], shape); };
  ops["max_pool"] = [](const Arrays &x, const Shape &shape) { return maxPool(x[0], shape); };
  ops["chain"] = pick([](const Arrays &x, const Index &i) {
    double sum = 0;
    for (int64_t c = 0; c < x[0].shape[3]; ++c) {
      double value = x[0]({i[0], i[1] / 2, i[2] / 2, c});
      sum += sigmoid(value + x[1]({c})) * value;
    }
    return sum;
  });
}

// Of two ways to compute the same the difference.
void addSame(std::map<std::string, Reference> &ops) {
  for (const char *op : {"same_attention", "same_attention_gradient", "same_labels"})
    ops[op] = [](const Arrays &, const Shape &shape) { return Array(shape); };
}

std::map<std::string, Reference> references() {
  std::map<std::string, Reference> ops;
  addElementwise(ops);
  addRows(ops);
  addImages(ops);
  addSame(ops);
  return ops;
}

// Normal numbers, some of them twice in different inputs (not_equal); ids from -1 to 6, of 5 classes.
HostTensor randomInput(const Argument &argument, uint32_t seed) {
  bool isFloat = isFloating(argument.type);
  HostTensor tensor(isFloat ? ElementType::F32 : argument.type, argument.shape);
  std::mt19937 generator(seed), shared(99);
  std::normal_distribution<float> normal;
  for (int64_t i = 0; i < tensor.count(); ++i)
    if (argument.type == ElementType::I32)
      tensor.buffer.as<int32_t>()[i] = static_cast<int32_t>(generator() % 8) - 1;
    else
      tensor.buffer.as<float>()[i] = i % 5 == 3 ? static_cast<float>(shared() % 7) - 3 : 2 * normal(generator);
  if (!isFloat)
    return tensor;
  HostTensor stored(argument.type, argument.shape);
  narrow(stored.type, tensor.buffer.as<float>(), static_cast<uint64_t>(tensor.count()), stored.buffer.data());
  return stored;
}

double valueAt(const HostTensor &tensor, size_t i) {
  switch (tensor.type) {
  case ElementType::F32:
    return double(tensor.buffer.as<float>()[i]);
  case ElementType::I32:
    return double(tensor.buffer.as<int32_t>()[i]);
  case ElementType::BF16:
    return double(bfloat16ToFloat(tensor.buffer.as<uint16_t>()[i]));
  case ElementType::F16:
    return double(halfToFloat(tensor.buffer.as<uint16_t>()[i]));
  default:
    return double(tensor.buffer.as<uint8_t>()[i]);
  }
}

Array arrayOf(const HostTensor &tensor) {
  Array result(tensor.shape);
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = valueAt(tensor, i);
  return result;
}

// Of an element, relative to it where it is larger than 1; 0 for the same infinity or not a number.
double errorOf(double actual, double expected) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
    return 0;
  double error = std::abs(actual - expected) / std::max(1.0, std::abs(expected));
  return std::isnan(error) ? INFINITY : error;
}

double worstError(const Array &actual, const Array &expected) {
  double worst = 0;
  for (size_t i = 0; i < expected.values.size(); ++i)
    worst = std::max(worst, errorOf(actual.values[i], expected.values[i]));
  return worst;
}

double runEntry(const std::shared_ptr<const CompiledModel> &model, const Entry &entry, const Reference &reference) {
  Session session(model, entry, device(), nullptr);
  std::vector<HostTensor> inputs, outputs = makeOutputs(entry);
  Arrays arrays;
  for (const Argument &argument : entry.inputs) {
    inputs.push_back(randomInput(argument, static_cast<uint32_t>(inputs.size() + 1)));
    arrays.push_back(arrayOf(inputs.back()));
  }
  dpsims::run(session, inputs, outputs);
  return worstError(arrayOf(outputs[0]), reference(arrays, outputs[0].shape));
}

std::string opOf(const std::string &program) { return program.substr(0, program.rfind('_')); }

// Of f32, sums of 300000 elements that cancel are good to 1e-5. Narrower floats are rounded once, by half of what
// their last bit is worth at most.
double toleranceOf(ElementType type) {
  double exact = 2e-5;
  return exact + (type == ElementType::BF16 ? 0x1p-8 : type == ElementType::F16 ? 0x1p-11 : 0);
}

TEST(Kernels, MatchArrays) {
  auto model = CompiledModel::load(modelsFolder() + "/kernels-" + device().target() + ".dpsims");
  std::map<std::string, Reference> unused = references(), all = unused;
  for (const Entry &entry : model->entries) {
    auto reference = all.find(opOf(entry.name));
    ASSERT_NE(reference, all.end()) << entry.name << " has no reference";
    unused.erase(opOf(entry.name));
    EXPECT_LT(runEntry(model, entry, reference->second), toleranceOf(entry.outputs[0].type)) << entry.name;
  }
  for (const auto &[op, reference] : unused)
    ADD_FAILURE() << "no program of " << op;
}

} // namespace
