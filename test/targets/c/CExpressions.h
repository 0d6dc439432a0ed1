// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types and scalar ops of kernels in C.

#ifndef DPSIMS_TEST_TARGETS_C_CEXPRESSIONS_H
#define DPSIMS_TEST_TARGETS_C_CEXPRESSIONS_H

#include "mlir/IR/Operation.h"

#include <string>

namespace dpsims::c {

/// "float", "int32_t"; empty where C has no such type.
std::string typeText(mlir::Type type);

/// What the op computes of its operands, as an expression; empty where that is not known.
std::string expressionOf(mlir::Operation *op, llvm::ArrayRef<std::string> operands);

} // namespace dpsims::c

#endif
