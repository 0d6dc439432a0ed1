// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Syntax that the ops of the language's structure share.

#ifndef DPSIMS_DIALECT_STRUCTURESYNTAX_H
#define DPSIMS_DIALECT_STRUCTURESYNTAX_H

#include "dialect/Dialect.h"

namespace dpsims {

inline mlir::Type valueType(mlir::OpAsmParser &parser) { return ValueType::get(parser.getContext()); }

/// Operands without types: `%a, %b` or nothing.
inline mlir::ParseResult parseValues(mlir::OpAsmParser &parser, mlir::OperationState &result,
                                     mlir::OpAsmParser::Delimiter delimiter = mlir::OpAsmParser::Delimiter::None) {
  llvm::SmallVector<mlir::OpAsmParser::UnresolvedOperand> operands;
  return mlir::failure(parser.parseOperandList(operands, delimiter) ||
                       parser.resolveOperands(operands, valueType(parser), result.operands));
}

inline void addValueResults(mlir::OpAsmParser &parser, mlir::OperationState &result, size_t count) {
  result.addTypes(llvm::SmallVector<mlir::Type>(count, valueType(parser)));
}

} // namespace dpsims

#endif
