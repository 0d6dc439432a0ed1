// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/weight_source.h"

#include "runtime/base/error.h"
#include "runtime/base/text.h"
#include "runtime/session/session.h"
#include "runtime/weights/match.h"
#include "runtime/weights/read_weight.h"

#include <algorithm>
#include <iterator>

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

// The indices below `count` that are not in `some`.
std::vector<uint32_t> othersThan(const std::vector<uint32_t> &some, size_t count) {
  std::vector<bool> taken(count);
  for (uint32_t index : some)
    taken[index] = true;
  std::vector<uint32_t> others;
  for (uint32_t i = 0; i < count; ++i)
    if (!taken[i])
      others.push_back(i);
  return others;
}

// The one prefix below which every needed weight is, as "module." of parallel training; empty if there is none, or two.
std::string findOnlyPrefix(const SafetensorsFile &file, const std::vector<WeightSpec> &needed) {
  std::vector<WeightSpec> required;
  std::copy_if(needed.begin(), needed.end(), std::back_inserter(required),
               [](const WeightSpec &spec) { return spec.required; });
  std::string only;
  if (required.empty())
    return only;
  const std::string end = "." + required.front().name;
  for (const SafetensorsEntry &entry : file.entries()) {
    if (entry.name.size() < end.size() || entry.name.compare(entry.name.size() - end.size(), end.size(), end) != 0)
      continue;
    const std::string prefix = entry.name.substr(0, entry.name.size() - end.size() + 1);
    if (countFound(file, required, prefix) < required.size())
      continue;
    if (!only.empty())
      return "";
    only = prefix;
  }
  return only;
}

// The prefix with most of the names; empty if the names are alone or nowhere.
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
  return bestCount ? best : findOnlyPrefix(file, needed);
}

} // namespace

std::vector<WeightSpec> weightsOf(const CompiledModel &model, const Entry &entry) {
  std::vector<WeightSpec> specs;
  for (uint32_t index : entry.weights)
    specs.push_back(model.weights[index]);
  return specs;
}

FileWeights::FileWeights(const CompiledModel &model, const Entry &entry, const std::string &path, std::string prefix,
                         const WeightSelection &selection)
    : model(model), file(path), byIndex(model.weights.size()) {
  std::vector<uint32_t> indices;
  std::vector<WeightSpec> needed;
  auto need = [&](uint32_t index, bool required) {
    indices.push_back(index);
    needed.push_back(model.weights[index]);
    needed.back().name.erase(0, selection.below.size());
    needed.back().required &= required;
  };
  for (uint32_t index : entry.weights)
    if (startsWith(model.weights[index].name, selection.below))
      need(index, selection.except.empty() || !startsWith(model.weights[index].name, selection.except));
  usePrefix(needed, prefix);
  if (prefix.empty() && selection.below.empty()) // a training file: it has what the other entries read as well
    for (uint32_t index : othersThan(entry.weights, model.weights.size()))
      need(index, false);
  std::vector<const SafetensorsEntry *> found = matchWeights(file, needed, prefix);
  for (size_t i = 0; i < found.size(); ++i)
    byIndex[indices[i]] = found[i];
}

void FileWeights::usePrefix(const std::vector<WeightSpec> &needed, std::string &prefix) {
  if (prefix.empty())
    prefix = detected = detectPrefix(file, needed);
  else if (prefix.back() != '.')
    prefix += '.';
  if (!prefix.empty() && std::none_of(file.entries().begin(), file.entries().end(),
                                      [&](const SafetensorsEntry &e) { return startsWith(e.name, prefix); }))
    fail(ErrorCode::NotFound, file.path(), ": has no weights below ", quoted(prefix));
}

void FileWeights::read(uint32_t index, float *dst) {
  const WeightSpec &spec = model.weights[index];
  if (byIndex[index])
    return readWeight(file, *byIndex[index], dst);
  if (!initializer)
    initializer = std::make_unique<Initializer>(model.weights, 0);
  if (spec.init == "copy") // the initializer has checked that there is such a weight, which is not a copy
    for (uint32_t i = 0; i < model.weights.size(); ++i)
      if (model.weights[i].name == spec.initOf && byIndex[i])
        return readWeight(file, *byIndex[i], dst);
  initializer->fill(spec, dst);
}

void FileWeights::requireGood() {
  std::vector<float> value;
  for (uint32_t index = 0; index < byIndex.size(); ++index)
    if (byIndex[index]) {
      value.resize(static_cast<size_t>(elementCount(byIndex[index]->shape)));
      read(index, value.data());
    }
}

void InitialWeights::read(uint32_t index, float *dst) { initializer.fill(model.weights[index], dst); }

SessionWeights::SessionWeights(const CompiledModel &model, const Entry &entry, const Session &session,
                               const std::string &prefix, WeightSource *fallback)
    : session(session), fallback(fallback) {
  const std::vector<uint32_t> &from = session.entry().variables;
  std::unordered_map<std::string, size_t> byName;
  for (size_t i = 0; i < from.size(); ++i)
    byName[session.model().weights[from[i]].name] = i;
  for (uint32_t index : entry.weights) {
    const WeightSpec &wanted = model.weights[index];
    auto found = byName.find(prefix + wanted.name);
    if (found == byName.end()) {
      if (!fallback)
        fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), " reads ",
             quoted(prefix + wanted.name), ", which entry ", quoted(session.entry().name), " does not keep");
      continue;
    }
    const Shape &shape = session.model().weights[from[found->second]].shape;
    if (!sameWeightShape(shape, wanted.shape))
      fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), " reads ", quoted(wanted.name), " as ",
           shapeText(wanted.shape), ", entry ", quoted(session.entry().name), " keeps it as ", shapeText(shape));
    variables[index] = found->second;
  }
}

void SessionWeights::read(uint32_t index, float *dst) {
  auto found = variables.find(index);
  if (found == variables.end())
    return fallback->read(index, dst);
  session.readVariable(found->second, dst);
}

void LayeredWeights::read(uint32_t index, float *dst) {
  (startsWith(model.weights[index].name, below) ? inner : rest).read(index, dst);
}

} // namespace dpsims
