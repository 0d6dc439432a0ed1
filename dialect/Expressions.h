// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expressions over parameters: parsed from text, printed, evaluated at elaboration.

#ifndef DPSIMS_DIALECT_EXPRESSIONS_H
#define DPSIMS_DIALECT_EXPRESSIONS_H

#include "dialect/Dialect.h"

#include "llvm/ADT/MapVector.h"

namespace dpsims {

/// Parameters and `let`s in force: name -> constant.
using Environment = llvm::MapVector<mlir::StringRef, mlir::Attribute>;

/// `angles`: inside <...>, where `<` and `>` are not comparisons.
mlir::ParseResult parseExpression(mlir::AsmParser &parser, mlir::Attribute &result, bool angles = false);
void printExpression(mlir::AsmPrinter &printer, mlir::Attribute expression, bool angles = false);

/// The expression's value: i64, f64, bool, string, array or dictionary attribute. Emits an error through `emitError`.
mlir::FailureOr<mlir::Attribute> evaluate(mlir::Attribute expression, const Environment &environment,
                                          llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// `{name}` in the text replaced by the parameter's value.
mlir::FailureOr<std::string> interpolate(mlir::StringRef text, const Environment &environment,
                                         llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// A constant as a person writes it: 3, 0.5, "text", [1, 2].
std::string constantText(mlir::Attribute constant);

/// Words of the language, which no parameter can have as its name.
bool isReserved(mlir::StringRef name);

/// "an int", "a list".
std::string withArticle(mlir::StringRef type);

/// int, float, string, bool, list or record.
mlir::StringRef constantType(mlir::Attribute constant);

} // namespace dpsims

#endif
