// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DPSIMS_PASSES_PAYLOAD_H
#define DPSIMS_PASSES_PAYLOAD_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dpsims {

/// The scalar computation of an elementwise op of the graph on scalars (f32; i32 ids).
mlir::Value elementPayload(mlir::ImplicitLocOpBuilder &builder, mlir::Operation *op, mlir::ValueRange operands);

} // namespace dpsims

#endif
