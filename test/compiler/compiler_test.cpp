// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// compile(), as a program calls it that has the compiler within.
#include "test/compiler/support.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/Timing.h"

using namespace dpsims;
using namespace dpsims::test;

TEST(Compiler, CompilesAConfiguration) {
  CompileOptions options = tinyGenerator();
  options.batch = 2;
  options.chips = {"x86-64-v3"};
  options.settings = {"generator.noise=concat"};
  Compiled compiled(options);
  EXPECT_EQ(compiled.messages, "");
  const format::Model *model = compiled.model();
  ASSERT_TRUE(model);
  EXPECT_EQ(model->target()->str(), "cpu");
  ASSERT_EQ(model->images()->size(), 1u);
  EXPECT_EQ(model->images()->Get(0)->format()->str(), "elf");
  EXPECT_EQ(model->images()->Get(0)->chip()->str(), "x86-64-v3");
  EXPECT_TRUE(contains(model->config()->str(), "\"noise\":\"concat\""));
  ASSERT_EQ(model->entries()->size(), 1u);
  const format::Entry *entry = model->entries()->Get(0);
  EXPECT_EQ(entry->name()->str(), "generator");
  EXPECT_EQ(entry->outputs()->Get(0)->shape()->Get(0), 2u); // images
  EXPECT_GT(model->kernels()->size(), 0u);
  EXPECT_GT(model->images()->Get(0)->code()->size(), 0u);
  EXPECT_EQ(compiled.result.report, "");
}

TEST(Compiler, MakesTheSameModelOfTheSameInput) {
  Compiled first(smallNetwork()), second(smallNetwork());
  ASSERT_TRUE(first.model());
  EXPECT_TRUE(first.result.output == second.result.output);
}

TEST(Compiler, StopsAfterAStage) {
  CompileOptions options = smallNetwork();
  options.lastStage = Stage::Schedule;
  Compiled compiled(options);
  ASSERT_TRUE(compiled.succeeded) << compiled.messages;
  EXPECT_TRUE(contains(compiled.result.output, "dpsims.entry @net"));
  EXPECT_TRUE(contains(compiled.result.output, "dpsims.target = \"cpu\""));
  EXPECT_TRUE(contains(compiled.result.output, "compute "));
  EXPECT_FALSE(contains(compiled.result.output, "func.func"));
}

TEST(Compiler, SaysWhatIsWrongThroughTheHandler) {
  auto messagesOf = [](auto change) {
    CompileOptions options = tinyGenerator();
    change(options);
    Compiled compiled(options);
    EXPECT_FALSE(compiled.succeeded);
    return compiled.messages;
  };
  EXPECT_EQ(messagesOf([](auto &options) { options.input = "none.json"; }),
            "none.json: cannot be read: No such file or directory\n");
  EXPECT_TRUE(contains(messagesOf([](auto &options) { options.programs = {"painter"}; }),
                       "there is no program 'painter'; there are: sample, generator"));
  EXPECT_TRUE(contains(messagesOf([](auto &options) { options.settings = {"generator.color=1"}; }),
                       "generator.color: unknown key"));
  EXPECT_TRUE(contains(messagesOf([](auto &options) { options.chips = {"pentium99"}; }),
                       "--chip pentium99: LLVM knows no such x86-64 processor"));
  EXPECT_TRUE(contains(messagesOf([](auto &options) { options.chips = {"x86-64-v3", "x86-64-v4"}; }),
                       "code for cpu is for one processor; several are for --target cuda"));
  EXPECT_TRUE(contains(messagesOf([](auto &options) {
                         options.report = CompileOptions::Report::Text;
                         options.lastStage = Stage::Graph;
                       }),
                       "--report: tells of a whole compilation: leave --compile-to out"));
  EXPECT_TRUE(contains(messagesOf([](auto &options) { options.recompute = 1; }), "the budget is 1\n"));
}

TEST(Compiler, ReadsNoFileThatWillBeWritten) {
  CompileOptions options = tinyGenerator();
  options.outputs = {DPSIMS_SOURCE "/models/../models/losses.mlir"}; // which the programs import
  Compiled compiled(options);
  EXPECT_FALSE(compiled.succeeded);
  EXPECT_TRUE(contains(compiled.messages, "losses.mlir: is read, and cannot be the output too")) << compiled.messages;
}

TEST(Compiler, AsksTheCallerOfTheDataSection) {
  CompileOptions options = tinyGenerator();
  options.lastStage = Stage::Graph;
  options.dataSectionFault = [&](const std::string &configuration, const std::string &path) {
    EXPECT_TRUE(contains(configuration, "\"dataset\":\"folders\""));
    EXPECT_EQ(path, options.input);
    return "data: the caller knows better";
  };
  Compiled compiled(options);
  EXPECT_FALSE(compiled.succeeded);
  EXPECT_EQ(compiled.messages, "data: the caller knows better\n");
}

TEST(Compiler, LetsTheCallerSetUpPasses) {
  CompileOptions options = smallNetwork();
  int managers = 0;
  options.setUpPasses = [&](mlir::PassManager &manager) {
    ++managers;
    return mlir::success(manager.size() > 0);
  };
  EXPECT_TRUE(Compiled(options).model());
  EXPECT_EQ(managers, 2); // to kernels, and from there
  options.setUpPasses = [](mlir::PassManager &) { return mlir::failure(); };
  EXPECT_FALSE(Compiled(options).succeeded);
}

TEST(Compiler, AddsUpTheTimeOfItsParts) {
  std::string text;
  llvm::raw_string_ostream os(text);
  {
    mlir::DefaultTimingManager timing;
    timing.setEnabled(true);
    timing.setOutput(mlir::createOutputStrategy(mlir::DefaultTimingManager::OutputFormat::Text, os));
    mlir::TimingScope root = timing.getRootScope();
    CompileOptions options = smallNetwork();
    options.timing = &root;
    EXPECT_TRUE(Compiled(options).model());
  }
  for (const char *part : {"Reading", "LowerKernels", "Generating code", "Serializing"})
    EXPECT_TRUE(contains(text, part)) << part << " in\n" << text;
}
