// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The dpsims dialect: types, attributes, ops.

#ifndef DPSIMS_DIALECT_DIALECT_H
#define DPSIMS_DIALECT_DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialect/Traits.h"

#include "dialect/Dialect.h.inc"
#include "dialect/Enums.h.inc"

namespace dpsims {

/// What an expression computes: a row of Operators.def.
enum class ExprKind {
#define OPERATOR(kind, ...) kind,
#include "dialect/Operators.def"
};

/// What an operand is to two runs of an op on two batches.
enum class BatchRole {
  shared,    ///< the same value
  images,    ///< a batch each
  statistics ///< results of `batch_statistics`, each of its run
};

} // namespace dpsims

#define GET_TYPEDEF_CLASSES
#include "dialect/Types.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/Attributes.h.inc"

namespace dpsims {

class ConvolutionOpInterface;
class TensorOpInterface;

/// An integer; a boolean is none.
bool isInt(mlir::Attribute attribute);

/// A list of integers.
bool isIntList(mlir::Attribute attribute);

/// The common syntax of the ops of the graph: `%a, %b <name = expression, ...> : (types) -> types`; without types where
/// all are `!dpsims.value`.
mlir::ParseResult parseTensorOp(mlir::OpAsmParser &parser, mlir::OperationState &result);
void printTensorOp(mlir::OpAsmPrinter &printer, mlir::Operation *op);

/// Whether an op of that name takes so many operands. Emits an error through `emitError`, which begins with "takes".
mlir::LogicalResult checkOperandCount(mlir::OperationName name, unsigned count,
                                      llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// Of an op with several optional operands: those given are the first ones, but with `residual` the last is the last.
void setOperandSegments(mlir::OperationState &state, unsigned count, bool residual = false);

/// Operands counted; on static tensors also the results' types checked against inferTypes.
mlir::LogicalResult verifyTensorOp(TensorOpInterface op);

/// An error at the op that begins with its plain name: "conv2d: ".
mlir::InFlightDiagnostic opError(mlir::Operation *op);

/// Attributes of a graph as what they are constants of.
int64_t intOf(mlir::Attribute attribute);
double floatOf(mlir::Attribute attribute);
llvm::SmallVector<int64_t> intList(mlir::Attribute attribute);
template <typename Enum> Enum caseOf(mlir::Attribute name) {
  return symbolizeEnum<Enum>(llvm::cast<mlir::StringAttr>(name).getValue()).value();
}
/// An absent attribute gives the default.
int64_t intOr(mlir::Attribute attribute, int64_t otherwise);
double floatOr(mlir::Attribute attribute, double otherwise);
bool boolOr(mlir::Attribute attribute, bool otherwise);

/// A convolution's geometry in numbers: stride [h, w], padding [top, left, bottom, right].
struct ConvGeometry {
  int64_t stride[2];
  int64_t padding[4];
  int64_t groups;
};
ConvGeometry convGeometry(ConvolutionOpInterface conv);

/// Elementwise arithmetic: every element of the result is computed from the elements at the same (broadcast) place.
bool isElementwise(mlir::Operation *op);

/// Of elementwise ops: an operand has the result's images, or none. A shared one with images would have to be there
/// twice.
bool mergesElementwise(mlir::Operation *op, llvm::ArrayRef<BatchRole> roles);

/// The attribute of a module that names its target. The compiler sets it before the first pass, and takes what became
/// of a graph for the same target only.
inline constexpr llvm::StringLiteral targetAttrName = "dpsims.target";
/// Attribute of a module whose precision is not f32.
inline constexpr llvm::StringLiteral precisionAttrName = "dpsims.precision";

/// The shape that two shapes broadcast to as in numpy; failure where they do not.
mlir::FailureOr<llvm::SmallVector<int64_t>> broadcastShapes(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

} // namespace dpsims

#include "dialect/Interfaces.h.inc"
#define GET_OP_CLASSES
#include "dialect/Ops.h.inc"

#endif
