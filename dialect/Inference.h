// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the inference of types of ops of the graph has in common.

#ifndef DPSIMS_DIALECT_INFERENCE_H
#define DPSIMS_DIALECT_INFERENCE_H

#include "dialect/Builders.h"

namespace dpsims {

using Shape = llvm::SmallVector<int64_t>;
using Types = llvm::SmallVectorImpl<mlir::Type>; // of an op's results

/// The most elements that a tensor may have: byte counts stay far inside of 63 bits.
inline constexpr int64_t mostElements = int64_t(1) << 40;

/// (1, 64, 64, 3)
std::string text(llvm::ArrayRef<int64_t> shape);

/// Appends the type of a result; an error where no tensor has that shape.
mlir::LogicalResult addResult(mlir::Operation *op, Types &types, llvm::ArrayRef<int64_t> shape, mlir::Type element);
/// The same, with the elements of the first operand.
mlir::LogicalResult addFloatResult(mlir::Operation *op, Types &types, llvm::ArrayRef<int64_t> shape);

// Errors unless the operands are static tensors, ...

mlir::LogicalResult requireTensors(mlir::Operation *op);
/// ... of f32, bf16 or f16, and all of the same one.
mlir::LogicalResult requireFloats(mlir::Operation *op);
/// ... of f32, bf16 or f16, and the first `count` of the same one.
mlir::LogicalResult requireFloats(mlir::Operation *op, unsigned count);
/// ... of f32, bf16 or f16, each of its own.
mlir::LogicalResult requireAnyFloats(mlir::Operation *op);
/// The first operand has at least one dimension.
mlir::LogicalResult requireDimensions(mlir::Operation *op);
mlir::LogicalResult requireRank(mlir::Operation *op, unsigned operand, int64_t rank);
/// The operands from `first` on are vectors with a number for each channel of the first operand.
mlir::LogicalResult requireChannels(mlir::Operation *op, unsigned first);
mlir::LogicalResult requireAxis(mlir::Operation *op, int64_t axis, size_t rank);
mlir::LogicalResult requireLength(mlir::Operation *op, llvm::StringRef name, llvm::ArrayRef<int64_t> list, size_t rank);

/// An error that names the cases of the enum up to `last` unless the name is one of them: `unknown kind "x"; kinds are
/// sum, mean, max`. A null name is none to complain about.
template <typename Enum>
mlir::LogicalResult requireCase(mlir::Operation *op, mlir::Attribute name, llvm::StringRef what, llvm::StringRef known,
                                Enum last) {
  auto text = llvm::dyn_cast_if_present<mlir::StringAttr>(name);
  auto found = text ? symbolizeEnum<Enum>(text.getValue()) : std::nullopt;
  if (!name || (found && *found <= last))
    return mlir::success();
  mlir::InFlightDiagnostic diagnostic = opError(op) << "unknown " << what << " " << name << "; " << known << " ";
  for (uint32_t i = 0; i <= uint32_t(last); ++i)
    diagnostic << (i ? ", " : "") << stringifyEnum(Enum(i));
  return diagnostic;
}
mlir::LogicalResult requireElementType(mlir::Operation *op, mlir::Attribute name);
mlir::LogicalResult requireActivation(mlir::Operation *op, mlir::Attribute name);

/// The result has the type of the first operand; all are of one float type.
mlir::LogicalResult inferLikeOperand(mlir::Operation *op, Types &types);

/// The result has the shape that the operands broadcast to; all are of one float type.
mlir::LogicalResult inferBroadcast(mlir::Operation *op, Types &types);
/// The same, of operands of any element type; the result has the one given.
mlir::LogicalResult addBroadcastResult(mlir::Operation *op, Types &types, mlir::Type element);

} // namespace dpsims

#endif
