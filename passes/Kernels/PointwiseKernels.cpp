// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that compute each element by itself: pointwise groups, concat, pad.
#include "passes/Kernels/KernelGroup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace dpsims {

namespace {

/// Cuts a long last dimension into chunks, each a grid point.
void cut(const KernelSizes &sizes, Shape &shape, SmallVectorImpl<Shape> &shapes) {
  int64_t last = shape.back(), chunk = largestDivisor(last, sizes.chunk);
  if (last <= sizes.chunk || chunk < sizes.lanes)
    return;
  auto cutOne = [&](Shape &s) {
    bool varies = s.back() != 1;
    s.back() = varies ? last / chunk : 1;
    s.push_back(varies ? chunk : 1);
  };
  cutOne(shape);
  llvm::for_each(shapes, cutOne);
}

/// The dimension of the result that runs along the last one of a transposition's operand, where the result's own last
/// one is too short for vectors.
std::optional<size_t> longerLane(KernelGroup &group, ArrayRef<int64_t> shape) {
  for (auto transpose : group.body.getOps<TransposeOp>()) {
    Shape perm = transpose.getPerm();
    size_t lane = llvm::find(perm, int64_t(perm.size()) - 1) - perm.begin();
    if (shape.size() == perm.size() && shape.back() < 8 && shape[lane] > shape.back())
      return lane;
  }
  return std::nullopt;
}

} // namespace

KernelFunction lowerPointwise(KernelGroup &group) {
  Shape shape(shapeOf(group.yield.getValues()[0]));
  SmallVector<Shape> shapes = group.argumentShapes();
  bool plain = group.isPlain();
  if (plain)
    KernelGroup::collapse(shape, shapes);
  if (shape.empty())
    shape = {1};
  if (plain)
    cut(group.sizes, shape, shapes);
  std::optional<size_t> lane = plain ? std::nullopt : longerLane(group, shape);
  Shape grid(shape.begin(), shape.end() - 1);
  if (lane)
    grid[*lane] = 1;
  KernelBuilder k = group.start(grid, shapes, SmallVector<Shape>(group.yield.getValues().size(), shape));
  Access access = rowAccess(k, shape.size());
  SmallVector<Loop> loops{{shape.back()}};
  if (lane) {
    loops.push_back({shape[*lane]});
    access[*lane] = {k.index(0), 1, 1};
  }
  SmallVector<KernelOperand> outputs;
  for (size_t i = 0; i < group.yield.getValues().size(); ++i)
    outputs.push_back(k.operand(k.argument(group.outputArgument(i)), access, loops));
  GroupEmitter(k, shapes, loops, plain).map(group.yield.getValues(), access, outputs);
  return k.function();
}

/// Each piece is computed where it lies in the result: along the last axis a row has all of them, else it is of one.
KernelFunction lowerConcat(KernelGroup &group, ConcatOp concat) {
  Shape shape(shapeOf(concat.getResult()));
  SmallVector<Shape> shapes = group.argumentShapes();
  size_t axis = concat.getAxis(), last = shape.size() - 1;
  KernelBuilder k = group.start(ArrayRef(shape).drop_back(), {}, {});
  int64_t offset = 0;
  for (Value input : concat.getParts()) {
    int64_t size = shapeOf(input)[axis];
    Access from = rowAccess(k, shape.size()), to = from;
    Loop row{axis == last ? size : shape[last]};
    auto compute = [&] {
      GroupEmitter(k, shapes, row).map(input, from, k.operand(k.argument(group.outputArgument()), to, row));
    };
    if (axis == last) {
      to[axis].base = k.index(offset);
      compute();
    } else {
      from[axis].base = k.affine(k.id(axis), 1, -offset);
      k.when(k.inside(k.id(axis), offset, offset + size), compute);
    }
    offset += size;
  }
  return k.function();
}

/// Zeros, then what lies in the row of the operand, if one does.
KernelFunction lowerPad(KernelGroup &group, PadOp pad) {
  Shape shape(shapeOf(pad.getResult())), from(shapeOf(pad.getX())), low = pad.getLow();
  Shape step = pad.getInterior().value_or(Shape(shape.size(), 0));
  for (int64_t &s : step)
    ++s;
  size_t last = shape.size() - 1;
  SmallVector<Shape> shapes = group.argumentShapes();
  KernelBuilder k = group.start(ArrayRef(shape).drop_back(), {}, {});
  Value output = k.argument(group.outputArgument());
  Access to = rowAccess(k, shape.size()), source = to;
  k.fill(k.row(output, to, shape[last]), 0);
  to[last] = {k.index(low[last]), step[last]};
  std::function<void(size_t)> nest = [&](size_t d) {
    if (d == last) {
      Loop row{from[last]};
      return GroupEmitter(k, shapes, row).map(pad.getX(), source, k.operand(output, to, row));
    }
    auto next = [&] { nest(d + 1); };
    if (from[d] == shape[d])
      return next();
    source[d].base = k.floorDiv(k.affine(k.id(d), 1, -low[d]), step[d]);
    k.when(k.inside(source[d].base, 0, from[d]), [&] {
      if (step[d] == 1)
        return next();
      Value on = k.asValue(k.affine(source[d].base, step[d], low[d]));
      k.when(arith::CmpIOp::create(k.b(), arith::CmpIPredicate::eq, k.id(d), on), next);
    });
  };
  nest(0);
  return k.function();
}

} // namespace dpsims
