// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/session.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/format/describe.h"

#include <algorithm>
#include <cmath>

namespace dpsims {

namespace {

char *at(const DeviceMemory &memory, const Buffer &buffer) {
  return static_cast<char *>(memory.data()) + buffer.offset;
}

// Bytes of device memory that an entry takes at a time, but for what libraries need.
struct MemoryNeed {
  uint64_t constants = 0, load = 0, variables = 0, arena = 0, arguments = 0;

  uint64_t total() const { return constants + std::max(load, variables + arena + arguments); }
};

MemoryNeed needOf(const CompiledModel &model, const Entry &entry, const Device &device, size_t depth) {
  MemoryNeed need;
  for (const ConstantInfo &constant : entry.constants)
    need.constants += constant.bytes();
  for (uint32_t variable : entry.variables)
    need.variables += model.weights[variable].keptBytes();
  need.load = entry.prepare.arenaSize;
  need.arena = entry.main.arenaSize;
  if (device.sharesHostMemory())
    return need;
  for (const std::vector<Argument> *arguments : {&entry.inputs, &entry.outputs})
    for (const Argument &argument : *arguments)
      need.arguments += (depth + 1) * argument.bytes();
  return need;
}

// Told before anything is done: what does not fit would else show after minutes of loading.
void requireMemory(const CompiledModel &model, const Entry &entry, const Device &device, const MemoryNeed &need) {
  uint64_t available = device.freeMemory();
  if (need.total() > available)
    fail(ErrorCode::OutOfMemory, model.path, ": entry ", quoted(entry.name), " needs ", bytesText(need.total()),
         " of memory (arena ", bytesText(need.arena), ", variables ", bytesText(need.variables), ", constants ",
         bytesText(need.constants), ", while loading ", bytesText(need.load), ", arguments ", bytesText(need.arguments),
         "), and ", device.description(), " has ", bytesText(available), device.sharesHostMemory() ? "" : " free",
         ": end other programs that use it, or compile with a smaller --batch or with --recompute");
}

// Gives `count` values of a weight to memory of the device's, in its own type. Error: its type does not hold them.
void writeWeight(const CompiledModel &model, const WeightSpec &spec, const float *values, uint64_t count, void *dst,
                 Device &device) {
  if (spec.type == ElementType::F32)
    return device.upload(dst, values, count * sizeof(float));
  HostBuffer narrowed(static_cast<size_t>(count * elementSize(spec.type)));
  narrow(spec.type, values, count, narrowed.data());
  const bool isHalf = spec.type == ElementType::F16;
  const float largest = isHalf ? 65504 : bfloat16ToFloat(0x7f7f);
  if (std::any_of(values, values + count, [&](float v) { return std::fabs(v) > largest; }))
    fail(ErrorCode::InvalidData, model.path, ": weight ", quoted(spec.name), " gets values beyond ",
         isHalf ? "65504, where f16 ends: make it f32 or bf16" : "3.3895e38, where bf16 ends: make it f32",
         " in the model's text");
  device.upload(dst, narrowed.data(), narrowed.size());
}

void loadWeight(const CompiledModel &model, uint32_t index, void *dst, Device &device, WeightSource &weights) {
  const WeightSpec &spec = model.weights[index];
  if (device.sharesHostMemory() && spec.type == ElementType::F32)
    return weights.read(index, static_cast<float *>(dst));
  HostBuffer staging(static_cast<size_t>(byteSize(ElementType::F32, spec.shape)));
  weights.read(index, staging.as<float>());
  writeWeight(model, spec, staging.as<float>(), static_cast<uint64_t>(elementCount(spec.shape)), dst, device);
}

} // namespace

// On a GPU an error of one step is noticed by a later call, of whatever kind.
template <typename Work> auto Session::named(const Work &work) const {
  try {
    return work();
  } catch (const DeviceError &error) {
    fail(error.code(), compiled->path, ": entry ", quoted(program->name), ": ", error.what());
  }
}

Session::Session(std::shared_ptr<const CompiledModel> model, const Entry &entry, Device &device, WeightSource *weights,
                 size_t depth, int rank)
    : compiled(std::move(model)), program(&entry), device(device), rank(rank) {
  if (!weights && !entry.weights.empty())
    fail(compiled->path, ": entry ", quoted(entry.name), " needs ", entry.weights.size(), " weights: give --weights");
  named([&] { open(weights, depth); });
}

void Session::open(WeightSource *weights, size_t depth) {
  const Entry &entry = *program;
  MemoryNeed need = needOf(*compiled, entry, device, depth);
  requireMemory(*compiled, entry, device, need);
  main = device.createPlan(compiled, entry, entry.main);
  need.constants = 0; // they have their memory, and the libraries too
  requireMemory(*compiled, entry, device, need);
  prepare(weights);
  if (!entry.variables.empty())
    makeVariables(*weights);
  arena = device.allocate(entry.main.arenaSize);
  main->bindArena(arena->data());
  boundInputs.resize(entry.inputs.size());
  boundOutputs.resize(entry.outputs.size());
  if (device.sharesHostMemory())
    return;
  pipeline.emplace(device, entry, depth);
  boundInputs = pipeline->inputs();
  boundOutputs = pipeline->outputs();
  main->bindArguments(boundInputs, boundOutputs);
}

void Session::prepare(WeightSource *weights) {
  const Plan &plan = program->prepare;
  if (plan.steps.empty())
    return;
  std::unique_ptr<ExecutablePlan> steps = device.createPlan(compiled, *program, plan);
  std::unique_ptr<DeviceMemory> memory = device.allocate(plan.arenaSize);
  loadBytes = plan.arenaSize;
  steps->bindArena(memory->data());
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (auto *load = std::get_if<LoadWeightStep>(&plan.steps[i].operation)) {
      device.synchronize();
      loadWeight(*compiled, load->weight, at(*memory, plan.buffers[load->dst]), device, *weights);
    } else if (auto *store = std::get_if<StoreConstantStep>(&plan.steps[i].operation)) {
      main->storeConstant(store->constant, at(*memory, plan.buffers[store->src]));
    } else {
      steps->run(i, i + 1);
    }
  }
  device.synchronize();
}

const WeightSpec &Session::variable(size_t i) const { return compiled->weights[program->variables[i]]; }

void Session::makeVariables(WeightSource &weights) {
  PieceLayout layout;
  for (size_t i = 0; i < program->variables.size(); ++i)
    layout.add(variable(i).keptBytes());
  variableMemory = device.allocate(layout.bytes());
  for (size_t i = 0; i < layout.count(); ++i) {
    variables.push_back(static_cast<char *>(variableMemory->data()) + layout.offset(i));
    loadVariable(i, weights);
  }
  main->bindVariables(variables);
}

void Session::loadVariable(size_t i, WeightSource &weights) {
  const WeightSpec &spec = variable(i);
  if (spec.parts == 1)
    return loadWeight(*compiled, program->variables[i], variables[i], device, weights);
  HostBuffer whole(static_cast<size_t>(byteSize(ElementType::F32, spec.shape)));
  weights.read(program->variables[i], whole.as<float>());
  setVariable(i, whole.as<float>());
}

void Session::readVariable(size_t i, float *dst) const {
  const WeightSpec &spec = variable(i);
  HostBuffer narrow(static_cast<size_t>(spec.type == ElementType::F32 ? 0 : spec.keptBytes()));
  void *own = narrow.size() ? narrow.data() : dst;
  named([&] { device.download(own, variables[i], spec.keptBytes()); });
  widen(spec.type, own, spec.keptCount(), dst);
}

void Session::writeVariable(size_t i, const float *src) {
  named([&] { writeWeight(*compiled, variable(i), src, variable(i).keptCount(), variables[i], device); });
}

void Session::setVariable(size_t i, const float *whole) {
  const WeightSpec &spec = variable(i);
  writeVariable(i, whole + (spec.parts == 1 ? 0 : static_cast<uint64_t>(rank) * spec.keptCount()));
}

void Session::begin(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  if (pipeline)
    return pipeline->begin(inputs);
  if (inputs == boundInputs && outputs == boundOutputs)
    return;
  boundInputs = inputs;
  boundOutputs = outputs;
  main->bindArguments(inputs, outputs);
}

void Session::end(const std::vector<void *> &outputs) {
  ran = true;
  if (pipeline)
    pipeline->end(outputs);
  else
    device.synchronize();
}

void Session::submit(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  named([&] {
    begin(inputs, outputs);
    main->runAll();
    end(outputs);
  });
}

void Session::wait(size_t count) {
  if (pipeline)
    named([&] { pipeline->wait(count); });
}

void Session::collect() {
  ran = false;
  if (pipeline)
    named([&] { pipeline->collect(); });
}

void Session::run(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) {
  submit(inputs, outputs);
  collect();
}

void Session::profile(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
                      std::vector<double> &seconds) {
  named([&] {
    begin(inputs, outputs);
    main->profile(seconds);
    end(outputs);
  });
  collect();
}

double Session::time(const std::vector<const void *> &inputs, const std::vector<void *> &outputs, bool single) {
  return named([&] {
    std::unique_ptr<DeviceEvent> start = device.createEvent(/*timed=*/true), stop = device.createEvent(/*timed=*/true);
    begin(inputs, outputs);
    device.synchronize();
    start->record(Queue::Compute);
    if (single)
      main->run(0, program->main.steps.size());
    else
      main->runAll();
    stop->record(Queue::Compute);
    end(outputs);
    collect();
    return stop->secondsSince(*start);
  });
}

bool Session::isFinite(const void *address, ElementType type, uint64_t count) const {
  HostBuffer copy(device.sharesHostMemory() ? 0 : static_cast<size_t>(count * elementSize(type)));
  if (copy.size()) {
    device.download(copy.data(), address, copy.size());
    address = copy.data();
  }
  HostBuffer wide(static_cast<size_t>(type == ElementType::F32 ? 0 : count * sizeof(float)));
  if (wide.size()) {
    widen(type, address, count, wide.as<float>());
    address = wide.data();
  }
  const float *values = static_cast<const float *>(address);
  return std::all_of(values, values + count, [](float value) { return std::isfinite(value); });
}

std::string Session::checkStart() const {
  for (size_t i = 0; i < program->inputs.size(); ++i)
    if (const Argument &input = program->inputs[i];
        isFloating(input.type) &&
        !isFinite(boundInputs[i], input.type, static_cast<uint64_t>(elementCount(input.shape))))
      return "input " + program->inputs[i].name;
  for (size_t i = 0; i < variables.size(); ++i)
    if (const WeightSpec &spec = variable(i); !isFinite(variables[i], spec.type, spec.keptCount()))
      return "weight " + spec.name;
  return "";
}

// Null for what a step only reads, or that has no address of its own: what a run begins with is checked before, and
// constants may be infinite on purpose.
const void *Session::addressOf(const Buffer &buffer) const {
  const void *base = buffer.space == Space::Arena      ? arena->data()
                     : buffer.space == Space::Output   ? boundOutputs[buffer.index]
                     : buffer.space == Space::Variable ? variables[buffer.index]
                                                       : nullptr;
  return base ? static_cast<const char *>(base) + buffer.offset : nullptr;
}

void Session::runSteps(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
                       std::string &firstNonFinite) {
  const Plan &plan = program->main;
  begin(inputs, outputs);
  device.synchronize();
  firstNonFinite = checkStart();
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    main->run(i, i + 1);
    device.synchronize();
    for (uint32_t index : buffersOf(plan.steps[i]).writes) {
      const Buffer &buffer = plan.buffers[index];
      const void *address = isFloating(buffer.type) ? addressOf(buffer) : nullptr;
      if (firstNonFinite.empty() && address && !isFinite(address, buffer.type, buffer.count()))
        firstNonFinite = plan.steps[i].label;
    }
  }
  end(outputs);
}

void Session::runChecked(const std::vector<const void *> &inputs, const std::vector<void *> &outputs,
                         std::string &firstNonFinite) {
  named([&] { runSteps(inputs, outputs, firstNonFinite); });
  collect();
}

MemoryUse Session::memory() const {
  return {arena->size(),
          main->constantBytes(),
          variableMemory ? variableMemory->size() : 0,
          main->workspaceBytes(),
          pipeline ? pipeline->bytes() : 0,
          loadBytes};
}

} // namespace dpsims
