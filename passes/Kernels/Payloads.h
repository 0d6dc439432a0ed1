// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Payloads that several kinds of kernels have.

#ifndef DPSIMS_PASSES_KERNELS_PAYLOADS_H
#define DPSIMS_PASSES_KERNELS_PAYLOADS_H

#include "dialect/Scalars.h"

namespace dpsims {

inline mlir::Value add(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange x) {
  return mlir::arith::AddFOp::create(b, x[0], x[1]);
}

inline mlir::Value maximum(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange x) {
  return mlir::arith::MaximumFOp::create(b, x[0], x[1]);
}

} // namespace dpsims

#endif
