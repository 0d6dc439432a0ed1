// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DPSIMS_PASSES_PASSES_H
#define DPSIMS_PASSES_PASSES_H

#include "dialect/Dialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace dpsims {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace dpsims

#endif
