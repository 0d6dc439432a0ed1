// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights of the golden cases: for every weight that a compiled model asks for the values of the rule in README.md,
// which make.py gives the reference too.

#include "runtime/base/error.h"
#include "runtime/format/model.h"
#include "runtime/weights/safetensors.h"
#include "test/golden/rule.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using dpsims::WeightSpec;
using Values = std::vector<float>;

/// The name's sequence: multiples of 2^-23 in [-1, 1).
std::vector<double> uniform(const std::string &name, size_t count) {
  std::vector<double> values(count);
  golden::Sequence sequence(name);
  for (double &value : values)
    value = static_cast<double>(sequence.next() >> 40) / 8388608.0 - 1.0;
  return values;
}

size_t count(const WeightSpec &spec) { return static_cast<size_t>(dpsims::elementCount(spec.shape)); }

/// "a.b.weight" -> "a.b.", "weight".
std::pair<std::string, std::string> split(const std::string &name) {
  size_t dot = name.rfind('.');
  size_t end = dot == std::string::npos ? 0 : dot + 1;
  return {name.substr(0, end), name.substr(end)};
}

Values scaled(const std::vector<double> &values, double center, double spread) {
  Values result(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    result[i] = static_cast<float>(center + spread * values[i]);
  return result;
}

/// A weight that depends on its own name and shape only.
Values plain(const WeightSpec &spec) {
  std::vector<double> values = uniform(spec.name, count(spec));
  std::string last = split(spec.name).second;
  if (spec.shape.size() > 1) {
    double fanIn = static_cast<double>(count(spec)) / static_cast<double>(spec.shape[0]);
    return scaled(values, 0.0, std::sqrt(4.5 / fanIn));
  }
  if (last == "running_var")
    return scaled(values, 1.0, 0.25);
  if (last == "weight")
    return scaled(values, 1.0, 0.2);
  if (last == "gamma")
    return scaled(values, 0.2, 0.1);
  return scaled(values, 0.0, 0.1);
}

void normalize(std::vector<double> &values) {
  double sum = 0;
  for (double value : values)
    sum += value * value;
  for (double &value : values)
    value /= std::sqrt(sum);
}

/// u or v of a weight seen as (out, rest), after 16 power iterations from the rule's u.
Values singular(const WeightSpec &weight, const std::string &path, bool left) {
  Values matrix = plain(weight);
  size_t rows = static_cast<size_t>(weight.shape[0]), columns = matrix.size() / rows;
  std::vector<double> u = uniform(path + "u", rows), v;
  for (int iteration = 0; iteration < 16; ++iteration) {
    v.assign(columns, 0.0);
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < columns; ++c)
        v[c] += u[r] * matrix[r * columns + c];
    normalize(v);
    for (size_t r = 0; r < rows; ++r) {
      u[r] = 0;
      for (size_t c = 0; c < columns; ++c)
        u[r] += v[c] * matrix[r * columns + c];
    }
    normalize(u);
  }
  return scaled(left ? u : v, 0.0, 1.0);
}

void writeWeights(const std::string &modelPath, const std::string &outputPath) {
  auto model = dpsims::CompiledModel::load(modelPath);
  std::map<std::string, const WeightSpec *> byName;
  for (const WeightSpec &spec : model->weights)
    byName[spec.name] = &spec;
  std::map<std::string, Values> made;
  dpsims::SafetensorsWriter writer(outputPath);
  for (const WeightSpec &spec : model->weights) {
    if (!spec.required)
      continue;
    auto [path, last] = split(spec.name);
    auto weight = byName.find(path + "weight");
    bool vector = (last == "u" || last == "v") && weight != byName.end();
    Values &values = made[spec.name] = vector ? singular(*weight->second, path, last == "u") : plain(spec);
    writer.add(spec.name, dpsims::ElementType::F32, spec.shape, values.data());
  }
  writer.write();
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: dpsims-golden-weights MODEL WEIGHTS.safetensors\n");
    return 1;
  }
  try {
    writeWeights(argv[1], argv[2]);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "dpsims-golden-weights: error: %s\n", error.what());
    return 1;
  }
  return 0;
}
