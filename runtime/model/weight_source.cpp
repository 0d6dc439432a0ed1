// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/model/weight_source.h"

#include "runtime/base/error.h"
#include "runtime/weights/match.h"

#include <algorithm>

namespace dpsims {

namespace {

// Where larger programs' files keep a network's weights.
const char *const knownPrefixes[] = {
    "generator.", "discriminator.backbone.net.", "discriminator.backbone.", "discriminator.", "backbone.net.",
    "backbone."};

size_t countFound(const SafetensorsFile &file, const std::vector<WeightSpec> &needed, const std::string &prefix) {
  return static_cast<size_t>(std::count_if(
      needed.begin(), needed.end(), [&](const WeightSpec &spec) { return file.find(prefix + spec.name) != nullptr; }));
}

// The prefix with most of the names; empty if the names stand alone or nowhere.
std::string detectPrefix(const SafetensorsFile &file, const std::vector<WeightSpec> &needed) {
  std::string best;
  size_t bestCount = countFound(file, needed, "");
  if (bestCount)
    return best;
  for (const char *prefix : knownPrefixes) {
    size_t count = countFound(file, needed, prefix);
    if (count > bestCount) {
      bestCount = count;
      best = prefix;
    }
  }
  return best;
}

} // namespace

std::vector<WeightSpec> weightsOf(const CompiledModel &model, const Entry &entry) {
  std::vector<WeightSpec> specs;
  for (uint32_t index : entry.weights)
    specs.push_back(model.weights[index]);
  return specs;
}

FileWeights::FileWeights(const CompiledModel &model, const Entry &entry, const std::string &path, std::string prefix)
    : file(path), byIndex(model.weights.size()) {
  std::vector<WeightSpec> needed = weightsOf(model, entry);
  if (prefix.empty())
    prefix = detected = detectPrefix(file, needed);
  else if (prefix.back() != '.')
    prefix += '.';
  if (!prefix.empty() && std::none_of(file.entries().begin(), file.entries().end(), [&](const SafetensorsEntry &e) {
        return e.name.compare(0, prefix.size(), prefix) == 0;
      }))
    fail(path, ": has no weights below ", quoted(prefix));
  std::vector<const SafetensorsEntry *> found = matchWeights(file, needed, prefix);
  for (size_t i = 0; i < found.size(); ++i)
    byIndex[entry.weights[i]] = found[i];
}

void FileWeights::read(uint32_t index, float *dst) { file.read(*byIndex[index], dst); }

void InitialWeights::read(uint32_t index, float *dst) { initialiser.fill(model.weights[index], dst); }

} // namespace dpsims
