// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a target is to the compiler, and the targets that there are.

#ifndef DPSIMS_PASSES_COMPILER_TARGET_H
#define DPSIMS_PASSES_COMPILER_TARGET_H

#include "passes/Passes.h"
#include "passes/Schedule/Serialize.h"

#include "mlir/Pass/PassManager.h"

#include <memory>
#include <optional>

namespace dpsims {

/// What a target's passes do differently, from a graph to kernel functions; passes/Pipelines.cpp says where each runs.
/// The defaults suit a CPU. The options are those of the passes, described in passes/*/*.td.
struct PipelineTuning {
  /// Runs of one network on independent values become one run.
  bool mergeBatches = false;
  /// What projects attention's queries and results is multiplied into its few keys and values.
  bool absorbProjections = true;
  /// 1x1 convolutions run before upsamplings.
  bool upsampleLast = true;
  /// Attention to few keys is one kernel; else it is products and a softmax.
  std::optional<FuseAttentionOptions> fuseAttention = FuseAttentionOptions();
  DecomposeOptions decompose;
  /// Convolutions of label maps of so many classes add up rows of weights.
  std::optional<GatherLabelsOptions> gatherLabels = GatherLabelsOptions{8};
  /// Convolutions and matmuls that read one value become one; they stay apart without.
  std::optional<MergeSiblingsOptions> mergeSiblings;
  SplitReductionsOptions splitReductions;
  /// Trained weights of convolutions are brought into the library's order by kernels.
  bool packWeights = false;
  /// Sums after reshaped products become their residuals: where the library adds those in registers.
  bool sinkReshapes = false;
  /// Small work after a reduction runs in the last block of its kernel; needs lowerKernels.tails.
  bool attachTails = false;
  GroupKernelsOptions groupKernels;
  ScheduleOptions schedule;
  LowerKernelsOptions lowerKernels;
};

/// A kind of device that models are compiled for. Has no state: one object serves every compilation.
class CompilerTarget {
public:
  virtual ~CompilerTarget();

  /// As --target and the module's attribute `dpsims.target` say.
  virtual llvm::StringRef name() const = 0;

  /// For --help: how chips are named, which one is the default, and whether there may be several.
  virtual llvm::StringRef chipHelp() const = 0;
  virtual std::string defaultChip() const = 0;
  virtual bool takesSeveralChips() const { return false; }

  /// Whether convolutions and matmuls may round their operands to TF32.
  virtual bool hasTf32() const { return false; }

  virtual PipelineTuning tuning() const { return {}; }

  /// Dialects, and interfaces of them, that the target's passes and generateCode need beside those of registerDialects.
  virtual void registerDialects(mlir::DialectRegistry &registry) const {}

  /// Passes and pipelines of the target alone, for dpsims-opt.
  virtual void registerPasses() const {}

  /// Whether code can be made for these chips (at least one, as the user named them); an error if not. `assembles`:
  /// machine code will be made, so that the tools for that must know them, too.
  virtual llvm::LogicalResult checkChips(mlir::MLIRContext *context, llvm::ArrayRef<std::string> chips,
                                         bool assembles) const = 0;

  /// The passes from kernel functions to what generateCode takes.
  virtual void addCodePasses(mlir::OpPassManager &manager, llvm::ArrayRef<std::string> chips) const = 0;

  /// Makes code of a module on which those passes have run. `code.kernels` are the kernel functions with their grids as
  /// the stage `kernels` had them; a target that launches them otherwise says so there.
  virtual llvm::LogicalResult generateCode(mlir::ModuleOp module, llvm::ArrayRef<std::string> chips,
                                           KernelCode &code) const = 0;
};

/// Adds a target to those of Targets.def. Its name must be new.
void registerTarget(std::unique_ptr<CompilerTarget> target);

/// All targets, in the order of their registration.
llvm::ArrayRef<std::unique_ptr<CompilerTarget>> registeredTargets();

/// The target of that name, null if there is none.
const CompilerTarget *findTarget(llvm::StringRef name);

/// The target where none is named: the first of Targets.def.
const CompilerTarget &defaultTarget();

/// The names of the targets for which `fits` holds: "cpu", "cpu and cuda", "cpu, cuda and other".
std::string targetNames(llvm::function_ref<bool(const CompilerTarget &)> fits);

} // namespace dpsims

#endif
