// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Compiler.h"
#include "passes/Compiler/Source.h"
#include "passes/Compiler/Target.h"

#include "model_generated.h"

#include "mlir/Support/Timing.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dpsims {
namespace {

class Compilation {
public:
  Compilation(MLIRContext *context, const CompileOptions &options, const CompilerTarget &target)
      : context(context), options(options), target(target), chips(options.chips),
        report(options.peaks, options.network) {
    if (chips.empty())
      chips.push_back(target.defaultChip());
  }

  LogicalResult checkOptions() const {
    if (wantsReport() && options.lastStage)
      return fail("--report: tells of a whole compilation: leave --compile-to out");
    for (StringRef read : {options.input, options.modelText})
      if (failed(checkOverwriting(context, options, read)))
        return failure();
    auto takesSeveral = [](const CompilerTarget &target) { return target.takesSeveralChips(); };
    if (chips.size() > 1 && !target.takesSeveralChips())
      return fail("--chip " + llvm::join(chips, ",") + ": code for " + target.name() +
                  " is for one processor; several are for --target " + targetNames(takesSeveral));
    if (failed(checkPrecision(options.precision)))
      return failure();
    return target.checkChips(context, chips, /*assembles=*/!options.lastStage);
  }

  FailureOr<CompileResult> run();

private:
  bool wantsReport() const { return options.report != CompileOptions::Report::None; }

  int64_t bucket() const {
    return options.bucket || !options.network ? options.bucket : bucketBytes(*options.network, options.ranks);
  }

  LogicalResult fail(const Twine &message) const { return emitError(UnknownLoc::get(context), message); }

  LogicalResult checkPrecision(StringRef precision) const {
    if (!precision.empty() && precision != "f32" && precision != "tf32" && precision != "bf16")
      return fail("--precision " + precision + ": precisions are f32, tf32 and bf16");
    auto hasTf32 = [](const CompilerTarget &target) { return target.hasTf32(); };
    if (precision == "tf32" && !target.hasTf32())
      return fail("--precision tf32: " + target.name() + " has no TF32, which is for --target " + targetNames(hasTf32));
    return success();
  }

  /// A graph is for any target, what became of it is not.
  LogicalResult checkTarget(Source &source) const {
    auto former = (*source.module)->getAttrOfType<StringAttr>(targetAttrName);
    if (source.stage == Stage::Graph || !former || former == target.name())
      return success();
    return fail(options.input + ": is at the stage " + stageName(source.stage) + " for " + former.getValue() +
                ": go on with --target " + former.getValue());
  }

  /// The options' precision, or the dump's, is the module's from here on.
  LogicalResult settlePrecision(ModuleOp module) {
    auto former = module->getAttrOfType<StringAttr>(precisionAttrName);
    std::string precision = options.precision.empty() && former ? former.str() : options.precision;
    if (failed(checkPrecision(precision)))
      return failure();
    module->removeAttr(precisionAttrName);
    if (precision == "tf32" || precision == "bf16")
      module->setAttr(precisionAttrName, StringAttr::get(context, precision));
    return success();
  }

  template <typename Function> auto timed(StringRef name, Function function) {
    TimingScope scope = options.timing ? options.timing->nest(name) : TimingScope();
    return function();
  }

  LogicalResult runPasses(PassManager &manager, ModuleOp module) {
    if (options.setUpPasses && failed(options.setUpPasses(manager)))
      return failure();
    if (options.timing)
      manager.enableTiming(*options.timing);
    return manager.run(module);
  }

  /// Whether the planned arenas fit the budget, which counts what is alive, not where it is placed.
  LogicalResult checkArenas(ModuleOp module) {
    for (auto entry : module.getOps<EntryOp>())
      if (int64_t size = entry.getArenaSize().value_or(0); options.recompute && size > options.recompute)
        return fail("--recompute " + Twine(options.recompute) + ": the intermediate results of " + entry.getSymName() +
                    " need " + Twine(size) + " bytes");
    return success();
  }

  FailureOr<CompileResult> makeModel(Source &source) {
    ModuleOp module = *source.module;
    ModelDescription model;
    model.compiler = ("dpsims-compile " DPSIMS_VERSION " --target=" + target.name()).str();
    model.sourceHash = source.hash;
    model.target = target.name().str();
    model.config = source.config;
    if (auto precision = module->getAttrOfType<StringAttr>(precisionAttrName))
      model.precision = precision == "bf16" ? format::Precision::BF16 : format::Precision::TF32;
    model.code.kernels = kernelsOf(module);
    // The steps stay as they are while the kernels are lowered.
    PassManager manager(context);
    target.addCodePasses(manager, chips);
    if (failed(runPasses(manager, module)) ||
        failed(timed("Generating code", [&] { return target.generateCode(module, chips, model.code); })))
      return failure();
    FailureOr<std::string> file = timed("Serializing", [&] { return serialize(module, model); });
    if (failed(file))
      return failure();
    std::string told = wantsReport() ? reportOn(*file, module, std::move(model.code.report)) : "";
    return CompileResult{std::move(*file), std::move(told)};
  }

  std::string reportOn(StringRef file, ModuleOp schedule, ReportTable kernels) {
    report.addSteps(file);
    report.addRanks(schedule);
    report.addKernels(std::move(kernels));
    return options.report == CompileOptions::Report::Json ? report.json() : report.text();
  }

  MLIRContext *context;
  const CompileOptions &options;
  const CompilerTarget &target;
  std::vector<std::string> chips;
  CostReport report;
};

FailureOr<CompileResult> Compilation::run() {
  FailureOr<Source> source = timed("Reading", [&] { return readSource(context, options); });
  if (failed(source))
    return failure();
  ModuleOp module = *source->module;
  if (failed(checkTarget(*source)) || failed(settlePrecision(module)))
    return failure();
  module->setAttr(targetAttrName, StringAttr::get(context, target.name()));
  PassManager manager(context);
  if (wantsReport())
    manager.addInstrumentation(report.follow());
  addPasses(manager, source->stage, options.lastStage.value_or(Stage::Kernels), target,
            {options.recompute, options.ranks, options.localStatistics, options.shardOptimizer, bucket()});
  if (failed(runPasses(manager, module)) || failed(checkArenas(module)))
    return failure();
  if (options.lastStage)
    return CompileResult{dumpSource(*source), ""};
  if (module.getOps<EntryOp>().empty())
    return fail(options.input + ": has nothing to compile: neither a program nor a graph");
  return makeModel(*source);
}

} // namespace

FailureOr<CompileResult> compile(MLIRContext *context, const CompileOptions &options) {
  const CompilerTarget *target = options.target.empty() ? &defaultTarget() : findTarget(options.target);
  if (!target) {
    auto all = [](const CompilerTarget &) { return true; };
    return emitError(UnknownLoc::get(context), "--target " + options.target + ": targets are " + targetNames(all));
  }
  Compilation compilation(context, options, *target);
  if (failed(compilation.checkOptions()))
    return failure();
  return compilation.run();
}

} // namespace dpsims
