// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entries that keep and change their weights: sessions, sources of weights, `execute` in steps.

#include "model_builder.h"
#include "support.h"

#include "runtime/base/float16.h"
#include "runtime/session/execute.h"

#include <gtest/gtest.h>
#include <limits>

using namespace dpsims;
using namespace dpsims::test;

namespace {

// A model that adds: loss = x + weight (before the step), weight = weight + x, average = average + weight. `frozen` is
// read only; `average` may be missing in files and begins as the weight.
ModelBuilder adder() {
  ModelBuilder builder;
  uint32_t x = builder.input("x", {4}), weight = builder.variable("generator.weight", {4});
  uint32_t average = builder.variable("ema.generator.weight", {4}, "copy");
  uint32_t loss = builder.output("loss/sum", {4}),
           frozen = builder.weight("discriminator.backbone.frozen", {4}, "ones");
  uint32_t held = builder.temporary({4});
  format::WeightT &averageWeight = *builder.model.weights[1];
  averageWeight.init_of = "generator.weight";
  averageWeight.required = false;
  builder.launch("add", 4, {x, weight, loss}, "loss");
  builder.launch("add", 4, {x, weight, weight}, "update weight");
  builder.launch("add", 4, {average, weight, average}, "update average");
  builder.launch("copy", 4, {frozen, held});
  return builder;
}

using Floats = std::vector<float>;

struct Variables : testing::Test {
  std::shared_ptr<const CompiledModel> model = adder().load();
  const Entry &entry = model->entry("");
  std::unique_ptr<Device> device = createDevice("cpu");
  TemporaryDirectory directory;

  // A safetensors file of these tensors of 4 elements, or of `shape`.
  std::string file(const std::string &name, const std::vector<std::pair<std::string, Floats>> &tensors,
                   const Shape &shape = {4}) {
    SafetensorsWriter writer(directory / name);
    for (const auto &[tensor, values] : tensors)
      writer.add(tensor, ElementType::F32, shape, values.data());
    writer.write();
    return directory / name;
  }

  static Floats read(WeightSource &source, uint32_t index) {
    Floats value(4, -1);
    source.read(index, value.data());
    return value;
  }

  static Floats variable(const Session &session, size_t i) {
    Floats value(4, -1);
    session.readVariable(i, value.data());
    return value;
  }

  const Floats first{1, 2, 3, 4}, frozen{5, 5, 5, 5}, x{1, 1, 1, 1};
  std::string weightsFile() {
    return file("w.safetensors", {{"generator.weight", first}, {"discriminator.backbone.frozen", frozen}});
  }
};

TEST_F(Variables, KeepWhatAStepLeaves) {
  FileWeights weights(*model, entry, weightsFile());
  Session session(model, entry, *device, &weights);
  EXPECT_EQ(session.memory().variables, 512u);
  EXPECT_EQ(variable(session, 0), first);
  EXPECT_EQ(variable(session, 1), first); // a copy of the file's value
  Floats loss(4);
  session.run({x.data()}, {loss.data()});
  EXPECT_EQ(loss, (Floats{2, 3, 4, 5}));
  session.run({x.data()}, {loss.data()});
  EXPECT_EQ(loss, (Floats{3, 4, 5, 6}));
  EXPECT_EQ(variable(session, 0), (Floats{3, 4, 5, 6}));
  EXPECT_EQ(variable(session, 1), (Floats{6, 9, 12, 15}));
  session.writeVariable(0, frozen.data());
  session.run({x.data()}, {loss.data()});
  EXPECT_EQ(loss, (Floats{6, 6, 6, 6}));
}

// A variable of bf16 and a weight of f16, which a file may have in any float type: they are rounded when they are read.
ModelBuilder narrowModel() {
  ModelBuilder builder;
  builder.variable("b", {4});
  builder.weight("h", {4});
  builder.model.weights[0]->type = builder.main().buffers[0]->type = format::ElementType::BF16;
  builder.model.weights[1]->type = builder.main().buffers[1]->type = format::ElementType::F16;
  builder.prepare().buffers[0]->type = builder.entry().constants[0]->type = format::ElementType::F16;
  return builder;
}

TEST_F(Variables, HaveTheirTypes) {
  auto narrow = narrowModel().load();
  MemoryWeights weights;
  weights.values = {{1, 1 + 0x1p-8f, 1 + 0x1.8p-7f, -3}, {1, 65504, 0x1p-24f, 1 + 0x1p-11f}};
  Session session(narrow, narrow->entry(""), *device, &weights);
  EXPECT_EQ(session.memory().variables, 256u);                      // a piece each
  EXPECT_EQ(variable(session, 0), (Floats{1, 1, 1 + 0x1p-6f, -3})); // halves to even
  float most = std::numeric_limits<float>::max();
  const Floats written{0x1p-130f, 3e38f, 257, 0.5f};
  session.writeVariable(0, written.data());
  EXPECT_EQ(variable(session, 0), (Floats{0x1p-130f, bfloat16ToFloat(floatToBfloat16(3e38f)), 256, 0.5f}));
  std::swap(weights.values[0][0], most);
  EXPECT_TRUE(hasParts(errorOf([&] { Session(narrow, narrow->entry(""), *device, &weights); }),
                       {"weight \"b\"", "beyond 3.3895e38", "make it f32"}));
  std::swap(weights.values[0][0], most);
  weights.values[1][3] = 65536;
  EXPECT_TRUE(hasParts(errorOf([&] { Session(narrow, narrow->entry(""), *device, &weights); }),
                       {"weight \"h\"", "beyond 65504", "bf16"}));
}

TEST_F(Variables, AreFloatsOfTheirBuffersTypes) {
  ModelBuilder integer = narrowModel(), other = narrowModel();
  integer.model.weights[0]->type = format::ElementType::I32;
  EXPECT_TRUE(hasParts(errorOf([&] { integer.load(); }), {"weight \"b\"", "I32", "not a float"}));
  other.prepare().buffers[0]->type = format::ElementType::F32;
  EXPECT_TRUE(hasParts(errorOf([&] { other.load(); }), {"destination is F32", "weight F16"}));
  other.prepare().buffers[0]->type = format::ElementType(5);
  EXPECT_TRUE(hasParts(errorOf([&] { other.load(); }), {"element type 5 is unknown"}));
}

TEST_F(Variables, FirstNonFiniteValueIsNamed) {
  FileWeights weights(*model, entry, weightsFile());
  Session session(model, entry, *device, &weights);
  Floats loss(4);
  std::string step = "?";
  session.runChecked({x.data()}, {loss.data()}, step);
  EXPECT_EQ(step, "");
  EXPECT_EQ(loss, (Floats{2, 3, 4, 5}));
  const Floats large(4, 2e38f); // the sum of weight and average is too large, nothing before it
  session.writeVariable(0, large.data());
  session.writeVariable(1, large.data());
  session.runChecked({x.data()}, {loss.data()}, step);
  EXPECT_EQ(step, "update average");
  session.runChecked({x.data()}, {loss.data()}, step);
  EXPECT_EQ(step, "weight ema.generator.weight");
  const Floats bad{0, NAN, 0, 0};
  session.runChecked({bad.data()}, {loss.data()}, step);
  EXPECT_EQ(step, "input x");
}

TEST_F(Variables, OptionalWeightsAreReadWhereTheyAre) {
  const Floats average{7, 7, 7, 7};
  FileWeights weights(*model, entry,
                      file("all.safetensors", {{"generator.weight", first},
                                               {"discriminator.backbone.frozen", frozen},
                                               {"ema.generator.weight", average}}));
  EXPECT_EQ(read(weights, 1), average);
  EXPECT_TRUE(hasParts(
      errorOf([&] { FileWeights(*model, entry, file("few.safetensors", {{"ema.generator.weight", average}})); }),
      {"2 missing: \"generator.weight\", \"discriminator.backbone.frozen\""}));
  std::string misshaped = file("misshaped.safetensors", {{"ema.generator.weight", average}}, {2, 2});
  EXPECT_TRUE(hasParts(errorOf([&] { FileWeights(*model, entry, misshaped); }), {"1 mis-shaped", "ema.generator"}));
  InitialWeights initial(*model, 3);
  EXPECT_EQ(read(initial, 0), read(initial, 1));
}

TEST_F(Variables, SourcesCanBeLayered) {
  const std::string below = "discriminator.backbone.";
  std::string backbone = file("backbone.safetensors", {{"frozen", frozen}, {"classifier.weight", frozen}});
  FileWeights inner(*model, entry, backbone, "", {below, ""});
  EXPECT_EQ(read(inner, 2), frozen);
  InitialWeights initial(*model, 3);
  LayeredWeights both(*model, below, inner, initial);
  EXPECT_EQ(read(both, 2), frozen);
  EXPECT_EQ(read(both, 0), read(initial, 0));
  FileWeights rest(*model, entry, file("rest.safetensors", {{"generator.weight", first}}), "", {"", below});
  LayeredWeights files(*model, below, inner, rest);
  EXPECT_EQ(read(files, 1), first);
  EXPECT_EQ(read(files, 2), frozen);
  EXPECT_TRUE(hasParts(errorOf([&] { FileWeights(*model, entry, directory / "rest.safetensors", "", {below, ""}); }),
                       {"missing: \"frozen\"", "unexpected: \"generator.weight\""}));
}

TEST_F(Variables, OtherEntriesReadThem) {
  FileWeights weights(*model, entry, weightsFile());
  Session session(model, entry, *device, &weights);
  Floats loss(4);
  session.run({x.data()}, {loss.data()});
  ModelBuilder builder;
  builder.weight("weight", {4});
  std::shared_ptr<const CompiledModel> sample = builder.load();
  SessionWeights generator(*sample, sample->entry(""), session, "generator.");
  SessionWeights average(*sample, sample->entry(""), session, "ema.generator.");
  EXPECT_EQ(read(generator, 0), (Floats{2, 3, 4, 5}));
  EXPECT_EQ(read(average, 0), (Floats{3, 5, 7, 9}));
  EXPECT_TRUE(hasParts(errorOf([&] { SessionWeights(*sample, sample->entry(""), session, "other."); }),
                       {"\"other.weight\", which entry \"main\" does not keep"}));
  MemoryWeights fallback;
  fallback.values = {frozen};
  SessionWeights missing(*sample, sample->entry(""), session, "other.", &fallback);
  EXPECT_EQ(read(missing, 0), frozen);
  builder.model.weights[0]->shape = {2, 2};
  builder.prepare().buffers[0]->shape = builder.main().buffers[0]->shape = {2, 2};
  builder.entry().constants[0]->shape = {2, 2};
  std::shared_ptr<const CompiledModel> other = builder.load();
  EXPECT_TRUE(hasParts(errorOf([&] { SessionWeights(*other, other->entry(""), session, "generator."); }),
                       {"\"weight\" as (2, 2)", "keeps it as (4)"}));
}

TEST_F(Variables, ExecuteRunsInSteps) {
  FileWeights weights(*model, entry, weightsFile());
  Session session(model, entry, *device, &weights);
  std::string path = file("in.safetensors", {{"x", {1, 1, 1, 1, 2, 2, 2, 2}}}, {2, 4});
  ExecuteInputs inputs = readInputs(entry, path);
  EXPECT_EQ(inputs.steps, 2);
  std::vector<NamedTensor> outputs = execute(session, inputs, &weights);
  ASSERT_EQ(outputs.size(), 4u);
  auto expect = [&](size_t i, const char *name, const Shape &shape, const Floats &values) {
    EXPECT_EQ(outputs[i].name, name);
    EXPECT_EQ(outputs[i].tensor.shape, shape);
    const float *data = outputs[i].tensor.buffer.as<float>();
    EXPECT_EQ(Floats(data, data + values.size()), values) << name;
  };
  expect(0, "loss/sum", {2, 4}, {2, 3, 4, 5, 4, 5, 6, 7});
  expect(1, "after/generator.weight", {4}, {4, 5, 6, 7});
  expect(2, "ema/generator.weight", {4}, {7, 10, 13, 16});
  expect(3, "after/discriminator.backbone.frozen", {4}, frozen);
}

TEST_F(Variables, ExecuteNamesWrongShapes) {
  auto error = [&](const Floats &values, const Shape &shape) {
    std::string path = file("in.safetensors", {{"x", values}}, shape);
    return errorOf([&] { readInputs(entry, path); });
  };
  for (const Shape &shape : {Shape{4}, Shape{1, 2, 2}, Shape{2, 2}, Shape{0, 4}, Shape{}})
    EXPECT_TRUE(hasParts(error(x, shape), {"in.safetensors: input \"x\" is ", shapeText(shape).c_str(),
                                           "compiled for (4) with the number of steps in front"}));
  ModelBuilder builder = adder();
  builder.input("y", {4});
  std::shared_ptr<const CompiledModel> two = builder.load();
  SafetensorsWriter writer(directory / "two.safetensors");
  const Floats twice(8);
  writer.add("x", ElementType::F32, {2, 4}, twice.data());
  writer.add("y", ElementType::F32, {1, 4}, x.data());
  writer.write();
  EXPECT_TRUE(hasParts(errorOf([&] { readInputs(two->entry(""), directory / "two.safetensors"); }),
                       {"input \"y\" has 1 steps, \"x\" has 2"}));
}

} // namespace
