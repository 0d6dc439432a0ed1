// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models for several ranks, as the file has them.

#include "model_builder.h"
#include "support.h"

#include "runtime/session/session.h"

#include <functional>
#include <gtest/gtest.h>
#include <utility>

namespace dpsims::test {

namespace {

// Two ranks that add what each has.
ModelBuilder meeting() {
  ModelBuilder builder;
  builder.model.ranks = 2;
  format::CollectiveT step;
  step.srcs = {builder.input("x", {4}), builder.input("y", {3})};
  step.dsts = {builder.output("sum x", {4}), builder.output("sum y", {3})};
  builder.entry().inputs[0]->sharded = true;
  builder.step(builder.main(), step, "all_reduce");
  return builder;
}

std::string modelError(const ModelBuilder &builder) {
  return errorOf([&] { builder.load(); });
}

std::string meetingError(const std::function<void(format::CollectiveT &)> &change) {
  ModelBuilder builder = meeting();
  change(*builder.main().steps[0]->operation.AsCollective());
  return modelError(builder);
}

} // namespace

TEST(ModelRanks, AreInTheFile) {
  const std::shared_ptr<const CompiledModel> model = meeting().load();
  EXPECT_EQ(model->ranks, 2u);
  EXPECT_TRUE(model->entries[0].inputs[0].sharded);
  EXPECT_FALSE(model->entries[0].inputs[1].sharded);
  EXPECT_TRUE(isSharded(model->entries[0]));
  EXPECT_STREQ(model->entries[0].main.steps[0].kind(), "all-reduce");
  EXPECT_EQ(errorOf([&] { createDevice("cpu")->createPlan(model, model->entries[0], model->entries[0].main); }),
            "test.dpsims: compiled for 2 ranks, 1 is running: compile with --ranks 1, or start it with mpirun -n 2");
  ModelBuilder none = meeting();
  none.model.ranks = 0;
  EXPECT_TRUE(hasParts(modelError(none), {"it is for 0 ranks"}));
}

TEST(ModelRanks, MeetAsTheFileMaySay) {
  using Step = format::CollectiveT;
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { step.dsts.pop_back(); }), {"2 sources and 1 destinations"}));
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { step.srcs.clear(), step.dsts.clear(); }), {"0 sources"}));
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { std::swap(step.dsts[0], step.dsts[1]); }),
                       {"a destination has 3 elements, not 4"}));
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { step.dsts[0] = step.srcs[0]; }), {"writes to an input"}));
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { step.srcs[1] = step.dsts[1] = step.dsts[0]; }),
                       {"destination 0 overlaps another operand"}));
  EXPECT_TRUE(
      hasParts(meetingError([](Step &step) { step.kind = format::CollectiveKind(7); }), {"kind of collective 7"}));
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { step.srcs[0] = 99; }), {"buffer 99"}));
  EXPECT_TRUE(hasParts(meetingError([](Step &step) { step.kind = format::CollectiveKind::ReduceScatter; }),
                       {"a part has 4 elements, the whole 4, on 2 ranks"}));
  ModelBuilder early = meeting();
  std::swap(early.entry().prepare, early.entry().main);
  EXPECT_TRUE(hasParts(modelError(early), {"damaged"}));
}

// A state of which each rank keeps its part.
static ModelBuilder partly() {
  ModelBuilder builder = meeting();
  const uint32_t state = builder.variable("state", {4}, "zeros");
  builder.model.weights[0]->sharded = true;
  builder.main().buffers[state]->shape = {2};
  format::CollectiveT own, all;
  own.kind = format::CollectiveKind::OwnPart;
  own.srcs = {builder.output("kept", {4})};
  own.dsts = {state};
  all.kind = format::CollectiveKind::AllGather;
  all.srcs = {state};
  all.dsts = own.srcs;
  builder.step(builder.main(), own, "own");
  builder.step(builder.main(), all, "all");
  return builder;
}

TEST(ModelRanks, KeepPartsOfVariables) {
  const std::shared_ptr<const CompiledModel> model = partly().load();
  EXPECT_EQ(model->weights[0].parts, 2u);
  EXPECT_EQ(model->weights[0].keptBytes(), 8u);
  EXPECT_STREQ(model->entries[0].main.steps[1].kind(), "own-part");
  EXPECT_STREQ(model->entries[0].main.steps[2].kind(), "all-gather");
  ModelBuilder odd = partly();
  odd.model.weights[0]->shape = {5};
  EXPECT_TRUE(hasParts(modelError(odd), {"weight \"state\" of shape (5) has no 2 equal parts"}));
  ModelBuilder whole = partly();
  for (auto &buffer : whole.main().buffers)
    if (buffer->space == format::Space::Variable)
      buffer->shape = {4};
  EXPECT_TRUE(hasParts(modelError(whole), {"are beyond the 8 there are"}));
  ModelBuilder alone = partly();
  alone.entry().inputs[0]->sharded = false;
  EXPECT_TRUE(
      hasParts(modelError(alone), {"one rank executes it, with the variable \"state\" of which each has a part"}));
}

} // namespace dpsims::test
