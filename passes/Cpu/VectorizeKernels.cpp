// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU: the linalg.generic ops of a kernel become vector loops.

#include "passes/Cpu/GenericVectorizer.h"
#include "passes/Cpu/Passes.h"
#include "passes/Kernels/KernelForm.h"
#include "passes/Statistics.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

namespace dpsims {
#define GEN_PASS_DEF_VECTORIZEKERNELS
#include "passes/Cpu/Passes.h.inc"
} // namespace dpsims

using namespace mlir;
using namespace dpsims;

namespace {

// Exchanges two parallel dimensions.
void exchange(linalg::GenericOp op, unsigned one, unsigned other) {
  auto exchanged = [&](unsigned dim) { return dim == one ? other : dim == other ? one : dim; };
  OpBuilder b(op);
  SmallVector<AffineExpr> dims;
  for (unsigned i = 0; i < op.getNumLoops(); ++i)
    dims.push_back(b.getAffineDimExpr(exchanged(i)));
  AffineMap permutation = AffineMap::get(dims.size(), 0, dims, op.getContext());
  SmallVector<AffineMap> maps;
  for (AffineMap map : op.getIndexingMapsArray())
    maps.push_back(map.compose(permutation));
  op.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
  for (auto index : op.getBody()->getOps<linalg::IndexOp>())
    index.setDim(exchanged(index.getDim()));
}

// Contiguous stores before contiguous loads: makes the dimension in which a transposed output is contiguous the last.
void preferContiguousStores(linalg::GenericOp op) {
  unsigned loops = op.getNumLoops();
  if (op.getNumParallelLoops() != loops || loops < 2)
    return;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (OpOperand &output : op.getDpsInitsMutable()) {
    ArrayRef<AffineExpr> results = op.getMatchingIndexingMap(&output).getResults();
    auto dim = dyn_cast_if_present<AffineDimExpr>(results.empty() ? AffineExpr() : results.back());
    if (dim && dim.getPosition() != loops - 1 && sizes[dim.getPosition()] >= std::min<int64_t>(sizes.back(), 8))
      return exchange(op, dim.getPosition(), loops - 1);
  }
}

struct VectorizeKernels : dpsims::impl::VectorizeKernelsBase<VectorizeKernels> {
  using VectorizeKernelsBase::VectorizeKernelsBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (vectorWidth > 0 && llvm::isPowerOf2_64(vectorWidth))
      return success();
    return emitError(UnknownLoc::get(context))
           << "vector-width must be a power of two, but is " << vectorWidth.getValue();
  }

  void runOnOperation() override {
    if (!isKernel(getOperation()))
      return;
    FailureOr<KernelForm> form = matchKernelForm(getOperation());
    if (failed(form))
      return signalPassFailure();
    for (linalg::GenericOp op : form->generics) {
      preferContiguousStores(op);
      GenericVectorizer(op, vectorWidth).run();
    }
    dpsims::recordStatistics(getOperation(), getArgument(), {{"loops", int64_t(form->generics.size())}});
  }
};

} // namespace
