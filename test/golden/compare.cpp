// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compares what a training program computed with what the reference did, each kind of value by its own tolerance:
//
//   loss/... and single numbers   1e-4 of the expected (LabelMix 1e-3)
//   gradient/...                  1e-3, or what the file's "gradient_tolerance" says, and 1e-6 of all gradients
//   together after/..., ema/...            2e-3 of the weight
//   everything, with --weights             2e-3 of the weight
//
// With --kinks, twice as much for a tensor that the file's "kinks" names: two values of one window of a max pool are so
// close that rounding decides which of them the gradient goes to. Both decisions are right, and processors differ.
//
// Expected tensors "digest/NAME" are 16 random projections of a tensor NAME that is too large to be kept.

#include "runtime/base/error.h"
#include "runtime/weights/safetensors.h"
#include "test/golden/rule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <set>
#include <string>
#include <vector>

namespace {

using dpsims::SafetensorsEntry;
using dpsims::SafetensorsFile;
using Values = std::vector<double>;

const std::string digestPrefix = "digest/";

bool startsWith(const std::string &text, const std::string &prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

Values read(const SafetensorsFile &file, const SafetensorsEntry &entry) {
  std::vector<float> values(static_cast<size_t>(dpsims::elementCount(entry.shape)));
  file.read(entry, values.data());
  return Values(values.begin(), values.end());
}

/// Sums with signs: bit 48 + k of the name's sequence gives the signs of sum k. As long as the tensor, in the mean.
Values digest(const std::string &name, const Values &values) {
  golden::Sequence signs(name);
  std::array<double, 16> sums{};
  for (double value : values) {
    uint64_t bits = signs.next() >> 48;
    for (size_t k = 0; k < sums.size(); ++k)
      sums[k] += (bits >> k & 1) != 0 ? value : -value;
  }
  Values result;
  for (double sum : sums)
    result.push_back(sum / 4);
  return result;
}

double squares(const Values &values) {
  double sum = 0;
  for (double value : values)
    sum += value * value;
  return sum;
}

struct Expected {
  std::string name; // of the tensor, without "digest/"
  Values values;
  bool isDigest;
  bool isWeight; // after training
};

/// What may differ more than f32 does.
struct Allowed {
  bool kinks = false;   // gradients that rounding decides
  bool rounded = false; // all but gradients, of a model that computes in bf16
};

/// The largest permitted norm of the difference.
double tolerance(const Expected &expected, double gradientTolerance, double allGradients, const std::string &kinks,
                 bool rounded) {
  double norm = std::sqrt(squares(expected.values));
  if (startsWith(expected.name, "gradient/"))
    return (expected.name == kinks ? 2 : 1) * (gradientTolerance * norm + 1e-6 * allGradients);
  if (expected.isWeight)
    return (rounded ? 2e-2 : 2e-3) * norm + 1e-6 * std::sqrt(static_cast<double>(expected.values.size()));
  const bool isDifference = expected.name.find("labelmix") != std::string::npos; // of numbers that are nearly equal
  if (rounded)
    return (isDifference ? 5e-2 : 2e-2) * norm + 1e-6;
  return (isDifference ? 1e-3 : 1e-4) * norm + 1e-6;
}

/// The difference over the tolerance.
double error(const Expected &expected, const SafetensorsFile &actual, double permitted) {
  const SafetensorsEntry *entry = actual.find(expected.name);
  if (!entry)
    dpsims::fail(actual.path(), ": has no tensor ", dpsims::quoted(expected.name));
  Values values = read(actual, *entry);
  if (expected.isDigest)
    values = digest(expected.name, values);
  if (values.size() != expected.values.size())
    dpsims::fail(actual.path(), ": ", dpsims::quoted(expected.name), " has ", values.size(), " elements, not ",
                 expected.values.size());
  for (size_t i = 0; i < values.size(); ++i)
    values[i] -= expected.values[i];
  double ratio = std::sqrt(squares(values)) / permitted;
  return std::isnan(ratio) ? HUGE_VAL : ratio;
}

std::vector<Expected> readExpected(const SafetensorsFile &file, bool weights) {
  std::vector<Expected> all;
  for (const SafetensorsEntry &entry : file.entries()) {
    bool isDigest = startsWith(entry.name, digestPrefix);
    std::string name = isDigest ? entry.name.substr(digestPrefix.size()) : entry.name;
    bool isWeight = weights || startsWith(name, "after/") || startsWith(name, "ema/");
    all.push_back({name, read(file, entry), isDigest, isWeight});
  }
  return all;
}

std::string kindOf(const std::string &name) { return name.substr(0, name.find('/')); }

/// Prints the worst, and whether all are within their tolerances and nothing else of their kinds was computed.
bool compare(const std::string &expectedPath, const std::string &actualPath, bool weights, Allowed allowed) {
  SafetensorsFile expectedFile(expectedPath), actual(actualPath);
  std::vector<Expected> all = readExpected(expectedFile, weights);
  auto given = expectedFile.metadata().find("gradient_tolerance");
  double gradientTolerance = given == expectedFile.metadata().end() ? 1e-3 : std::stod(given->second);
  auto kinks = expectedFile.metadata().find("kinks");
  const std::string kink = allowed.kinks && kinks != expectedFile.metadata().end() ? kinks->second : "";
  double gradients = 0;
  std::set<std::string> names, kinds;
  for (const Expected &expected : all) {
    names.insert(expected.name);
    kinds.insert(kindOf(expected.name));
    gradients += startsWith(expected.name, "gradient/") ? squares(expected.values) : 0;
  }
  for (const SafetensorsEntry &entry : actual.entries())
    if (names.count(entry.name) == 0 && kinds.count(kindOf(entry.name)) != 0)
      dpsims::fail(actualPath, ": ", dpsims::quoted(entry.name), " is not expected");
  std::vector<std::pair<double, std::string>> rows;
  for (const Expected &expected : all)
    rows.emplace_back(
        error(expected, actual, tolerance(expected, gradientTolerance, std::sqrt(gradients), kink, allowed.rounded)),
        expected.name);
  std::sort(rows.rbegin(), rows.rend());
  for (size_t i = 0; i < std::min<size_t>(rows.size(), 5); ++i)
    std::printf("%8.3g of the tolerance: %s\n", rows[i].first, rows[i].second.c_str());
  return rows.empty() || rows.front().first <= 1;
}

} // namespace

int main(int argc, char **argv) {
  const std::string flag = argc > 1 ? argv[1] : "";
  const bool weights = flag == "--weights";
  const Allowed allowed{flag == "--kinks", flag == "--rounded"};
  char **files = argv + (weights || allowed.kinks || allowed.rounded ? 2 : 1);
  if (argv + argc - files != 2) {
    std::fprintf(stderr, "usage: dpsims-golden-compare [--weights | --kinks | --rounded] EXPECTED.safetensors "
                         "ACTUAL.safetensors\n");
    return 1;
  }
  try {
    return compare(files[0], files[1], weights, allowed) ? 0 : 1;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "dpsims-golden-compare: error: %s\n", error.what());
    return 1;
  }
}
