// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DPSIMS_PASSES_CPU_PASSES_H
#define DPSIMS_PASSES_CPU_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dpsims {

#define GEN_PASS_DECL
#include "passes/Cpu/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Cpu/Passes.h.inc"

} // namespace dpsims

#endif
