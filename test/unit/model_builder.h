// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small compiled models for tests: the tables of the file as they are, and short ways to fill them.

#ifndef DPSIMS_TEST_UNIT_MODEL_BUILDER_H
#define DPSIMS_TEST_UNIT_MODEL_BUILDER_H

#include "activate.h"
#include "model_generated.h"
#include "runtime/base/file.h"
#include "runtime/format/checksum.h"
#include "runtime/session/weight_source.h"

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace dpsims::test {

using Dims = std::vector<uint64_t>;

inline uint64_t countOf(const Dims &dims) {
  uint64_t count = 1;
  for (uint64_t dim : dims)
    count *= dim;
  return count;
}

/// A FlatBuffer with the trailer of a file.
inline std::vector<uint8_t> withTrailer(std::vector<uint8_t> body) {
  uint64_t sum = format::checksum(body.data(), body.size());
  for (int i = 0; i < 8; ++i)
    body.push_back(static_cast<uint8_t>(sum >> (8 * i)));
  return body;
}

/// A model with one entry, "main". Fields of `model` may be changed before `finish`.
class ModelBuilder {
public:
  format::ModelT model;

  ModelBuilder() {
    model.version = format::formatVersion;
    model.target = "cpu";
    model.compiler = "test";
    model.source_hash = "0000";
    model.config = "{}";
    model.entries.push_back(std::make_unique<format::EntryT>());
    entry().name = "main";
    entry().prepare = std::make_unique<format::PlanT>();
    entry().main = std::make_unique<format::PlanT>();
  }

  format::EntryT &entry() { return *model.entries[0]; }
  format::PlanT &main() { return *entry().main; }
  format::PlanT &prepare() { return *entry().prepare; }

  /// Inputs and outputs; the result is their buffer in main.
  uint32_t input(const std::string &name, const Dims &shape, format::ElementType type = format::ElementType::F32) {
    entry().inputs.push_back(argument(name, shape, type));
    return buffer(main(), format::Space::Input, static_cast<uint32_t>(entry().inputs.size() - 1), 0, shape, type);
  }
  uint32_t output(const std::string &name, const Dims &shape, format::ElementType type = format::ElementType::F32) {
    entry().outputs.push_back(argument(name, shape, type));
    return buffer(main(), format::Space::Output, static_cast<uint32_t>(entry().outputs.size() - 1), 0, shape, type);
  }

  /// A buffer of its own in the arena of main.
  uint32_t temporary(const Dims &shape, format::ElementType type = format::ElementType::F32) {
    return allocate(main(), format::Space::Arena, shape, type);
  }

  /// A weight that prepare loads and stores as a constant; the result is the constant's buffer in main.
  uint32_t weight(const std::string &name, const Dims &shape, const std::string &init = "normal",
                  format::ElementType type = format::ElementType::F32) {
    uint32_t index = declare(name, shape, init, type);
    auto constant = std::make_unique<format::ConstantT>();
    constant->shape = shape;
    constant->type = type;
    uint32_t constantIndex = static_cast<uint32_t>(entry().constants.size());
    entry().constants.push_back(std::move(constant));

    uint32_t loaded = allocate(prepare(), format::Space::Load, shape, type);
    format::LoadWeightT load;
    load.weight = index;
    load.dst = loaded;
    step(prepare(), load, "load " + name);
    format::StoreConstantT store;
    store.src = loaded;
    store.constant = constantIndex;
    step(prepare(), store, "store " + name);
    return buffer(main(), format::Space::Constant, constantIndex, 0, shape, type);
  }

  /// A weight that main reads and writes; the result is its buffer in main.
  uint32_t variable(const std::string &name, const Dims &shape, const std::string &init = "normal",
                    format::ElementType type = format::ElementType::F32) {
    entry().variables.push_back(declare(name, shape, init, type));
    return buffer(main(), format::Space::Variable, static_cast<uint32_t>(entry().variables.size() - 1), 0, shape, type);
  }

  uint32_t buffer(format::PlanT &plan, format::Space space, uint32_t index, uint64_t offset, const Dims &shape,
                  format::ElementType type = format::ElementType::F32) {
    auto result = std::make_unique<format::BufferT>();
    result->space = space;
    result->index = index;
    result->offset = offset;
    result->type = type;
    result->shape = shape;
    plan.buffers.push_back(std::move(result));
    return static_cast<uint32_t>(plan.buffers.size() - 1);
  }

  template <typename Operation>
  format::StepT &step(format::PlanT &plan, Operation operation, const std::string &label, uint64_t bytes = 1 << 20) {
    auto result = std::make_unique<format::StepT>();
    result->operation.Set(std::move(operation));
    result->label = label;
    result->bytes = bytes;
    plan.steps.push_back(std::move(result));
    return *plan.steps.back();
  }

  format::CodeImageT &addImage(const std::string &format, const std::string &chip, size_t size = 8) {
    model.images.push_back(std::make_unique<format::CodeImageT>());
    model.images.back()->format = format;
    model.images.back()->chip = chip;
    model.images.back()->code.assign(size, 1);
    return *model.images.back();
  }

  /// A launch of a kernel of test/unit/kernels, always on the same grid.
  void launch(const std::string &kernel, uint64_t grid, const std::vector<uint32_t> &args,
              const std::string &label = {}) {
    if (model.images.empty())
      addImage("elf", "any").code = readFile(DPSIMS_TEST_KERNELS, 1 << 20);
    format::LaunchT launch;
    while (launch.kernel < model.kernels.size() && model.kernels[launch.kernel]->name != kernel)
      ++launch.kernel;
    if (launch.kernel == model.kernels.size()) {
      model.kernels.push_back(std::make_unique<format::KernelT>());
      model.kernels.back()->name = kernel;
      model.kernels.back()->grid = grid;
    }
    launch.args = args;
    step(main(), launch, label.empty() ? kernel : label);
  }

  /// The file without its trailer.
  std::vector<uint8_t> body() const {
    flatbuffers::FlatBufferBuilder builder;
    format::FinishModelBuffer(builder, format::Model::Pack(builder, &model));
    return std::vector<uint8_t>(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  }

  std::vector<uint8_t> finish() const { return withTrailer(body()); }

  std::shared_ptr<const CompiledModel> load() const {
    std::vector<uint8_t> bytes = finish();
    return CompiledModel::parse(bytes.data(), bytes.size(), "test.dpsims");
  }

private:
  // A weight of the entry; the result is its index in the model.
  uint32_t declare(const std::string &name, const Dims &shape, const std::string &init, format::ElementType type) {
    auto weight = std::make_unique<format::WeightT>();
    weight->type = type;
    weight->name = name;
    weight->shape = shape;
    weight->trained = true;
    weight->init = init;
    weight->init_value = 1;
    uint32_t index = static_cast<uint32_t>(model.weights.size());
    model.weights.push_back(std::move(weight));
    entry().weights.push_back(index);
    return index;
  }

  static std::unique_ptr<format::ArgumentT> argument(const std::string &name, const Dims &shape,
                                                     format::ElementType type) {
    auto result = std::make_unique<format::ArgumentT>();
    result->name = name;
    result->type = type;
    result->shape = shape;
    return result;
  }

  uint32_t allocate(format::PlanT &plan, format::Space space, const Dims &shape, format::ElementType type) {
    uint64_t offset = plan.arena_size;
    plan.arena_size += (countOf(shape) * sizeof(float) + 63) / 64 * 64;
    return buffer(plan, space, 0, offset, shape, type);
  }
};

/// Weights in memory, in the order of CompiledModel::weights.
class MemoryWeights : public WeightSource {
public:
  std::vector<std::vector<float>> values;

  void read(uint32_t index, float *dst) override { std::copy(values[index].begin(), values[index].end(), dst); }
};

/// Normal numbers, the same on every run.
inline std::vector<float> randomValues(uint64_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> result(count);
  for (float &value : result)
    value = normal(generator);
  return result;
}

/// Norm of the difference over the norm of the second.
inline double relativeError(const std::vector<float> &actual, const std::vector<double> &expected) {
  double difference = 0, norm = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    difference += (double(actual[i]) - expected[i]) * (double(actual[i]) - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(difference / norm);
}

/// The program "sample": pictures of 4 x 6 pixels that show labels, noise and instances; see `paint` in
/// kernels/kernels.c.
inline ModelBuilder painterOf(const std::string &configuration, uint64_t batch, bool instances) {
  ModelBuilder builder;
  builder.model.config = configuration;
  builder.entry().name = "sample";
  const uint32_t labels = builder.input("labels", {batch, 4, 6}, format::ElementType::I32);
  const uint32_t z = builder.input("z", {batch, 3});
  const uint32_t maps = instances ? builder.input("instances", {batch, 4, 6}, format::ElementType::I32) : labels;
  builder.launch("paint", batch, {labels, z, maps, builder.output("image", {batch, 4, 6, 3}, format::ElementType::U8)});
  return builder;
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_MODEL_BUILDER_H
