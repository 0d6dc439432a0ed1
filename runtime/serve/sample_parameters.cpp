// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/sample_parameters.h"

#include "runtime/base/number.h"
#include "runtime/sample/sample_program.h"

#include <cmath>
#include <set>
#include <vector>

namespace dpsims::serve {

namespace {

constexpr size_t longestName = 255, longestClient = 64;

[[noreturn]] void refuse(const std::string &message) { throw HttpError(400, "invalid_argument", message); }

std::string shortText(const std::string &parameter, const std::string &value, size_t limit) {
  if (value.size() > limit)
    refuse(parameter + ": has " + std::to_string(value.size()) + " bytes, more than " + std::to_string(limit));
  return value;
}

double weightOf(const std::string &value) {
  const double weight = finiteNumber(value);
  if (weight < 0 || weight > 1)
    refuse("weight: " + quoted(value) + " is not a number from 0 to 1");
  return weight;
}

PictureFormat formatOf(const std::string &value) {
  if (value == "png")
    return PictureFormat::Png;
  if (value == "jpeg")
    return PictureFormat::Jpeg;
  refuse("format: " + quoted(value) + " is neither png nor jpeg");
}

void set(SampleParameters &parameters, const std::string &name, const std::string &value) {
  if (name == "seed")
    parameters.seed = wholeNumber(value);
  else if (name == "seed2")
    parameters.otherSeed = wholeNumber(value);
  else if (name == "weight")
    parameters.weight = weightOf(value);
  else if (name == "name")
    parameters.name = shortText(name, value, longestName);
  else if (name == "format")
    parameters.format = formatOf(value);
  else if (name == "client")
    parameters.client = shortText(name, value, longestClient);
  else
    refuse("unknown parameter " + quoted(name) + "; there are seed, seed2, weight, name, format, client");
}

} // namespace

SampleParameters SampleParameters::parse(const Pairs &query) {
  SampleParameters parameters;
  std::set<std::string> seen;
  for (const auto &[name, value] : query) {
    if (!seen.insert(name).second)
      refuse(quoted(name) + ": is given twice");
    try {
      set(parameters, name, value);
    } catch (const HttpError &) {
      throw;
    } catch (const Error &error) { // of a number
      refuse(name + ": " + error.what());
    }
  }
  if (seen.count("weight") && !parameters.otherSeed)
    refuse("weight: is that of seed2, which is missing");
  return parameters;
}

void drawNoise(const SampleParameters &parameters, size_t count, float *dst) {
  if (!parameters.otherSeed || parameters.weight == 0)
    return dpsims::drawNoise(parameters.seed, parameters.name, 0, count, dst);
  dpsims::drawNoise(*parameters.otherSeed, parameters.name, 0, count, dst);
  if (parameters.weight == 1)
    return;
  std::vector<float> first(count);
  dpsims::drawNoise(parameters.seed, parameters.name, 0, count, first.data());
  const double angle = parameters.weight * std::acos(0.0);
  const double ofFirst = std::cos(angle), ofSecond = std::sin(angle);
  for (size_t i = 0; i < count; ++i)
    dst[i] = float(ofFirst * double(first[i]) + ofSecond * double(dst[i]));
}

} // namespace dpsims::serve
