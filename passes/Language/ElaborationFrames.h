// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The blocks that elaboration is in: their parameters, their values, the path of their weights.

#ifndef DPSIMS_PASSES_LANGUAGE_ELABORATIONFRAMES_H
#define DPSIMS_PASSES_LANGUAGE_ELABORATIONFRAMES_H

#include "dialect/Expressions.h"

#include <memory>
#include <vector>

namespace dpsims {

/// What a value of the text stands for: a tensor of the graph, nothing, or a list.
struct Item {
  mlir::Value tensor;
  std::shared_ptr<std::vector<Item>> list;
};

/// A block, network or program that is being run.
struct Frame {
  Environment parameters;
  llvm::DenseMap<mlir::Value, Item> values;
  std::string path; // of weights, with a dot at its end, or empty
  bool frozen = false;
  bool shared = false;
  mlir::Operation *block = nullptr;
  mlir::Operation *instance = nullptr; // null for a program
  std::string call;                    // "@Block<a = 1>", for messages

  /// Gives the parameters their values: the arguments, else the defaults, which may use the parameters before them.
  /// Errors are reported at `op`.
  mlir::LogicalResult bind(mlir::Operation *op, const mlir::NamedAttrList &arguments);

  mlir::FailureOr<mlir::Attribute> evaluate(mlir::Operation *op, mlir::Attribute expression) const;

  /// A name or message in which `{parameter}` stands for a value.
  mlir::FailureOr<std::string> interpolate(mlir::Operation *op, llvm::StringRef text) const;

  llvm::SmallVector<Item> items(mlir::OperandRange operands) const;

private:
  mlir::FailureOr<mlir::Attribute> valueOf(mlir::Operation *op, ParameterAttr parameter,
                                           mlir::Attribute argument) const;
};

/// The program and the instances within one another; the last is the one that is being run.
class FrameStack {
public:
  Frame &top() { return *frames.back(); }
  size_t depth() const { return frames.size(); }
  Frame &push(mlir::Operation *block, mlir::Operation *instance);
  void pop() { frames.pop_back(); }

  /// Whether the topmost frame's block is being run with the same parameters farther out.
  bool isEndless() const;

  /// Notes of the instances through which the topmost frame was reached.
  void describe(mlir::Diagnostic &diagnostic) const;

  /// The op's place in the text and, after it, the instances through which it was reached.
  mlir::Location locate(mlir::Operation *op) const;

private:
  std::vector<std::unique_ptr<Frame>> frames;
};

} // namespace dpsims

#endif
