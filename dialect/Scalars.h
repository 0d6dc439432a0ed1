// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Constants of payloads.

#ifndef DPSIMS_DIALECT_SCALARS_H
#define DPSIMS_DIALECT_SCALARS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dpsims {

/// f32
inline mlir::Value number(mlir::ImplicitLocOpBuilder &b, double value) {
  return mlir::arith::ConstantOp::create(b, b.getF32FloatAttr(float(value)));
}

/// i32
inline mlir::Value integer(mlir::ImplicitLocOpBuilder &b, int64_t value) {
  return mlir::arith::ConstantOp::create(b, b.getI32IntegerAttr(int32_t(value)));
}

} // namespace dpsims

#endif
