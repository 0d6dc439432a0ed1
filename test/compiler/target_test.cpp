// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A target that nobody but this file knows: registered, it is a target like those of Targets.def.
#include "passes/Compiler/Target.h"
#include "test/compiler/support.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace dpsims;
using namespace dpsims::test;

namespace {

int passesRegistered = 0;

/// Its code is the text of the kernels.
struct TextTarget : CompilerTarget {
  StringRef name() const override { return "text"; }
  StringRef chipHelp() const override { return "paper or stone"; }
  std::string defaultChip() const override { return "paper"; }
  bool takesSeveralChips() const override { return true; }

  PipelineTuning tuning() const override {
    PipelineTuning tuning;
    tuning.mergeBatches = true;
    tuning.groupKernels.small = 77;
    tuning.lowerKernels.lanes = 4;
    return tuning;
  }

  void registerDialects(DialectRegistry &registry) const override { registry.insert<index::IndexDialect>(); }
  void registerPasses() const override { ++passesRegistered; }

  LogicalResult checkChips(MLIRContext *context, ArrayRef<std::string> chips, bool) const override {
    for (const std::string &chip : chips)
      if (chip != "paper" && chip != "stone")
        return emitError(UnknownLoc::get(context), "--chip " + chip + ": nobody writes on it");
    return success();
  }

  void addCodePasses(OpPassManager &manager, ArrayRef<std::string>) const override {
    manager.nest<func::FuncOp>().addPass(createVerifyKernels());
  }

  LogicalResult generateCode(ModuleOp module, ArrayRef<std::string> chips, KernelCode &code) const override {
    KernelCode::Image &image = code.images.emplace_back();
    image.format = "text";
    image.chip = chips.front();
    for (auto kernel : module.getOps<func::FuncOp>()) {
      llvm::raw_svector_ostream(image.code) << kernel << "\n";
      code.report.rows.push_back({kernel.getSymName()});
    }
    code.report.columns = {{"kernel", "on paper"}};
    return success();
  }
};

class TargetTest : public testing::Test {
protected:
  static void SetUpTestSuite() {
    registerTarget(std::make_unique<TextTarget>());
    registerPassesAndPipelines();
  }
};

CompileOptions forText() {
  CompileOptions options = smallNetwork();
  options.target = "text";
  return options;
}

std::string pipelineText(StringRef pipeline) {
  OpPassManager manager;
  std::string text;
  llvm::raw_string_ostream os(text);
  if (succeeded(parsePassPipeline(pipeline, manager, os)))
    manager.printAsTextualPipeline(os);
  return text;
}

} // namespace

TEST_F(TargetTest, IsFoundByItsName) {
  ASSERT_TRUE(findTarget("text"));
  EXPECT_EQ(findTarget("text")->name(), "text");
  EXPECT_FALSE(findTarget("tpu"));
  EXPECT_EQ(defaultTarget().name(), "cpu");
  EXPECT_EQ(targetNames([](auto &) { return true; }), "cpu, cuda and text");
  EXPECT_EQ(targetNames([](auto &target) { return target.takesSeveralChips(); }), "cuda and text");
  EXPECT_EQ(passesRegistered, 1);
  DialectRegistry registry;
  registerDialects(registry);
  EXPECT_TRUE(registry.getDialectAllocator("index"));
}

TEST_F(TargetTest, CompilesModels) {
  CompileOptions options = forText();
  options.report = CompileOptions::Report::Text;
  Compiled compiled(options);
  const format::Model *model = compiled.model();
  ASSERT_TRUE(model) << compiled.messages;
  EXPECT_EQ(model->target()->str(), "text");
  ASSERT_EQ(model->images()->size(), 1u);
  const format::CodeImage *image = model->images()->Get(0);
  EXPECT_EQ(image->format()->str(), "text");
  EXPECT_EQ(image->chip()->str(), "paper");
  EXPECT_TRUE(contains(model->compiler()->str(), "--target=text"));
  StringRef code(reinterpret_cast<const char *>(image->code()->data()), image->code()->size());
  EXPECT_TRUE(contains(code, "scf.forall"));
  StringRef kernels = StringRef(compiled.result.report).split("on paper\n").second;
  EXPECT_EQ(kernels.count('\n'), model->kernels()->size());
}

TEST_F(TargetTest, ChecksItsChips) {
  CompileOptions options = forText();
  options.chips = {"paper", "water"};
  Compiled compiled(options);
  EXPECT_FALSE(compiled.succeeded);
  EXPECT_EQ(compiled.messages, "--chip water: nobody writes on it\n");
}

TEST_F(TargetTest, IsNamedToThoseWhoMissIt) {
  CompileOptions options = forText();
  options.target = "tpu";
  EXPECT_EQ(Compiled(options).messages, "--target tpu: targets are cpu, cuda and text\n");
}

TEST_F(TargetTest, TunesThePipelines) {
  std::string tuned = pipelineText("graph-to-optimized{target=text recompute=12}"),
              plain = pipelineText("graph-to-optimized");
  for (const char *part : {"merge-batches{frozen=true}", "group-kernels{ahead=16777216 small=77}", "budget=12"}) {
    EXPECT_TRUE(contains(tuned, part)) << part << " in\n" << tuned;
    EXPECT_FALSE(contains(plain, part)) << part << " in\n" << plain;
  }
  EXPECT_TRUE(contains(pipelineText("schedule-to-kernels{target=text}"), "lanes=4"));
  EXPECT_TRUE(contains(pipelineText("kernels-to-code{target=text}"), "verify-kernels"));
  EXPECT_TRUE(contains(pipelineText("graph-to-optimized{target=tpu}"), "tpu"));
}

TEST_F(TargetTest, IsNamedInDumps) {
  CompileOptions options = forText();
  options.lastStage = Stage::Graph;
  EXPECT_TRUE(contains(Compiled(options).result.output, "dpsims.target = \"text\""));
}
