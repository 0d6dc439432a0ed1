// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs every generated kernel of a compiled model alone, on random data, and records what it leaves in its arguments,
// or compares it with what was recorded on another device:
//
//   dpsims-kernel-sums MODEL --record SUMS.safetensors
//   dpsims-kernel-sums MODEL --expected SUMS.safetensors [--tolerance 2e-5]
//
// The file has a digest (digest.h) of each argument that a kernel changed, "KERNEL/ARGUMENT".

#include "model_generated.h"
#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/device/device.h"
#include "runtime/format/checksum.h"
#include "runtime/format/model.h"
#include "runtime/weights/safetensors.h"
#include "test/golden/rule.h"
#include "test/kernel-sums/digest.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <set>
#include <string>

namespace {

using namespace dpsims;
using kernelsums::Digest;

constexpr uint64_t alignment = 256;
constexpr size_t poolSize = size_t(1) << 20;

struct Options {
  std::string model, record, expected;
  double tolerance = 2e-5;
};

struct Sum {
  ElementType type;
  Digest digest;
};
using Sums = std::map<std::string, Sum>;

/// Where two devices' functions differ in the last bits, a narrower float may be the next one.
double roundingOf(ElementType type) {
  return type == ElementType::BF16 ? 0x1p-7 : type == ElementType::F16 ? 0x1p-10 : 0;
}

ElementType typeOf(const format::BufferT &buffer) {
  ElementType type;
  if (!elementTypeFromName(format::EnumNameElementType(buffer.type), type))
    fail("element type ", static_cast<unsigned>(buffer.type), " is unknown");
  return type;
}

/// A program of one launch, each argument in a place of its own.
std::unique_ptr<format::EntryT> isolate(const format::PlanT &plan, const format::LaunchT &launch) {
  auto entry = std::make_unique<format::EntryT>();
  entry->name = "kernel " + std::to_string(launch.kernel);
  entry->prepare = std::make_unique<format::PlanT>();
  entry->main = std::make_unique<format::PlanT>();
  format::PlanT &main = *entry->main;
  format::LaunchT alone = launch;
  for (uint32_t &argument : alone.args) {
    format::BufferT buffer = *plan.buffers[argument];
    buffer.space = format::Space::Arena;
    buffer.index = 0;
    buffer.offset = main.arena_size;
    const Shape shape(buffer.shape.begin(), buffer.shape.end());
    const auto bytes = static_cast<uint64_t>(byteSize(typeOf(buffer), shape));
    main.arena_size += (bytes + alignment - 1) / alignment * alignment;
    argument = static_cast<uint32_t>(main.buffers.size());
    main.buffers.push_back(std::make_unique<format::BufferT>(buffer));
  }
  auto step = std::make_unique<format::StepT>();
  step->operation.Set(std::move(alone));
  main.steps.push_back(std::move(step));
  return entry;
}

/// The model with a program for each of its kernels in place of its own.
std::shared_ptr<const CompiledModel> isolateKernels(const std::string &path) {
  const auto whole = CompiledModel::load(path);
  const FileSection file = whole->file();
  std::unique_ptr<format::ModelT> model = format::UnPackModel(file.data);
  std::vector<std::unique_ptr<format::EntryT>> programs;
  std::set<uint32_t> seen;
  for (const auto &entry : model->entries)
    for (const format::PlanT *plan : {entry->prepare.get(), entry->main.get()})
      for (const auto &step : plan->steps)
        if (const format::LaunchT *launch = step->operation.AsLaunch(); launch && seen.insert(launch->kernel).second)
          programs.push_back(isolate(*plan, *launch));
  model->entries = std::move(programs);
  flatbuffers::FlatBufferBuilder builder;
  format::FinishModelBuffer(builder, format::Model::Pack(builder, model.get()));
  std::vector<uint8_t> bytes(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  const uint64_t sum = format::checksum(bytes.data(), bytes.size());
  for (size_t i = 0; i < format::trailerSize; ++i)
    bytes.push_back(static_cast<uint8_t>(sum >> (8 * i)));
  return CompiledModel::parse(bytes.data(), bytes.size(), path);
}

/// Numbers in [-0.5, 1): of both signs, and sums of many do not cancel.
const std::vector<float> &pool() {
  static const std::vector<float> values = [] {
    std::vector<float> made(poolSize);
    golden::Sequence sequence("kernel sums");
    for (float &value : made)
      value = static_cast<float>(sequence.next() >> 40) / 16777216.0f * 1.5f - 0.5f;
    return made;
  }();
  return values;
}

void fill(const Buffer &buffer, uint64_t seed, char *dst) {
  const std::vector<float> &values = pool();
  for (uint64_t i = 0; i < buffer.count(); ++i) {
    float value = values[(seed * 7919 + i) % poolSize];
    if (isFloating(buffer.type))
      narrow(buffer.type, &value, 1, dst + i * elementSize(buffer.type));
    else if (buffer.type == ElementType::I32)
      reinterpret_cast<int32_t *>(dst)[i] = value > 0; // ids that every kernel can take for an index
    else
      dst[i] = static_cast<char>(value * 100);
  }
}

/// Runs one launch; -> a digest of each argument that it changed.
void runKernel(Device &device, const std::shared_ptr<const CompiledModel> &model, const Entry &entry, Sums &sums) {
  const Plan &plan = entry.main;
  HostBuffer before(plan.arenaSize), after(plan.arenaSize);
  std::memset(before.data(), 0, before.size());
  for (size_t i = 0; i < plan.buffers.size(); ++i)
    fill(plan.buffers[i], i + 1, before.as<char>() + plan.buffers[i].offset);
  std::unique_ptr<ExecutablePlan> ready = device.createPlan(model, entry, plan);
  std::unique_ptr<DeviceMemory> arena = device.allocate(plan.arenaSize);
  device.upload(arena->data(), before.data(), plan.arenaSize);
  ready->bindArena(arena->data());
  ready->run(0, 1);
  device.synchronize();
  device.download(after.data(), arena->data(), plan.arenaSize);
  const std::string &kernel = model->kernels[std::get<LaunchStep>(plan.steps[0].operation).kernel].name;
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer &buffer = plan.buffers[i];
    const char *made = after.as<char>() + buffer.offset;
    if (std::memcmp(before.as<char>() + buffer.offset, made, buffer.bytes()) != 0)
      sums[kernel + "/" + std::to_string(i)] = {buffer.type, kernelsums::digestOf(buffer.type, made, buffer.count())};
  }
}

Sums runAll(const std::shared_ptr<const CompiledModel> &kernels) {
  std::unique_ptr<Device> device = createDevice(kernels->target, {}, kernels->path);
  Sums sums;
  for (const Entry &entry : kernels->entries)
    runKernel(*device, kernels, entry, sums);
  std::printf("%zu kernels on %s\n", kernels->entries.size(), device->description().c_str());
  return sums;
}

void record(const CompiledModel &model, const Sums &sums, const std::string &path) {
  SafetensorsWriter writer(path);
  writer.setMetadata("source_hash", model.sourceHash);
  for (const auto &[name, sum] : sums)
    writer.add(name, ElementType::F32, {kernelsums::digestSize}, sum.digest.data());
  writer.write();
}

/// Prints the arguments that differ; true if there are none.
bool compare(const CompiledModel &model, const Sums &sums, const Options &options) {
  SafetensorsFile file(options.expected);
  auto hash = file.metadata().find("source_hash");
  if (hash == file.metadata().end() || hash->second != model.sourceHash)
    fail(options.expected, ": was recorded for another model than ", options.model);
  double worst = 0;
  size_t bad = 0;
  for (const SafetensorsEntry &entry : file.entries()) {
    auto found = sums.find(entry.name);
    if (entry.shape != Shape{kernelsums::digestSize})
      fail(options.expected, ": ", quoted(entry.name), " has shape ", shapeText(entry.shape));
    Digest expected(kernelsums::digestSize);
    file.read(entry, expected.data());
    double error = HUGE_VAL;
    if (found != sums.end())
      error = std::max(kernelsums::difference(expected, found->second.digest) - roundingOf(found->second.type), 0.0);
    worst = std::max(worst, error);
    if (error > options.tolerance && ++bad <= 20)
      std::printf("differs by %.2g: %s\n", error, entry.name.c_str());
  }
  for (const auto &[name, sum] : sums)
    if (!file.find(name) && ++bad)
      std::printf("is written, and was not: %s\n", name.c_str());
  std::printf("%zu of %zu arguments agree, largest difference %.2g\n",
              file.entries().size() - std::min(bad, file.entries().size()), file.entries().size(), worst);
  return bad == 0;
}

Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    bool more = i + 1 < argc;
    if (word == "--record" && more)
      options.record = argv[++i];
    else if (word == "--expected" && more)
      options.expected = argv[++i];
    else if (word == "--tolerance" && more)
      options.tolerance = std::stod(argv[++i]);
    else
      options.model = word;
  }
  if (options.model.empty() || options.record.empty() == options.expected.empty())
    fail("usage: dpsims-kernel-sums MODEL --record FILE | --expected FILE [--tolerance X]");
  return options;
}

} // namespace

int main(int argc, char **argv) {
  try {
    Options options = parse(argc, argv);
    auto model = isolateKernels(options.model);
    Sums sums = runAll(model);
    if (options.expected.empty())
      return record(*model, sums, options.record), 0;
    return compare(*model, sums, options) ? 0 : 1;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "dpsims-kernel-sums: error: %s\n", error.what());
    return 1;
  }
}
