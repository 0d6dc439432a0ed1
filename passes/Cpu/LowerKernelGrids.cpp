// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CPU: a kernel's forall becomes a loop over a range of linear grid indices, the function's new last arguments.

#include "dialect/Dialect.h"
#include "passes/Cpu/Passes.h"
#include "passes/Kernels/KernelForm.h"
#include "passes/Statistics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELGRIDS
#include "passes/Cpu/Passes.h.inc"
} // namespace dpsims

using namespace mlir;
using namespace dpsims;

namespace {

Value constantIndex(OpBuilder &b, Location loc, int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }

// The counters of grid point `linear`, the last one fastest.
SmallVector<Value> delinearize(OpBuilder &b, Location loc, Value linear, const KernelGrid &grid) {
  SmallVector<Value> counters(grid.size.size());
  for (unsigned i = grid.size.size(); i-- > 0;) {
    if (i == 0) {
      counters[i] = linear;
      break;
    }
    Value size = constantIndex(b, loc, std::max<int64_t>(grid.size[i], 1));
    counters[i] = arith::RemUIOp::create(b, loc, linear, size);
    linear = arith::DivUIOp::create(b, loc, linear, size);
  }
  return counters;
}

// The counters of the grid point after that of `counters`: divisions are too expensive for every point.
SmallVector<Value> increment(OpBuilder &b, Location loc, ValueRange counters, const KernelGrid &grid) {
  SmallVector<Value> next(counters.size());
  Value zero = constantIndex(b, loc, 0), one = constantIndex(b, loc, 1);
  Value carry; // i1, none: the last dimension, which always counts
  for (unsigned i = counters.size(); i-- > 0;) {
    Value up = arith::AddIOp::create(b, loc, counters[i], one);
    if (carry)
      up = arith::SelectOp::create(b, loc, carry, up, counters[i]);
    next[i] = up;
    if (i == 0)
      break;
    Value size = constantIndex(b, loc, grid.size[i]);
    carry = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, up, size);
    next[i] = arith::SelectOp::create(b, loc, carry, zero, up);
  }
  return next;
}

// forall -> for over begin..end, the function's new last arguments.
void lowerForall(func::FuncOp func, scf::ForallOp forall) {
  Location loc = forall.getLoc();
  OpBuilder b(forall);
  KernelGrid grid(forall);
  unsigned args = func.getNumArguments();
  for (unsigned i : {0u, 1u})
    (void)func.insertArgument(args + i, b.getIndexType(), DictionaryAttr(), func.getLoc());
  Value begin = func.getArgument(args), end = func.getArgument(args + 1);
  bool linear = grid.size.size() == 1;

  SmallVector<Value> start = linear ? SmallVector<Value>() : delinearize(b, loc, begin, grid);
  auto loop = scf::ForOp::create(b, loc, begin, end, constantIndex(b, loc, 1), start);
  Block *body = loop.getBody();
  if (!body->empty())
    body->getTerminator()->erase();
  b.setInsertionPointToStart(body);
  SmallVector<Value> counters(loop.getRegionIterArgs());
  if (linear)
    counters.push_back(loop.getInductionVar());

  SmallVector<Value> ids;
  for (auto [counter, lower, step] : llvm::zip_equal(counters, grid.lower, grid.step)) {
    Value id = counter;
    if (step != 1)
      id = arith::MulIOp::create(b, loc, id, constantIndex(b, loc, step));
    if (lower != 0)
      id = arith::AddIOp::create(b, loc, id, constantIndex(b, loc, lower));
    ids.push_back(id);
  }
  for (auto [var, id] : llvm::zip_equal(forall.getInductionVars(), ids))
    var.replaceAllUsesWith(id);
  forall.getTerminator()->erase();
  body->getOperations().splice(body->end(), forall.getBody()->getOperations());
  b.setInsertionPointToEnd(body);
  scf::YieldOp::create(b, loc, linear ? SmallVector<Value>() : increment(b, loc, counters, grid));
  forall.erase();
}

// The grid is run in order, where there are such ops.
void lowerLastPoints(func::FuncOp func) {
  func.walk([](LastPointOp op) {
    OpBuilder b(op);
    Value last = constantIndex(b, op.getLoc(), op.getFirst() + op.getCount() - 1);
    Value isLast = arith::CmpIOp::create(b, op.getLoc(), arith::CmpIPredicate::eq, op.getPoint(), last);
    op.replaceAllUsesWith(isLast);
    op.erase();
  });
}

struct LowerKernelGrids : dpsims::impl::LowerKernelGridsBase<LowerKernelGrids> {
  void runOnOperation() override {
    if (!isKernel(getOperation()))
      return;
    FailureOr<scf::ForallOp> forall = findKernelForall(getOperation());
    if (failed(forall))
      return signalPassFailure();
    lowerLastPoints(getOperation());
    lowerForall(getOperation(), *forall);
    dpsims::recordStatistics(getOperation(), getArgument(), {{"kernels", 1}});
  }
};

} // namespace
