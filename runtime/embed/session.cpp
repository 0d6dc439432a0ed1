// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/embed/session.h"

#include "runtime/base/log.h"
#include "runtime/embed/model.h"
#include "runtime/embed/status.h"
#include "runtime/sample/provenance.h"

#include <algorithm>
#include <cstddef>

using namespace dpsims;
using namespace dpsims::embed;

namespace {

constexpr size_t firstOptionsSize = offsetof(dpsims_options, convolution) + sizeof(dpsims_convolution);

ConvolutionChoice convolutionOf(dpsims_convolution choice) {
  switch (choice) {
  case DPSIMS_CONVOLUTION_AUTO:
    return ConvolutionChoice::Auto;
  case DPSIMS_CONVOLUTION_DIRECT:
    return ConvolutionChoice::Direct;
  case DPSIMS_CONVOLUTION_WINOGRAD:
    return ConvolutionChoice::Winograd;
  }
  fail("options->convolution is ", static_cast<int>(choice), ", expected one of dpsims_convolution");
}

DeviceOptions deviceOptions(const dpsims_options &options) {
  constexpr uint32_t mostThreads = 4096;
  if (options.threads > mostThreads)
    fail("options->threads is ", options.threads, ", more than ", mostThreads);
  DeviceOptions result;
  chooseDevice(options.device ? options.device : "", result);
  result.threads = static_cast<int>(options.threads);
  result.convolution = convolutionOf(options.convolution);
  result.planCache = options.plan_cache ? options.plan_cache : defaultPlanCache();
  result.planCacheNamed = options.plan_cache && *options.plan_cache;
  return result;
}

std::unique_ptr<FileWeights> openWeights(const CompiledModel &model, const Entry &entry, const char *path,
                                         const char *prefix) {
  if (!path)
    return nullptr;
  auto weights = std::make_unique<FileWeights>(model, entry, path, prefix ? prefix : "");
  if (!weights->detectedPrefix().empty())
    note(path, ": using the weights below ", quoted(weights->detectedPrefix()));
  warnOfProvenance(model, path, weights->metadata());
  return weights;
}

/// One of the caller's buffers, and what it must be.
struct Given {
  const Argument &argument;
  uintptr_t address;
  size_t bytes;
};

void requireBuffer(const Given &given, const char *kind, size_t number) {
  const Argument &argument = given.argument;
  const size_t unit = elementSize(argument.type);
  if (!given.address)
    fail(kind, " ", number, " (", quoted(argument.name), ") is null");
  if (given.bytes != argument.bytes())
    fail(kind, " ", number, " (", quoted(argument.name), ") has ", given.bytes, " bytes, expected ", argument.bytes(),
         ": ", elementTypeName(argument.type), " ", shapeText(argument.shape));
  if (given.address % unit)
    fail(kind, " ", number, " (", quoted(argument.name), ") is not aligned to its elements of ", unit, " bytes");
}

/// The caller's buffers, checked. `Pointer`: const void * or void *.
template <typename Pointer>
std::vector<Given> buffersOf(const std::vector<Argument> &arguments, Pointer const *buffers, const size_t *bytes,
                             size_t count, const char *kind) {
  if (count != arguments.size())
    fail(count, " ", kind, "s are given, the program has ", arguments.size());
  if (count && (!buffers || !bytes))
    fail("the ", kind, "s or their sizes are null");
  std::vector<Given> given;
  for (size_t i = 0; i < count; ++i) {
    given.push_back({arguments[i], reinterpret_cast<uintptr_t>(buffers[i]), bytes[i]});
    requireBuffer(given.back(), kind, i);
  }
  return given;
}

void requireDisjoint(const Given &output, const Given &other) {
  if (output.address < other.address + other.bytes && other.address < output.address + output.bytes)
    fail("output ", quoted(output.argument.name), " overlaps ", quoted(other.argument.name));
}

/// Which of the entry's variables has the name, and whose value takes so many bytes as f32.
size_t findVariable(const dpsims_session &session, const char *name, size_t bytes) {
  requirePointer(name, "name");
  const std::vector<uint32_t> &variables = session.entry.variables;
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [&](uint32_t index) { return session.model->weights[index].name == name; });
  if (found == variables.end())
    fail(ErrorCode::NotFound, session.model->path, ": the program ", quoted(session.entry.name), " has no variable ",
         quoted(name));
  const WeightSpec &spec = session.model->weights[*found];
  const uint64_t expected = static_cast<uint64_t>(byteSize(ElementType::F32, spec.shape));
  if (bytes != expected)
    fail("values has ", bytes, " bytes, expected ", expected, ": ", quoted(name), " F32 ", shapeText(spec.shape));
  return static_cast<size_t>(found - variables.begin());
}

} // namespace

dpsims_session::dpsims_session(std::shared_ptr<const CompiledModel> compiled, const Entry &entry, const char *weights,
                               const dpsims_options &options)
    : model(std::move(compiled)), entry(entry) {
  if (entry.name == "sample")
    sampler.emplace(*model);
  const std::unique_ptr<FileWeights> source = openWeights(*model, entry, weights, options.prefix);
  device = createDevice(model->target, deviceOptions(options), model->path);
  description = device->description();
  session.emplace(model, entry, *device, source.get());
}

const Painter &dpsims_session::painter() const {
  if (!sampler)
    fail("the session is of the program ", quoted(entry.name), ", and pictures are made by \"sample\"");
  return *sampler;
}

dpsims_status dpsims_session_open(const dpsims_model *model, const char *program, const char *weights,
                                  const dpsims_options *options, dpsims_session **session) {
  return guarded([&] {
    requirePointer(model, "model");
    requirePointer(session, "session");
    const dpsims_options initial = DPSIMS_OPTIONS_INIT;
    const dpsims_options chosen = options ? sized(options, initial, firstOptionsSize, "options") : initial;
    const Entry &entry = model->compiled->entry(program ? program : "");
    *session = new dpsims_session(model->compiled, entry, weights, chosen);
  });
}

void dpsims_session_free(dpsims_session *session) { delete session; }

const char *dpsims_session_device(const dpsims_session *session) {
  return session ? session->description.c_str() : nullptr;
}

dpsims_status dpsims_session_run(dpsims_session *session, const void *const *inputs, const size_t *inputBytes,
                                 size_t inputCount, void *const *outputs, const size_t *outputBytes,
                                 size_t outputCount) {
  return guarded([&] {
    requirePointer(session, "session");
    const Entry &entry = session->entry;
    const std::vector<Given> in = buffersOf(entry.inputs, inputs, inputBytes, inputCount, "input");
    const std::vector<Given> out = buffersOf(entry.outputs, outputs, outputBytes, outputCount, "output");
    for (size_t i = 0; i < out.size(); ++i) {
      std::for_each(in.begin(), in.end(), [&](const Given &input) { requireDisjoint(out[i], input); });
      std::for_each(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Given &other) { requireDisjoint(out[i], other); });
    }
    std::lock_guard<std::mutex> lock(session->mutex);
    session->session->run(std::vector<const void *>(inputs, inputs + inputCount),
                          std::vector<void *>(outputs, outputs + outputCount));
  });
}

dpsims_status dpsims_session_read_weight(dpsims_session *session, const char *name, float *values, size_t bytes) {
  return guarded([&] {
    requirePointer(session, "session");
    requirePointer(values, "values");
    const size_t variable = findVariable(*session, name, bytes);
    std::lock_guard<std::mutex> lock(session->mutex);
    session->session->readVariable(variable, values);
  });
}

dpsims_status dpsims_session_write_weight(dpsims_session *session, const char *name, const float *values,
                                          size_t bytes) {
  return guarded([&] {
    requirePointer(session, "session");
    requirePointer(values, "values");
    const size_t variable = findVariable(*session, name, bytes);
    std::lock_guard<std::mutex> lock(session->mutex);
    session->session->writeVariable(variable, values);
  });
}
