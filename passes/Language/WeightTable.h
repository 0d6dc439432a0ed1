// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The weights and states of a program that is being elaborated.

#ifndef DPSIMS_PASSES_LANGUAGE_WEIGHTTABLE_H
#define DPSIMS_PASSES_LANGUAGE_WEIGHTTABLE_H

#include "dialect/Dialect.h"

#include "llvm/ADT/MapVector.h"

#include <map>
#include <optional>

namespace dpsims {

/// A weight or state, and what the last `assign` made of it.
struct Weight {
  WeightOpInterface declaration;
  std::optional<std::pair<mlir::Location, mlir::Value>> assignment;

  bool isTrained() const { return WeightOpInterface(declaration).getTrained(); }
  mlir::Value value() const { return assignment ? assignment->second : declaration->getResult(0); }
};

/// Weights and states by their full names, in the order of the text.
class WeightTable {
public:
  /// Null: there is none of that name.
  Weight *find(const std::string &name);
  void declare(const std::string &name, WeightOpInterface declaration);

  /// The full names of the trained weights that begin with `prefix`.
  llvm::SmallVector<llvm::StringRef> trained(llvm::StringRef prefix) const;

  /// An `assign` for each weight that has another value than at the program's beginning.
  void createAssigns(mlir::OpBuilder &builder) const;

private:
  llvm::MapVector<std::string, Weight, std::map<std::string, unsigned>> weights;
};

} // namespace dpsims

#endif
