// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Kernels/KernelGroup.h"
#include "dialect/Scalars.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <numeric>

using namespace mlir;

namespace dpsims {

int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

int64_t largestDivisor(int64_t n, int64_t most) {
  for (int64_t d = std::min(n, most); d > 1; --d)
    if (n % d == 0)
      return d;
  return 1;
}

//===-- The group -------------------------------------------------------------------------------------------------===//

KernelGroup::KernelGroup(ComputeOp step, const KernelSizes &sizes)
    : step(step), sizes(sizes), body(step.getBody().front()), yield(cast<YieldOp>(body.getTerminator())),
      root(yield.getValues()[0].getDefiningOp()) {}

bool KernelGroup::isPointwise(Operation *op) { return op->hasTrait<Pointwise>(); }

bool KernelGroup::isPlain() {
  return llvm::all_of(body.without_terminator(), [&](Operation &op) {
    auto constant = dyn_cast<ConstantOp>(op);
    if (constant)
      return !isa<ArrayAttr>(constant.getValue());
    return isElementwise(&op) || isRowReduction(&op) || (&op == root && !isPointwise(root));
  });
}

Conv2dLabelsOp KernelGroup::labels() {
  auto found = body.getOps<Conv2dLabelsOp>();
  return found.empty() ? Conv2dLabelsOp() : *found.begin();
}

bool KernelGroup::hasRows() {
  return root && isElementwise(root) &&
         llvm::any_of(body.without_terminator(), [](Operation &op) { return isRowReduction(&op); });
}

SmallVector<Shape> KernelGroup::argumentShapes() {
  return llvm::map_to_vector(body.getArguments(), [](BlockArgument a) { return Shape(shapeOf(a)); });
}

void KernelGroup::collapse(Shape &shape, SmallVectorImpl<Shape> &shapes, SmallVectorImpl<bool> *marks) {
  for (Shape &s : shapes)
    s.insert(s.begin(), shape.size() - s.size(), 1);
  auto erase = [&](size_t d) {
    shape.erase(shape.begin() + d);
    for (Shape &s : shapes)
      s.erase(s.begin() + d);
    if (marks)
      marks->erase(marks->begin() + d);
  };
  for (size_t d = shape.size(); d-- > 0 && shape.size() > 1;)
    if (shape[d] == 1)
      erase(d);
  for (size_t d = 1; d < shape.size();) {
    bool alike = llvm::all_of(shapes, [&](Shape &s) { return (s[d - 1] == shape[d - 1]) == (s[d] == shape[d]); });
    if (!alike || (marks && (*marks)[d - 1] != (*marks)[d])) {
      ++d;
      continue;
    }
    shape[d] *= shape[d - 1];
    for (Shape &s : shapes)
      s[d] *= s[d - 1];
    erase(d - 1);
  }
}

namespace {
MemRefType memrefType(Type tensor, ArrayRef<int64_t> shape) {
  Type element = cast<RankedTensorType>(tensor).getElementType();
  if (element.isInteger(8))
    element = IntegerType::get(tensor.getContext(), 8); // kernels have no signs
  return MemRefType::get(shape, element);
}
} // namespace

KernelBuilder KernelGroup::start(ArrayRef<int64_t> grid, ArrayRef<Shape> inputs, ArrayRef<Shape> outputs) {
  SmallVector<MemRefType> types;
  auto add = [&](ValueRange values, ArrayRef<Shape> shapes) {
    for (auto [i, value] : llvm::enumerate(values))
      types.push_back(memrefType(value.getType(), shapes.empty() ? shapeOf(value) : ArrayRef(shapes[i])));
  };
  add(body.getArguments(), inputs);
  add(yield.getValues(), outputs);
  return KernelBuilder(step.getLoc(), types, grid);
}

Access rowAccess(KernelBuilder &k, size_t rank) {
  Access access;
  for (size_t d = 0; d + 1 < rank; ++d)
    access.push_back({k.id(d)});
  access.push_back({k.index(0), 1});
  return access;
}

//===-- Accesses --------------------------------------------------------------------------------------------------===//

/// The access of an operand that broadcasts to the result.
Access GroupEmitter::broadcast(Value operand, const Access &access) {
  auto argument = dyn_cast<BlockArgument>(operand);
  if (collapsed && !argument)
    return access;
  ArrayRef<int64_t> shape = argument ? ArrayRef(shapes[argument.getArgNumber()]) : shapeOf(operand);
  Access result;
  for (auto [size, position] : llvm::zip_equal(shape, ArrayRef(access).take_back(shape.size())))
    result.push_back(size == 1 ? Position{k.index(0)} : position);
  return result;
}

Access GroupEmitter::operandAccess(Operation *op, Value operand, const Access &access) {
  if (auto upsample = dyn_cast<UpsampleOp>(op)) {
    Access result = access;
    int64_t factor = upsample.getFactor();
    for (unsigned d : {1, 2}) {
      assert(access[d].stride % factor == 0 && "the kernel's loops follow upsamplings");
      result[d] = {k.floorDiv(access[d].base, factor), access[d].stride / factor, access[d].loop};
    }
    return result;
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    Access result;
    Shape start = slice.getStart(), step = slice.getStep();
    for (auto [i, position] : llvm::enumerate(access))
      result.push_back({k.affine(position.base, step[i], start[i]), position.stride * step[i], position.loop});
    return result;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    Access result(access.size());
    for (auto [i, axis] : llvm::enumerate(transpose.getPerm()))
      result[axis] = access[i];
    return result;
  }
  if (isa<OneHotOp>(op))
    return Access(ArrayRef(access).drop_back());
  if (isElementwise(op) || isa<BroadcastOp>(op))
    return broadcast(operand, access);
  llvm::report_fatal_error(op->getName().getStringRef() + Twine(" reads its operand where no kernel knows"));
}

/// The nodes that the value needs, operands first, each once however often it is read: gives the value's own. A payload
/// computes no access, so every one is known before it is built.
unsigned GroupEmitter::collect(Value value, const Access &access) {
  auto same = [](const Access &a, const Access &b) {
    return llvm::equal(a, b, [](const Position &x, const Position &y) {
      return x.base == y.base && x.stride == y.stride && x.loop == y.loop;
    });
  };
  for (unsigned known : nodesOf.lookup(value))
    if (same(nodes[known].access, access))
      return known;
  Node node{value, access, {}};
  Operation *op = stored.contains(value) ? nullptr : value.getDefiningOp();
  if (op)
    for (Value operand : op->getOperands())
      node.operands.push_back(collect(operand, operandAccess(op, operand, access)));
  nodes.push_back(node);
  nodesOf[value].push_back(nodes.size() - 1);
  return nodes.size() - 1;
}

SmallVector<KernelOperand> GroupEmitter::operands() {
  SmallVector<KernelOperand> result;
  for (const Node &node : nodes)
    if (auto known = stored.find(node.value); known != stored.end())
      result.push_back(known->second);
    else if (auto argument = dyn_cast<BlockArgument>(node.value))
      result.push_back(k.operand(k.argument(argument.getArgNumber()), node.access, loops));
  return result;
}

//===-- Payloads --------------------------------------------------------------------------------------------------===//

void GroupEmitter::map(ValueRange values, const Access &access, ArrayRef<KernelOperand> outputs) {
  auto places = llvm::map_to_vector(values, [&](Value value) { return collect(value, broadcast(value, access)); });
  k.compute(loops, operands(), outputs, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
    SmallVector<Value> computed = compute(b, arguments);
    return llvm::map_to_vector(places, [&](unsigned i) { return computed[i]; });
  });
}

void GroupEmitter::reduce(Value value, const Access &access, const KernelOperand &output, Payload combine) {
  reduce(ValueRange(value), access, ArrayRef(output),
         [&](ImplicitLocOpBuilder &b, ValueRange v) -> SmallVector<Value> { return {combine(b, v)}; });
}

void GroupEmitter::reduce(ValueRange values, const Access &access, ArrayRef<KernelOperand> outputs, Payloads combine) {
  auto places = llvm::map_to_vector(values, [&](Value value) { return collect(value, broadcast(value, access)); });
  k.compute(loops, operands(), outputs, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
    SmallVector<Value> computed = compute(b, arguments);
    SmallVector<Value> pairs(arguments.take_back(outputs.size()));
    for (unsigned place : places)
      pairs.push_back(computed[place]);
    return combine(b, pairs);
  });
}

/// The values of all nodes.
SmallVector<Value> GroupEmitter::compute(ImplicitLocOpBuilder &b, ValueRange arguments) {
  SmallVector<Value> values;
  for (const Node &node : nodes) {
    SmallVector<Value> operands = llvm::map_to_vector(node.operands, [&](unsigned i) { return values[i]; });
    if (isa<BlockArgument>(node.value) || stored.contains(node.value)) {
      values.push_back(arguments.front());
      arguments = arguments.drop_front();
    } else
      values.push_back(compute(b, node, operands));
  }
  return values;
}

Value GroupEmitter::compute(ImplicitLocOpBuilder &b, const Node &node, ValueRange operands) {
  Operation *op = node.value.getDefiningOp();
  if (auto constant = dyn_cast<ConstantOp>(op))
    return constantAt(b, constant, node.access);
  if (auto iota = dyn_cast<IotaOp>(op))
    return index(b, node.access[iota.getAxis()]);
  if (isa<OneHotOp>(op)) {
    Value equal = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, operands[0], index(b, node.access.back()));
    return arith::SelectOp::create(b, equal, number(b, 1), number(b, 0));
  }
  if (auto elementwise = dyn_cast<ElementwiseOpInterface>(op))
    return elementwise.buildPayload(b, operands);
  if (isPicking(op) || isa<TransposeOp>(op))
    return operands[0]; // the element that the access tells
  llvm::report_fatal_error(op->getName().getStringRef() + Twine(" has no scalar form in a kernel"));
}

/// The index along a dimension, i32.
Value GroupEmitter::index(ImplicitLocOpBuilder &b, const Position &position) {
  Type i32 = b.getI32Type();
  std::optional<int64_t> known = getConstantIntValue(position.base);
  Value base = known ? integer(b, *known) : arith::IndexCastOp::create(b, i32, cast<Value>(position.base)).getResult();
  if (position.stride == 0)
    return base;
  Value result = arith::IndexCastOp::create(b, i32, linalg::IndexOp::create(b, position.loop).getResult());
  if (position.stride != 1)
    result = arith::MulIOp::create(b, result, integer(b, position.stride));
  return known == 0 ? result : arith::AddIOp::create(b, result, base).getResult();
}

/// A number, or the entry of a list that belongs to the last dimension's index.
Value GroupEmitter::constantAt(ImplicitLocOpBuilder &b, ConstantOp constant, const Access &access) {
  auto list = dyn_cast<ArrayAttr>(constant.getValue());
  if (!list)
    return number(b, floatOr(constant.getValue(), 0));
  Value result = number(b, floatOr(list[0], 0));
  if (list.size() == 1)
    return result;
  Value here = index(b, access.back());
  for (size_t i = 1; i < list.size(); ++i) {
    Value equal = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, here, integer(b, i));
    result = arith::SelectOp::create(b, equal, number(b, floatOr(list[i], 0)), result);
  }
  return result;
}

} // namespace dpsims
