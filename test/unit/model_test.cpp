// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loader of compiled models: good files, old and new ones, damaged ones.

#include "model_builder.h"
#include "support.h"

#include "runtime/format/describe.h"
#include "runtime/session/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

using namespace dpsims;
using namespace dpsims::test;

namespace {

// A model with every kind of step.
ModelBuilder sample() {
  ModelBuilder builder;
  uint32_t x = builder.input("x", {1, 4, 4, 8});
  uint32_t held = builder.temporary({1, 4, 4, 8}), product = builder.temporary({16, 8});
  builder.launch("copy", 128, {x, held});
  format::ConvT conv;
  conv.src = held;
  conv.weights = builder.weight("conv.weight", {8, 8, 1, 1});
  conv.bias = static_cast<int32_t>(builder.weight("conv.bias", {8}, "zeros"));
  conv.dst = product;
  builder.main().buffers[product]->shape = {1, 4, 4, 8};
  builder.step(builder.main(), conv, "conv2d");
  format::MatmulT matmul;
  matmul.a = product;
  matmul.m = 16;
  matmul.n = matmul.k = 8;
  matmul.b = builder.weight("linear.weight", {8, 8});
  matmul.dst = builder.output("y", {16, 8});
  matmul.residual = static_cast<int32_t>(held);
  builder.step(builder.main(), matmul, "matmul");
  format::ConvInputGradientT input;
  input.gradient = product;
  input.weights = builder.variable("variable.weight", {8, 2, 3, 3});
  input.dst = builder.temporary({1, 4, 4, 8});
  input.groups = 4;
  input.pad_top = input.pad_left = input.pad_bottom = input.pad_right = 1;
  builder.step(builder.main(), input, "input gradient");
  format::ConvWeightGradientT weights;
  weights.src = input.dst;
  weights.gradient = product;
  weights.dst = builder.variable("variable.gradient", {8, 8, 1, 1});
  builder.step(builder.main(), weights, "weight gradient");
  return builder;
}

std::string errorOf(const ModelBuilder &builder) {
  return dpsims::test::errorOf([&] { builder.load(); });
}

std::string errorOf(const std::vector<uint8_t> &bytes) {
  return dpsims::test::errorOf([&] { CompiledModel::parse(bytes.data(), bytes.size(), "test.dpsims"); });
}

void planOnCpu(const ModelBuilder &builder) {
  std::shared_ptr<const CompiledModel> model = builder.load();
  createDevice("cpu")->createPlan(model, model->entry(""), model->entry("").main);
}

std::string planErrorOf(const ModelBuilder &builder) {
  return dpsims::test::errorOf([&] { planOnCpu(builder); });
}

format::ConvT &conv(ModelBuilder &builder) { return *builder.main().steps[1]->operation.AsConv(); }
format::MatmulT &matmul(ModelBuilder &builder) { return *builder.main().steps[2]->operation.AsMatmul(); }
format::ConvInputGradientT &inputGradient(ModelBuilder &builder) {
  return *builder.main().steps[3]->operation.AsConvInputGradient();
}
format::ConvWeightGradientT &weightGradient(ModelBuilder &builder) {
  return *builder.main().steps[4]->operation.AsConvWeightGradient();
}

TEST(Model, Loads) {
  std::shared_ptr<const CompiledModel> model = sample().load();
  EXPECT_EQ(model->version, format::formatVersion);
  EXPECT_EQ(model->weights.size(), 5u);
  EXPECT_EQ(model->weights[0].name, "conv.weight");
  EXPECT_EQ(model->entry("").name, "main");
  EXPECT_EQ(model->entry("main").constants.size(), 3u);
  EXPECT_STREQ(model->entry("").main.steps[1].kind(), "conv");
  EXPECT_TRUE(hasParts(dpsims::test::errorOf([&] { model->entry("other"); }), {"other", "main"}));
}

TEST(Model, SaysWhatIsNoModel) {
  EXPECT_TRUE(hasParts(errorOf(std::vector<uint8_t>{}), {"test.dpsims", "not a compiled model"}));
  EXPECT_TRUE(hasParts(errorOf(std::vector<uint8_t>(100, 0)), {"not a compiled model"}));
  EXPECT_TRUE(hasParts(dpsims::test::errorOf([] { CompiledModel::load("/nowhere/x.dpsims"); }), {"/nowhere/x.dpsims"}));
}

TEST(Model, SaysWhichVersion) {
  ModelBuilder builder = sample();
  for (uint32_t version : {format::formatVersion - 1, format::formatVersion + 1}) {
    builder.model.version = version;
    EXPECT_EQ(errorOf(builder), "test.dpsims: format version " + std::to_string(version) +
                                    ", this build of dpsims reads " + std::to_string(format::formatVersion) +
                                    ": compile it again with dpsims-compile of this version");
  }
}

// What a format and a chip mean is the device's matter; here they are but names.
TEST(Model, HasCodeInAnyFormat) {
  ModelBuilder builder = sample();
  builder.model.target = "abacus";
  builder.addImage("beads", "wood", 3).features = {"red", "blue"};
  builder.addImage("beads", "", 4);
  std::shared_ptr<const CompiledModel> model = builder.load();
  EXPECT_EQ(model->target, "abacus");
  ASSERT_EQ(model->images.size(), 3u);
  EXPECT_EQ(model->images[0].format, "elf");
  EXPECT_EQ(model->images[1].format, "beads");
  EXPECT_EQ(model->images[1].chip, "wood");
  EXPECT_EQ(model->images[1].features, (std::vector<std::string>{"red", "blue"}));
  EXPECT_EQ(model->images[2].code.size, 4u);
  EXPECT_EQ(model->images[2].code.data[0], 1);
  std::ostringstream out;
  describe(*model, {}, out);
  EXPECT_TRUE(hasParts(out.str(), {"target        abacus\n", "kernels       1\n", "code          elf for any, ",
                                   "code          beads for wood, 3 B; needs red blue\n"}));
}

TEST(Model, SaysWhichCodeIsBad) {
  auto errorWith = [](const std::string &format, const std::string &chip, size_t size) {
    ModelBuilder builder = sample();
    builder.addImage("beads", "wood\n");
    builder.addImage(format, chip, size);
    return errorOf(builder);
  };
  EXPECT_TRUE(hasParts(errorWith("", "wood", 8), {"test.dpsims: its code for \"wood\" has no format"}));
  EXPECT_TRUE(hasParts(errorWith("beads", "wood\n", 8), {"code in the format \"beads\" for \"wood", "twice"}));
  EXPECT_TRUE(hasParts(errorWith("beads", "iron", 0), {"code in the format \"beads\" for \"iron\" is empty"}));
  ModelBuilder none = sample();
  none.model.images.clear();
  EXPECT_TRUE(hasParts(errorOf(none), {"it has kernels, but no code"}));
  ModelBuilder nameless = sample();
  nameless.model.target.clear();
  EXPECT_TRUE(hasParts(errorOf(nameless), {"its target has no name"}));
}

// Code that claims more bytes than the file has.
TEST(Model, NoticesCodeBeyondItsEnd) {
  ModelBuilder builder = sample();
  builder.addImage("beads", "wood", 64).code.assign(64, 0xab);
  std::vector<uint8_t> body = builder.body();
  const std::vector<uint8_t> code(64, 0xab);
  auto at = std::search(body.begin(), body.end(), code.begin(), code.end());
  ASSERT_NE(at, body.end());
  for (uint8_t byte : {0x01, 0x40, 0xff}) {
    std::fill(at - 2, at, byte); // of its size
    EXPECT_TRUE(hasParts(errorOf(withTrailer(body)), {"its tables point outside of the file"}));
  }
}

TEST(Model, NoticesEveryTruncation) {
  std::vector<uint8_t> bytes = sample().finish();
  for (size_t size = 8; size < bytes.size(); size += 37)
    EXPECT_TRUE(hasParts(errorOf(std::vector<uint8_t>(bytes.begin(), bytes.begin() + long(size))), {"truncated"}));
}

TEST(Model, NoticesEveryChangedByte) {
  std::vector<uint8_t> bytes = sample().finish();
  for (size_t i = 0; i < bytes.size(); i += 13) {
    std::vector<uint8_t> changed = bytes;
    changed[i] ^= static_cast<uint8_t>(1u << (i % 8));
    errorOf(changed);
  }
}

// Damage under a right checksum, as a hostile file has it: an error, or a model that can be believed. The plans
// are made; only the code, which nobody can check, is not run.
TEST(Model, SurvivesAnyDamage) {
  ModelBuilder builder = sample();
  builder.addImage("elf", "znver4").features = {"avx512f", "fma"};
  builder.addImage("elf", "x86-64-v3").features = {"fma"};
  std::vector<uint8_t> body = builder.body();
  Damage damage(1);
  int good = 0;
  std::unique_ptr<Device> device = createDevice("cpu");
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> bytes = withTrailer(damage.of(body, body.size()));
    try {
      std::shared_ptr<const CompiledModel> model = CompiledModel::parse(bytes.data(), bytes.size(), "test.dpsims");
      std::ostringstream out;
      describe(*model, {true, true}, out);
      if (++good % 50 == 0 && model->kernels.size() == 1 && model->entries.size() == 1) {
        Entry entry = model->entries[0];
        entry.main.steps.erase(entry.main.steps.begin());
        device->createPlan(model, entry, entry.main);
      }
    } catch (const Error &error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(good, 0);
}

TEST(Model, ChecksBuffers) {
  ModelBuilder beyond = sample();
  beyond.main().buffers[1]->offset = 1 << 20;
  EXPECT_TRUE(hasParts(errorOf(beyond), {"entry \"main\"", "main: buffer 1", "1048576"}));
  ModelBuilder wrapped = sample();
  wrapped.main().buffers[1]->offset = ~uint64_t(3);
  EXPECT_TRUE(hasParts(errorOf(wrapped), {"main: buffer 1"}));
  ModelBuilder huge = sample();
  huge.main().buffers[1]->shape = {uint64_t(1) << 33, uint64_t(1) << 33};
  EXPECT_TRUE(hasParts(errorOf(huge), {"main: buffer 1", "dimension 1"}));
  ModelBuilder odd = sample();
  odd.main().buffers[1]->offset = 2;
  EXPECT_TRUE(hasParts(errorOf(odd), {"offset 2"}));
  ModelBuilder missing = sample();
  missing.main().buffers[0]->index = 3;
  EXPECT_TRUE(hasParts(errorOf(missing), {"input 3 of 1"}));
  ModelBuilder space = sample();
  space.main().buffers[1]->space = format::Space::Load;
  EXPECT_TRUE(hasParts(errorOf(space), {"main: buffer 1", "space"}));
  ModelBuilder type = sample();
  type.main().buffers[0]->type = format::ElementType::I32;
  EXPECT_TRUE(hasParts(errorOf(type), {"type", "I32", "F32"}));
}

// The format takes packed weights, the CPU does not.
TEST(Model, SaysWhoTakesNoPackedWeights) {
  ModelBuilder forward = sample(), input = sample(), weights = sample();
  conv(forward).packed = inputGradient(input).packed = weightGradient(weights).packed = true;
  EXPECT_EQ(planErrorOf(forward),
            "test.dpsims: entry \"main\", step 1 (conv2d): packed weights, which cpu does not take; "
            "the file is damaged, or its compiler has a bug");
  EXPECT_TRUE(hasParts(planErrorOf(input), {"step 3 (input gradient): packed weights"}));
  EXPECT_TRUE(hasParts(planErrorOf(weights), {"step 4 (weight gradient): packed weights"}));
}

TEST(Model, HasAPrecision) {
  ModelBuilder builder = sample();
  EXPECT_EQ(builder.load()->precision, Precision::F32);
  builder.model.precision = format::Precision::TF32;
  EXPECT_EQ(planErrorOf(builder),
            "test.dpsims: its precision is tf32, which cpu does not have: compile with --precision f32");
  builder.model.precision = format::Precision(7);
  EXPECT_TRUE(hasParts(errorOf(builder), {"precision 7 is unknown"}));
}

TEST(Model, ChecksSteps) {
  ModelBuilder kernel = sample();
  kernel.main().steps[0]->operation.AsLaunch()->kernel = 9;
  EXPECT_TRUE(hasParts(errorOf(kernel), {"main: step 0 (copy)", "kernel 9 of 1"}));
  ModelBuilder outputs = sample();
  outputs.main().steps[0]->operation.AsLaunch()->outputs = 3;
  EXPECT_TRUE(hasParts(errorOf(outputs), {"main: step 0 (copy)", "3 outputs of 2 arguments"}));
  outputs.main().steps[0]->operation.AsLaunch()->outputs = 2;
  EXPECT_TRUE(hasParts(errorOf(outputs), {"main: step 0 (copy)", "it writes to an input or a constant"}));
  ModelBuilder channels = sample();
  conv(channels).groups = 3;
  EXPECT_TRUE(hasParts(errorOf(channels), {"step 1 (conv2d)", "8 channels", "3 groups"}));
  ModelBuilder stride = sample();
  conv(stride).stride_h = 2;
  EXPECT_TRUE(hasParts(errorOf(stride), {"height 4 gives 2, but the result has 4"}));
  ModelBuilder zero = sample();
  conv(zero).stride_w = 0;
  EXPECT_TRUE(hasParts(errorOf(zero), {"stride 0"}));
  ModelBuilder bias = sample();
  conv(bias).bias = static_cast<int32_t>(conv(bias).src);
  EXPECT_TRUE(hasParts(errorOf(bias), {"the bias has 128 elements, not 8"}));
  ModelBuilder alias = sample();
  conv(alias).dst = conv(alias).src;
  EXPECT_TRUE(hasParts(errorOf(alias), {"overlaps an operand"}));
  ModelBuilder constant = sample();
  matmul(constant).dst = matmul(constant).b;
  EXPECT_NE(errorOf(constant), "");
  ModelBuilder product = sample();
  matmul(product).k = uint64_t(1) << 40;
  EXPECT_TRUE(hasParts(errorOf(product), {"step 2 (matmul)", "dimension"}));
  ModelBuilder rows = sample();
  matmul(rows).m = 17;
  EXPECT_TRUE(hasParts(errorOf(rows), {"the left operand has 128 elements, not 136"}));
}

TEST(Model, ChecksGradients) {
  ModelBuilder stride = sample();
  inputGradient(stride).stride_h = 2;
  EXPECT_TRUE(hasParts(errorOf(stride), {"step 3 (input gradient)", "height 4 gives 2, but the result has 4"}));
  ModelBuilder groups = sample();
  inputGradient(groups).groups = 2;
  EXPECT_TRUE(hasParts(errorOf(groups), {"weights (8, 2, 3, 3) in 2 groups do not fit 8 channels"}));
  ModelBuilder alias = sample();
  inputGradient(alias).dst = inputGradient(alias).gradient;
  EXPECT_TRUE(hasParts(errorOf(alias), {"overlaps an operand"}));
  ModelBuilder input = sample();
  inputGradient(input).dst = 0;
  EXPECT_TRUE(hasParts(errorOf(input), {"writes to an input"}));
  ModelBuilder shape = sample();
  weightGradient(shape).dst = inputGradient(shape).weights;
  EXPECT_TRUE(hasParts(errorOf(shape), {"step 4 (weight gradient)", "do not fit 8 channels"}));
  ModelBuilder rank = sample();
  rank.main().buffers[weightGradient(rank).dst]->shape = {64};
  EXPECT_TRUE(hasParts(errorOf(rank), {"step 4 (weight gradient)", "4 dimensions"}));
  ModelBuilder missing = sample();
  weightGradient(missing).gradient = 1000;
  EXPECT_TRUE(hasParts(errorOf(missing), {"buffer 1000 of"}));
}

TEST(Model, ChecksVariables) {
  ModelBuilder unknown = sample();
  unknown.entry().variables[0] = 1000;
  EXPECT_TRUE(hasParts(errorOf(unknown), {"entry \"main\"", "variable 1000"}));
  ModelBuilder twice = sample();
  twice.entry().variables[1] = twice.entry().variables[0];
  EXPECT_TRUE(hasParts(errorOf(twice), {"listed twice"}));
  ModelBuilder foreign = sample();
  foreign.entry().weights.pop_back();
  EXPECT_TRUE(hasParts(errorOf(foreign), {"is not one of the entry's weights"}));
  uint32_t buffer = inputGradient(foreign).weights;
  ModelBuilder index = sample();
  index.main().buffers[buffer]->index = 2;
  EXPECT_TRUE(hasParts(errorOf(index), {"variable 2 of 2"}));
  ModelBuilder beyond = sample();
  beyond.main().buffers[buffer]->offset = 4;
  EXPECT_TRUE(hasParts(errorOf(beyond), {"beyond the 576 there are"}));
  ModelBuilder loading = sample();
  loading.prepare().buffers[0]->space = format::Space::Variable;
  EXPECT_TRUE(hasParts(errorOf(loading), {"does not belong here"}));
}

TEST(Model, ChecksTransposes) {
  ModelBuilder one = sample();
  matmul(one).transpose_a = true;
  one.load();
  ModelBuilder many = sample();
  matmul(many).transpose_a = true;
  matmul(many).batch = 2;
  matmul(many).m = 8;
  EXPECT_TRUE(hasParts(errorOf(many), {"a transposed left operand in 2 batches"}));
}

TEST(Model, ChecksConstants) {
  ModelBuilder twice = sample();
  twice.prepare().steps[3]->operation.AsStoreConstant()->constant = 0;
  twice.prepare().steps[3]->operation.AsStoreConstant()->src = 0;
  EXPECT_TRUE(hasParts(errorOf(twice), {"constant 0 is stored twice"}));
  ModelBuilder never = sample();
  never.prepare().steps.pop_back();
  EXPECT_TRUE(hasParts(errorOf(never), {"constant 2 is never stored"}));
  ModelBuilder elsewhere = sample();
  format::LoadWeightT load;
  elsewhere.step(elsewhere.main(), load, "load");
  EXPECT_TRUE(hasParts(errorOf(elsewhere), {"outside of prepare"}));
}

TEST(Model, SaysWhichProcessor) {
  ModelBuilder builder = sample();
  builder.model.images[0]->features = {"avx1024f"};
  EXPECT_EQ(planErrorOf(builder),
            "test.dpsims: compiled for avx1024f, this processor has no avx1024f: compile with --chip native here");
  builder.addImage("elf", "older").code = builder.model.images[0]->code; // it runs here
  EXPECT_NO_THROW(planOnCpu(builder));
  builder.model.images[0]->format = "beads";
  EXPECT_EQ(planErrorOf(builder),
            "test.dpsims: its code is in the format \"beads\", and processors take elf: compile it "
            "again with --target cpu");
}

TEST(Model, SaysWhenCodeDoesNotLoad) {
  ModelBuilder garbage = sample();
  garbage.model.images[0]->code.assign(1000, 7);
  EXPECT_TRUE(hasParts(planErrorOf(garbage), {"test.dpsims", "cannot load the kernels"}));
  ModelBuilder unknown = sample();
  unknown.model.kernels[0]->name = "no_such_kernel";
  EXPECT_TRUE(hasParts(planErrorOf(unknown), {"test.dpsims", "no kernel", "no_such_kernel"}));
}

} // namespace
