// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The form of kernel functions, which both targets take: docs/kernels.md.

#ifndef DPSIMS_PASSES_KERNELS_KERNELFORM_H
#define DPSIMS_PASSES_KERNELS_KERNELFORM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace dpsims {

/// Whether the function is marked as a kernel.
bool isKernel(mlir::func::FuncOp func);

/// bf16 or f16: kernels store them, and compute in f32.
bool isNarrowFloat(mlir::Type type);

/// The static grid of a kernel's forall.
struct KernelGrid {
  llvm::SmallVector<int64_t> lower, step, size; // size: points along each dimension

  explicit KernelGrid(mlir::scf::ForallOp forall);
};

/// What an output of a reduction accumulates.
struct KernelReduction {
  mlir::Operation *combiner;
  mlir::vector::CombiningKind kind;
  mlir::TypedAttr neutral;
  mlir::Value reduced;
};

/// One for each output; none for a generic without reduction dimensions. Fails with a diagnostic where an output is not
/// combined with its old value by one operation that has a neutral element.
mlir::FailureOr<llvm::SmallVector<KernelReduction>> matchReductions(mlir::linalg::GenericOp op);

/// The forall that is a kernel's body, over a static grid and without results. Fails with a diagnostic.
mlir::FailureOr<mlir::scf::ForallOp> findKernelForall(mlir::func::FuncOp func);

struct KernelForm {
  mlir::scf::ForallOp forall;
  llvm::SmallVector<mlir::linalg::GenericOp> generics; // in the order of the text
};

/// Fails with a diagnostic that names what a kernel must not have.
mlir::FailureOr<KernelForm> matchKernelForm(mlir::func::FuncOp func);

} // namespace dpsims

#endif
