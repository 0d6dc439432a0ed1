// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elaboration runs a program's text: parameters are numbers, `instance` enters a block, ops of the graph are copied
// with their types inferred. What is left is a flat graph.

#ifndef DPSIMS_PASSES_LANGUAGE_ELABORATOR_H
#define DPSIMS_PASSES_LANGUAGE_ELABORATOR_H

#include "passes/Language/ElaborationFrames.h"
#include "passes/Language/WeightTable.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/StringSet.h"

namespace dpsims {

/// Makes one program's graph, at the end of the module. Errors come with notes of the instances they are in.
class Elaborator {
public:
  /// `given`: the values of the program's parameters, or null.
  Elaborator(mlir::ModuleOp module, mlir::SymbolTable &symbols, mlir::DictionaryAttr given)
      : module(module), symbols(symbols), given(given), builder(module.getContext()) {}

  mlir::LogicalResult run(ProgramOp program);

private:
  using Items = llvm::SmallVector<Item>;
  using ItemList = std::shared_ptr<std::vector<Item>>;

  Frame &frame() { return stack.top(); }
  Item itemOf(mlir::Value value) { return frame().values.lookup(value); }

  mlir::LogicalResult runProgram(ProgramOp program);
  mlir::LogicalResult runBody(mlir::Region &region, Items &results);
  mlir::LogicalResult runOp(mlir::Operation *op);

  /// Binds the op's results to their items.
  mlir::LogicalResult bind(mlir::Operation *op, llvm::ArrayRef<Item> results);
  mlir::LogicalResult bindList(mlir::Operation *op, std::vector<Item> items);

  // Parameters and control.
  mlir::LogicalResult runStructure(LetOp let);
  mlir::LogicalResult runStructure(AssertOp assertion);
  mlir::LogicalResult runStructure(IfOp branch);
  mlir::LogicalResult runStructure(RepeatOp repeat);
  mlir::LogicalResult runStructure(InstanceOp instance);
  mlir::FailureOr<mlir::Attribute> shapeOf(LetOp let);
  mlir::FailureOr<mlir::Attribute> trainedBelow(LetOp let);
  mlir::LogicalResult arguments(InstanceOp instance, mlir::NamedAttrList &result);

  // Values.
  mlir::LogicalResult runStructure(NoneOp none);
  mlir::LogicalResult runStructure(ListOp list);
  mlir::LogicalResult runStructure(AppendOp append);
  mlir::LogicalResult runStructure(GetOp get);
  mlir::FailureOr<ItemList> listOf(mlir::Operation *op, mlir::Value value);

  // The graph: weights, gradients, the interface, everything that is computed.
  mlir::LogicalResult runStructure(CurrentOp current);
  mlir::LogicalResult runStructure(AssignOp assign);
  mlir::LogicalResult runStructure(GradientOp gradient);
  mlir::LogicalResult runStructure(OutputOp output);
  mlir::LogicalResult copy(TensorOpInterface op);
  mlir::FailureOr<Weight *> weightOf(mlir::Operation *op, llvm::StringRef name);
  mlir::FailureOr<mlir::Operation *> instantiate(mlir::Operation *op);
  mlir::LogicalResult appendTensors(mlir::Operation *op, unsigned operand, mlir::OperationState &state);
  mlir::LogicalResult appendOperands(mlir::Operation *op, mlir::OperationState &state);
  mlir::FailureOr<mlir::Value> declareInput(InputOp op, InputOp created);
  mlir::FailureOr<mlir::Value> declareWeight(WeightOpInterface op, WeightOpInterface created);

  mlir::ModuleOp module;
  mlir::SymbolTable &symbols;
  mlir::DictionaryAttr given;
  mlir::OpBuilder builder;
  FrameStack stack;
  WeightTable weights;
  llvm::StringMap<InputOp> inputs;
  llvm::StringSet<> outputs;
  size_t opCount = 0, statements = 0;
};

} // namespace dpsims

#endif
