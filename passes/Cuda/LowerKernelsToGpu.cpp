// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernel functions become gpu.func. Threads share the work of every linalg.generic as GpuMapping says; all other code
// of a kernel is uniform: every thread of a grid point executes it, and one thread stores.
//
// Order of the work on a kernel:
//   1. its layout over threads is chosen (GpuMapping), and where they must wait for one another (GpuBarriers);
//   2. its body moves into a gpu.func, the forall's indices come from the numbers of block and thread;
//   3. generics become loops (GpuGenericLowering);
//   4. scalar stores are left to thread 0;
//   5. a last point is found by counting (GpuLastPoints);
//   6. what is left of private buffers becomes workgroup memory (ShareGpuBuffers).

#include "dialect/Dialect.h"
#include "passes/Cuda/GpuGenericLowering.h"
#include "passes/Cuda/GpuGenerics.h"
#include "passes/Cuda/GpuLastPoints.h"
#include "passes/Cuda/GpuMapping.h"
#include "passes/Cuda/Passes.h"
#include "passes/Kernels/KernelForm.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Statistics.h"

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELSTOGPU
#include "passes/Cuda/Passes.h.inc"
} // namespace dpsims

using namespace mlir;
using namespace dpsims;

namespace {

constexpr int64_t maxGrid = std::numeric_limits<int32_t>::max(); // gridDim.x
constexpr int64_t argumentAlignment = 16;                        // bytes; buffers are aligned to 64 at least

/// How many points the grid has.
FailureOr<int64_t> countPoints(scf::ForallOp forall, const KernelGrid &grid) {
  int64_t points = 1;
  for (int64_t size : grid.size)
    if (llvm::MulOverflow(points, size, points) || points > maxGrid)
      return forall.emitOpError("grid has more than ") << maxGrid << " points, the most that CUDA launches";
  if (points == 0)
    return forall.emitOpError("grid is empty");
  return points;
}

class KernelLowering {
public:
  KernelLowering(func::FuncOp func, gpu::GPUModuleOp module) : source(func), module(module) {}

  LogicalResult run();

private:
  LogicalResult analyze();
  void createFunc();
  void setArgumentAttributes(Builder &b);
  Value linearPoint(OpBuilder &b);
  void replaceIndices(OpBuilder &b, Value point);
  void moveBody(Operation *end);
  void lowerBody();

  func::FuncOp source;
  gpu::GPUModuleOp module;
  scf::ForallOp forall;
  std::optional<KernelGrid> grid;
  int64_t points = 0; // of the grid
  GpuMapping mapping;
  SmallVector<Operation *> barriers;
  bool hasLastPoints = false;
  gpu::GPUFuncOp func;
  Value thread; // its number among those of its grid point
};

LogicalResult KernelLowering::run() {
  if (failed(analyze()))
    return failure();
  createFunc();
  lowerBody();
  return success();
}

/// Grid points that need barriers have a block each; so have those that wait for one another's results.
LogicalResult KernelLowering::analyze() {
  FailureOr<KernelForm> form = matchKernelForm(source);
  if (failed(form) || llvm::any_of(form->generics, [](linalg::GenericOp op) { return failed(verifyGeneric(op)); }))
    return failure();
  forall = form->forall;
  grid.emplace(forall);
  FailureOr<int64_t> count = countPoints(forall, *grid);
  if (failed(count))
    return failure();
  points = *count;
  mapping = chooseGpuMapping(forall, points);
  if (failed(findGpuBarriers(forall, mapping, barriers)))
    return failure();
  hasLastPoints = forall.walk([](LastPointOp) { return WalkResult::interrupt(); }).wasInterrupted();
  if (!barriers.empty() || hasLastPoints)
    mapping.setOnePoint();
  return success();
}

void KernelLowering::createFunc() {
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  Location loc = forall.getLoc();
  func = gpu::GPUFuncOp::create(b, source.getLoc(), source.getName(), source.getFunctionType());
  func->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  setArgumentAttributes(b);
  func.setKnownBlockSize(ArrayRef<int32_t>{int32_t(mapping.points * mapping.threads), 1, 1});
  func.setKnownGridSize(ArrayRef<int32_t>{int32_t(llvm::divideCeil(points, mapping.points)), 1, 1});

  b.setInsertionPointToStart(&func.getBody().front());
  Value point = linearPoint(b);
  Operation *end = gpu::ReturnOp::create(b, loc);
  b.setInsertionPoint(end);
  if (points % mapping.points) {
    Value size = arith::ConstantIndexOp::create(b, loc, points);
    Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, point, size);
    end = scf::IfOp::create(b, loc, inside, /*withElseRegion=*/false).thenYield();
    b.setInsertionPoint(end);
  }
  replaceIndices(b, point);
  moveBody(end);
  source.erase();
}

/// What LLVM needs for accesses of 16 bytes, in any order, through the cache of what is only read. It takes a barrier
/// for a call that does not touch what is noalias: memory through which threads may reach one another is not.
void KernelLowering::setArgumentAttributes(Builder &b) {
  using Names = LLVM::LLVMDialect;
  bool waits = !barriers.empty() || hasLastPoints ||
               llvm::any_of(mapping.generics, [&](auto &entry) { return mapping.exchangesWarps(entry.first); });
  for (BlockArgument argument : source.getArguments()) {
    unsigned number = argument.getArgNumber();
    func.setArgAttr(number, Names::getAlignAttrName(), b.getI64IntegerAttr(argumentAlignment));
    if (isDisjoint(argument) && !(waits && isWritten(argument)))
      func.setArgAttr(number, Names::getNoAliasAttrName(), b.getUnitAttr());
    if (!isWritten(argument))
      func.setArgAttr(number, Names::getReadonlyAttrName(), b.getUnitAttr());
  }
}

/// The grid point of the thread, and the thread's number in it.
Value KernelLowering::linearPoint(OpBuilder &b) {
  Location loc = forall.getLoc();
  int64_t perBlock = mapping.points, threads = mapping.threads;
  thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x, b.getIndexAttr(perBlock * threads));
  Value block = gpu::BlockIdOp::create(b, loc, gpu::Dimension::x, b.getIndexAttr(llvm::divideCeil(points, perBlock)));
  if (perBlock == 1)
    return block;
  Value threadsOfPoint = arith::ConstantIndexOp::create(b, loc, threads);
  Value inBlock = arith::DivUIOp::create(b, loc, thread, threadsOfPoint);
  thread = arith::RemUIOp::create(b, loc, thread, threadsOfPoint);
  Value first = arith::MulIOp::create(b, loc, block, arith::ConstantIndexOp::create(b, loc, perBlock));
  return arith::AddIOp::create(b, loc, first, inBlock);
}

void KernelLowering::replaceIndices(OpBuilder &b, Value rest) {
  Location loc = forall.getLoc();
  auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); };
  for (unsigned dim = grid->size.size(); dim-- > 0;) {
    Value point = dim ? arith::RemUIOp::create(b, loc, rest, constant(grid->size[dim])).getResult() : rest;
    if (dim)
      rest = arith::DivUIOp::create(b, loc, rest, constant(grid->size[dim]));
    if (grid->step[dim] != 1)
      point = arith::MulIOp::create(b, loc, point, constant(grid->step[dim]));
    if (grid->lower[dim] != 0)
      point = arith::AddIOp::create(b, loc, point, constant(grid->lower[dim]));
    forall.getInductionVar(dim).replaceAllUsesWith(point);
  }
}

void KernelLowering::moveBody(Operation *end) {
  Block &from = source.getBody().front();
  for (auto [oldArgument, newArgument] : llvm::zip_first(from.getArguments(), func.getBody().getArguments()))
    oldArgument.replaceAllUsesWith(newArgument);
  forall.getBody()->getTerminator()->erase();
  for (Operation &op : llvm::make_early_inc_range(from.without_terminator()))
    if (&op != forall)
      op.moveBefore(end);
  for (Operation &op : llvm::make_early_inc_range(*forall.getBody()))
    op.moveBefore(end);
}

void KernelLowering::lowerBody() {
  SmallVector<linalg::GenericOp> generics;
  SmallVector<Operation *> scalars;
  func.walk([&](linalg::GenericOp op) { generics.push_back(op); });
  func.walk([&](Operation *op) {
    if (isa<memref::LoadOp, memref::StoreOp>(op))
      scalars.push_back(op);
  });
  for (Operation *op : barriers) {
    OpBuilder b(op);
    gpu::BarrierOp::create(b, op->getLoc());
  }
  GpuKernelContext kernel(func, mapping, thread);
  for (linalg::GenericOp op : generics)
    GpuGenericLowering(op, kernel).run();
  for (Operation *op : scalars)
    lowerScalarAccess(op, kernel);
  lowerLastPoints(func, thread);
}

struct LowerKernelsToGpu : dpsims::impl::LowerKernelsToGpuBase<LowerKernelsToGpu> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (isKernel(func))
        kernels.push_back(func);
    if (kernels.empty())
      return;
    OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
    auto module = gpu::GPUModuleOp::create(b, getOperation().getLoc(), "kernels");
    getOperation()->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), b.getUnitAttr());
    for (func::FuncOp func : kernels)
      if (failed(KernelLowering(func, module).run()))
        return signalPassFailure();
    int64_t barriers = 0;
    module.walk([&](gpu::BarrierOp) { ++barriers; });
    dpsims::recordStatistics(getOperation(), getArgument(),
                             {{"kernels", int64_t(kernels.size())}, {"barriers", barriers}});
    OpPassManager buffers(gpu::GPUModuleOp::getOperationName());
    buffers.addNestedPass<gpu::GPUFuncOp>(dpsims::createShareGpuBuffers());
    if (failed(runPipeline(buffers, module)))
      return signalPassFailure();
  }
};

} // namespace
