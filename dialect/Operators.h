// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operators and functions of expressions; Operators.def is the table.

#ifndef DPSIMS_DIALECT_OPERATORS_H
#define DPSIMS_DIALECT_OPERATORS_H

#include "dialect/Expressions.h"

#include "llvm/ADT/StringExtras.h"

namespace dpsims {

/// How an expression is written. The first five have no spelling.
enum class Notation {
  Name,      // width
  Member,    // record.field
  Subscript, // list[index]
  Brackets,  // [a, b]
  Braces,    // {name = a}; the operands are names and values in turn
  Prefix,    // not a
  Infix,     // a + b
  Call,      // min(a, b)
};

/// An expression that is being evaluated. Its operands are values only once they are evaluated themselves.
struct Application {
  ExprAttr expression;
  const Environment &environment;
  llvm::function_ref<mlir::InFlightDiagnostic()> emitError;
};

/// A row of Operators.def.
struct Operator {
  ExprKind kind;
  llvm::StringLiteral spelling;
  Notation notation;
  unsigned arity;
  int precedence; // what binds more tightly has more
  mlir::FailureOr<mlir::Attribute> (*evaluate)(const Application &application);

  /// Whether the lexer takes the spelling as a word.
  bool isWord() const { return llvm::isAlpha(spelling.front()); }

  /// A comparison that would be taken for the end, or the beginning, of a list in angle brackets.
  bool isAngle() const { return notation == Notation::Infix && (spelling.front() == '<' || spelling.front() == '>'); }
};

inline constexpr unsigned anyArity = ~0u;
inline constexpr int loosest = 1, tightest = 8;

/// The whole table, in the order of the kinds.
llvm::ArrayRef<Operator> allOperators();

const Operator &operatorOf(ExprKind kind);

/// The operator of this notation and spelling, or null.
const Operator *findOperator(Notation notation, llvm::StringRef spelling);

} // namespace dpsims

#endif
