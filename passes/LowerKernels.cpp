// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Each kind of kernel in a function of its own: pointwise groups, concat, rows (softmax, layer_norm), reductions,
// pooling, padding, edges.
#include "passes/KernelBuilder.h"
#include "passes/Passes.h"
#include "passes/Payload.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_LOWERKERNELS
#include "passes/Passes.h.inc"

namespace {

using Shape = SmallVector<int64_t>;

/// Lanes of a kernel that splits channels or a flat range: enough to fill vectors, few enough for many grid points.
constexpr int64_t mostLanes = 64, longestChunk = 4096;

int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

int64_t largestDivisor(int64_t n, int64_t most) {
  for (int64_t d = std::min(n, most); d > 1; --d)
    if (n % d == 0)
      return d;
  return 1;
}

MemRefType memref(Type tensor, std::optional<Shape> shape = {}) {
  auto type = cast<RankedTensorType>(tensor);
  Type element = type.getElementType();
  if (element.isInteger(8))
    element = IntegerType::get(tensor.getContext(), 8); // kernels have no signs
  return MemRefType::get(shape ? *shape : Shape(type.getShape()), element);
}

//===-- Pointwise groups ------------------------------------------------------------------------------------------===//

/// Computes one value of a group at an access, for a row of lanes: elementwise ops in the payload of one linalg.generic,
/// ops that pick elements in the accesses of its inputs.
class RowEmitter {
public:
  /// `shapes` of the group's arguments; `collapsed`: they have the rank of the collapsed result.
  RowEmitter(KernelBuilder &kernel, ArrayRef<Shape> shapes, int64_t lanes, bool collapsed = false)
      : k(kernel), shapes(shapes), lanes(lanes), collapsed(collapsed) {}

  void emit(Value value, const Access &access, Value output) {
    collect(value, access);
    SmallVector<Value> views;
    for (const Node &node : nodes)
      if (isa<BlockArgument>(node.value))
        views.push_back(k.row(k.argument(cast<BlockArgument>(node.value).getArgNumber()), node.access, lanes));
    k.map(views, output, [&](ImplicitLocOpBuilder &b, ValueRange arguments) { return compute(b, arguments); });
  }

private:
  /// A value of the group at a place: an input's row, or an op on earlier nodes.
  struct Node {
    Value value;
    Access access;
    SmallVector<unsigned> operands;
  };

  static bool same(const Access &a, const Access &b) {
    return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
      auto &[x, y] = pair;
      return x.base == y.base && x.laneStride == y.laneStride;
    });
  }

  Shape shapeIn(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return shapes[argument.getArgNumber()];
    return Shape(shapeOf(value));
  }

  /// The access of an operand that broadcasts to the result.
  Access broadcast(Value operand, const Access &access) {
    if (collapsed && !isa<BlockArgument>(operand))
      return access;
    Shape shape = shapeIn(operand);
    Access result;
    for (auto [size, position] : llvm::zip(shape, ArrayRef(access).take_back(shape.size())))
      result.push_back(size == 1 ? Position{k.index(0), 0} : position);
    return result;
  }

  Access operandAccess(Operation *op, Value operand, const Access &access) {
    if (auto upsample = dyn_cast<UpsampleOp>(op)) {
      Access result = access;
      for (unsigned d : {1, 2})
        result[d].base = k.floorDiv(access[d].base, intOr(upsample.getFactor(), 1));
      return result;
    }
    if (auto slice = dyn_cast<SliceOp>(op)) {
      Access result;
      Shape start = intList(slice.getStart()), step = intList(slice.getStep());
      for (auto [i, position] : llvm::enumerate(access))
        result.push_back({k.affine(position.base, step[i], start[i]), position.laneStride * step[i]});
      return result;
    }
    if (auto transpose = dyn_cast<TransposeOp>(op)) {
      Access result(access.size());
      for (auto [i, axis] : llvm::enumerate(intList(transpose.getPerm())))
        result[axis] = access[i];
      return result;
    }
    if (isa<OneHotOp>(op))
      return Access(ArrayRef(access).drop_back());
    return broadcast(operand, access);
  }

  /// The nodes that the value needs, operands first, each once however often it is read: gives the value's own. A payload
  /// computes no index, so every access is known before it is built.
  unsigned collect(Value value, const Access &access) {
    for (unsigned known : nodesOf.lookup(value))
      if (same(nodes[known].access, access))
        return known;
    Node node{value, access, {}};
    if (Operation *op = value.getDefiningOp())
      for (Value operand : op->getOperands())
        node.operands.push_back(collect(operand, operandAccess(op, operand, access)));
    nodes.push_back(node);
    nodesOf[value].push_back(nodes.size() - 1);
    return nodes.size() - 1;
  }

  Value compute(ImplicitLocOpBuilder &b, ValueRange arguments) {
    SmallVector<Value> values;
    for (const Node &node : nodes) {
      SmallVector<Value> operands = llvm::map_to_vector(node.operands, [&](unsigned i) { return values[i]; });
      if (isa<BlockArgument>(node.value)) {
        values.push_back(arguments.front());
        arguments = arguments.drop_front();
      } else
        values.push_back(compute(b, node, operands));
    }
    return values.back();
  }

  Value compute(ImplicitLocOpBuilder &b, const Node &node, ValueRange operands) {
    Operation *op = node.value.getDefiningOp();
    Position last = node.access.empty() ? Position{k.index(0), 0} : node.access.back();
    if (auto constant = dyn_cast<ConstantOp>(op))
      return constantAt(b, constant, last);
    if (isa<OneHotOp>(op)) {
      Value equal = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, operands[0], lane(b, last));
      return arith::SelectOp::create(b, equal, number(b, 1), number(b, 0));
    }
    Value result = elementPayload(b, op, operands);
    return result ? result : operands[0]; // upsample, slice, broadcast, transpose
  }

  static Value number(ImplicitLocOpBuilder &b, double value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(float(value)));
  }

  /// The index along a dimension, i32.
  Value lane(ImplicitLocOpBuilder &b, const Position &position) {
    Type i32 = b.getI32Type();
    if (position.laneStride == 0)
      return arith::IndexCastOp::create(b, i32, getValueOrCreateConstantIndexOp(b, b.getLoc(), position.base));
    Value index = arith::IndexCastOp::create(b, i32, linalg::IndexOp::create(b, 0).getResult());
    if (position.laneStride != 1)
      index = arith::MulIOp::create(b, index, arith::ConstantOp::create(b, b.getI32IntegerAttr(position.laneStride)));
    int64_t base = getConstantIntValue(position.base).value_or(0);
    if (base)
      index = arith::AddIOp::create(b, index, arith::ConstantOp::create(b, b.getI32IntegerAttr(base)));
    return index;
  }

  /// A number, or the entry of a list that belongs to the last dimension's index.
  Value constantAt(ImplicitLocOpBuilder &b, ConstantOp constant, const Position &last) {
    auto list = dyn_cast<ArrayAttr>(constant.getValue());
    if (!list)
      return number(b, floatOr(constant.getValue(), 0));
    Value result = number(b, floatOr(list[0], 0));
    if (list.size() == 1)
      return result;
    Value index = lane(b, last);
    for (size_t i = 1; i < list.size(); ++i) {
      Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, index,
                                         arith::ConstantOp::create(b, b.getI32IntegerAttr(i)));
      result = arith::SelectOp::create(b, here, number(b, floatOr(list[i], 0)), result);
    }
    return result;
  }

  KernelBuilder &k;
  ArrayRef<Shape> shapes;
  int64_t lanes;
  bool collapsed;
  SmallVector<Node> nodes;
  llvm::DenseMap<Value, SmallVector<unsigned>> nodesOf;
};

/// The kernel of one compute step.
class Lowering {
public:
  explicit Lowering(ComputeOp step) : step(step), body(step.getBody().front()) {
    yield = cast<YieldOp>(body.getTerminator());
    root = yield.getValues()[0].getDefiningOp();
  }

  FailureOr<func::FuncOp> run() {
    if (yield.getValues().size() != 1 && !isa_and_nonnull<BatchStatisticsOp>(root))
      return step.emitError() << "no kernel computes " << yield.getValues().size() << " results";
    for (Operation &op : body.without_terminator())
      if (&op != root && !isPointwise(&op))
        return op.emitError() << "no kernel computes " << op.getName().stripDialect() << " in the middle of a group";
    if (!root || isPointwise(root))
      return pointwise();
    if (!isa<ConcatOp>(root))
      for (Operation &op : body.without_terminator())
        if (&op != root)
          return op.emitError() << "no kernel computes " << root->getName().stripDialect() << " of "
                                << op.getName().stripDialect() << ": they need a fused op each";
    return llvm::TypeSwitch<Operation *, FailureOr<func::FuncOp>>(root)
        .Case<ConcatOp, SoftmaxOp, LayerNormOp, ReduceOp, BatchStatisticsOp, MaxPoolOp, PadOp, InstanceEdgesOp>(
            [&](auto op) { return lower(op); })
        .Default([&](Operation *op) {
          return op->emitError() << op->getName().stripDialect() << ": no kernel computes it";
        });
  }

private:
  static bool isPointwise(Operation *op) {
    return isElementwise(op) || isPicking(op) || isa<TransposeOp, ConstantOp>(op);
  }

  //===-- Arguments ---------------------------------------------------------------------------------------------===//

  /// Inputs and outputs with the shapes given (those of the tensors where none is).
  KernelBuilder start(ArrayRef<int64_t> grid, ArrayRef<Shape> inputs, ArrayRef<Shape> outputs) {
    SmallVector<MemRefType> types;
    for (auto [i, argument] : llvm::enumerate(body.getArguments()))
      types.push_back(memref(argument.getType(), inputs.empty() ? std::optional<Shape>() : inputs[i]));
    for (auto [i, value] : llvm::enumerate(yield.getValues()))
      types.push_back(memref(value.getType(), outputs.empty() ? std::optional<Shape>() : outputs[i]));
    return KernelBuilder(step.getLoc(), types, grid);
  }

  unsigned outputArgument(unsigned i = 0) { return body.getNumArguments() + i; }

  SmallVector<Shape> argumentShapes() {
    return llvm::map_to_vector(body.getArguments(), [](BlockArgument a) { return Shape(shapeOf(a)); });
  }

  //===-- Pointwise ---------------------------------------------------------------------------------------------===//

  FailureOr<func::FuncOp> pointwise() {
    Value value = yield.getValues()[0];
    Shape shape(shapeOf(value));
    SmallVector<Shape> shapes = argumentShapes();
    bool plain = llvm::all_of(body.without_terminator(), [](Operation &op) {
      return isElementwise(&op) || (isa<ConstantOp>(op) && !isa<ArrayAttr>(cast<ConstantOp>(op).getValue()));
    });
    if (plain)
      collapse(shape, shapes);
    if (shape.empty())
      shape = {1};
    KernelBuilder k = start(ArrayRef(shape).drop_back(), shapes, {shape});
    Access access;
    for (size_t d = 0; d + 1 < shape.size(); ++d)
      access.push_back({k.id(d), 0});
    access.push_back({k.index(0), 1});
    Value out = k.row(k.argument(outputArgument()), access, shape.back());
    RowEmitter(k, shapes, shape.back(), plain).emit(value, access, out);
    return k.function();
  }

  /// Merges neighbouring dimensions along which every input either varies or does not, then cuts a long last one.
  void collapse(Shape &shape, SmallVectorImpl<Shape> &shapes) {
    size_t rank = shape.size();
    for (Shape &s : shapes)
      s.insert(s.begin(), rank - s.size(), 1);
    for (size_t d = 1; d < shape.size();) {
      auto merges = [&](Shape &s) { return s[d - 1] == shape[d - 1] && s[d] == shape[d]; };
      auto fixed = [&](Shape &s) { return s[d - 1] == 1 && s[d] == 1; };
      if (!llvm::all_of(shapes, [&](Shape &s) { return merges(s) || fixed(s); })) {
        ++d;
        continue;
      }
      auto merge = [&](Shape &s) {
        s[d - 1] *= s[d];
        s.erase(s.begin() + d);
      };
      merge(shape);
      llvm::for_each(shapes, merge);
    }
    int64_t last = shape.empty() ? 1 : shape.back();
    int64_t chunk = largestDivisor(last, longestChunk);
    if (last <= longestChunk || chunk < mostLanes)
      return;
    auto cut = [&](Shape &s) {
      bool varies = s.back() != 1;
      s.back() = varies ? last / chunk : 1;
      s.push_back(varies ? chunk : 1);
    };
    cut(shape);
    llvm::for_each(shapes, cut);
  }

  //===-- Concat, pad -------------------------------------------------------------------------------------------===//

  FailureOr<func::FuncOp> lower(ConcatOp concat) {
    Shape shape(shapeOf(concat.getResult()));
    SmallVector<Shape> shapes = argumentShapes();
    size_t axis = intOr(concat.getAxis(), 0), last = shape.size() - 1;
    KernelBuilder k = start(ArrayRef(shape).drop_back(), {}, {});
    int64_t offset = 0;
    for (Value input : concat.getInputs()) {
      int64_t size = shapeOf(input)[axis], lanes = axis == last ? size : shape[last];
      Access from, to;
      for (size_t d = 0; d < last; ++d) {
        to.push_back({k.id(d), 0});
        from.push_back({d == axis ? k.affine(k.id(d), 1, -offset) : OpFoldResult(k.id(d)), 0});
      }
      from.push_back({k.index(0), 1});
      to.push_back({k.index(axis == last ? offset : 0), 1});
      auto copy = [&] {
        RowEmitter(k, shapes, lanes).emit(input, from, k.row(k.argument(outputArgument()), to, lanes));
      };
      if (axis == last)
        copy();
      else
        inRange(k, k.id(axis), offset, offset + size, copy);
      offset += size;
    }
    return k.function();
  }

  /// Runs `emit` below `low <= index < high`.
  static void inRange(KernelBuilder &k, Value index, int64_t low, int64_t high, llvm::function_ref<void()> emit) {
    ImplicitLocOpBuilder &b = k.b();
    Value above = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, index, k.asValue(k.index(low)));
    Value below = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, index, k.asValue(k.index(high)));
    auto branch = scf::IfOp::create(b, arith::AndIOp::create(b, above, below), /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    emit();
  }

  FailureOr<func::FuncOp> lower(PadOp pad) {
    Shape shape(shapeOf(pad.getResult())), from(shapeOf(pad.getInputs()[0])), low = intList(pad.getLow());
    size_t last = shape.size() - 1;
    KernelBuilder k = start(ArrayRef(shape).drop_back(), {}, {});
    Access to, source;
    for (size_t d = 0; d < last; ++d) {
      to.push_back({k.id(d), 0});
      source.push_back({k.affine(k.id(d), 1, -low[d]), 0});
    }
    to.push_back({k.index(0), 1});
    k.fill(k.row(k.argument(1), to, shape[last]), 0);
    to[last].base = k.index(low[last]);
    source.push_back({k.index(0), 1});
    std::function<void(size_t)> nest = [&](size_t d) {
      if (d < last)
        return inRange(k, k.id(d), low[d], low[d] + from[d], [&] { nest(d + 1); });
      k.map(k.row(k.argument(0), source, from[last]), k.row(k.argument(1), to, from[last]),
            [](ImplicitLocOpBuilder &, ValueRange x) { return x[0]; });
    };
    nest(0);
    return k.function();
  }

  //===-- Rows --------------------------------------------------------------------------------------------------===//

  static Value addf(ImplicitLocOpBuilder &b, ValueRange x) { return arith::AddFOp::create(b, x[0], x[1]); }
  static Value maxf(ImplicitLocOpBuilder &b, ValueRange x) { return arith::MaximumFOp::create(b, x[0], x[1]); }
  static Value identity(ImplicitLocOpBuilder &, ValueRange x) { return x[0]; }

  FailureOr<func::FuncOp> lower(SoftmaxOp softmax) {
    Shape shape(shapeOf(softmax.getResult()));
    int64_t columns = shape.back(), rows = product(shape) / columns;
    KernelBuilder k = start({rows}, {{rows, columns}}, {{rows, columns}});
    double scale = floatOr(softmax.getScale().value_or(Attribute()), 1.0);
    auto scaled = [&](ImplicitLocOpBuilder &b, ValueRange x) -> Value {
      return arith::MulFOp::create(b, x[0], arith::ConstantOp::create(b, b.getF32FloatAttr(float(scale))));
    };
    Access access{{k.id(0), 0}, {k.index(0), 1}};
    Value x = k.row(k.argument(0), access, columns), y = k.row(k.argument(1), access, columns);
    Value most = k.local({}), sum = k.local({});
    k.fill(most, -std::numeric_limits<float>::infinity());
    k.fill(sum, 0);
    k.reduce(x, most, scaled, maxf);
    k.map({x, most}, y, [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      return math::ExpOp::create(b, arith::SubFOp::create(b, scaled(b, v), v[1]));
    });
    k.reduce(y, sum, identity, addf);
    k.store(arith::DivFOp::create(k.b(), k.constant(1), k.load(sum)), sum);
    k.map({y, sum}, y, [](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      return arith::MulFOp::create(b, v[0], v[1]);
    });
    return k.function();
  }

  FailureOr<func::FuncOp> lower(LayerNormOp norm) {
    Shape shape(shapeOf(norm.getResult()));
    int64_t columns = shape.back(), rows = product(shape) / columns;
    SmallVector<Shape> inputs = argumentShapes();
    unsigned xArgument = cast<BlockArgument>(norm.getInputs()[0]).getArgNumber();
    inputs[xArgument] = {rows, columns};
    KernelBuilder k = start({rows}, inputs, {{rows, columns}});
    Access access{{k.id(0), 0}, {k.index(0), 1}};
    Value x = k.row(k.argument(xArgument), access, columns), y = k.row(k.argument(outputArgument()), access, columns);
    Value mean = k.local({}), scale = k.local({});
    moments(k, x, mean, scale, columns);
    Value variance = arith::AddFOp::create(k.b(), k.load(scale), k.constant(floatOr(norm.getEps(), 0)));
    k.store(arith::DivFOp::create(k.b(), k.constant(1), math::SqrtOp::create(k.b(), variance)), scale);
    SmallVector<Value> operands{x, mean, scale};
    for (Value vector : norm.getInputs().drop_front())
      operands.push_back(k.argument(cast<BlockArgument>(vector).getArgNumber()));
    k.map(operands, y, [](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      Value result = arith::MulFOp::create(b, arith::SubFOp::create(b, v[0], v[1]), v[2]);
      if (v.size() > 4)
        result = arith::MulFOp::create(b, result, v[3]);
      return v.size() > 5 ? arith::AddFOp::create(b, result, v[4]).getResult() : result;
    });
    return k.function();
  }

  /// Mean and biased variance of a row into two scalars.
  static void moments(KernelBuilder &k, Value x, Value mean, Value variance, int64_t count) {
    auto average = [&](Value scalar) {
      k.store(arith::MulFOp::create(k.b(), k.load(scalar), k.constant(1.0f / count)), scalar);
    };
    k.fill(mean, 0);
    k.reduce(x, mean, identity, addf);
    average(mean);
    k.fill(variance, 0);
    k.reduce({x, mean}, variance, squaredDifference, addf);
    average(variance);
  }

  static Value squaredDifference(ImplicitLocOpBuilder &b, ValueRange v) {
    Value d = arith::SubFOp::create(b, v[0], v[1]);
    return arith::MulFOp::create(b, d, d);
  }

  //===-- Reductions --------------------------------------------------------------------------------------------===//

  /// How a reduction is laid out: the grid runs over what is kept, loops over the reduced dimensions but the last of
  /// them, and one linalg.generic over that one (and, where the channels are kept, a block of channels).
  struct Reduction {
    Shape shape;              // of the input
    SmallVector<bool> axes;   // reduced?
    int64_t lanes;            // channels at a time; 0 where the channels are reduced
    Shape grid;
    SmallVector<int> gridOf;  // a dimension's place in the grid, or -1

    Reduction(ArrayRef<int64_t> input, ArrayRef<int64_t> reduced) : shape(input), axes(input.size(), false) {
      for (int64_t axis : reduced)
        axes[axis] = true;
      lanes = axes.back() ? 0 : largestDivisor(shape.back(), mostLanes);
      if (lanes && lanes < 8 && shape.back() <= 4 * mostLanes)
        lanes = shape.back(); // an odd number of channels: all at once
      gridOf.assign(shape.size(), -1);
      for (size_t d = 0; d < shape.size(); ++d)
        if (!axes[d]) {
          gridOf[d] = grid.size();
          grid.push_back(d + 1 == shape.size() ? shape[d] / lanes : shape[d]);
        }
    }
    int64_t count() const {
      int64_t n = 1;
      for (size_t d = 0; d < shape.size(); ++d)
        n *= axes[d] ? shape[d] : 1;
      return n;
    }
    Shape locals() const { return lanes ? Shape{lanes} : Shape(); }
  };

  static OpFoldResult channelOffset(KernelBuilder &k, const Reduction &r) {
    return k.affine(k.id(r.gridOf.back()), r.lanes, 0);
  }

  /// total = combine over the reduced dimensions of payload(x, extra...); partial sums keep long ones exact.
  static void accumulate(KernelBuilder &k, const Reduction &r, Value x, ValueRange extra, Value total, float neutral,
                         Payload payload, Payload combine) {
    SmallVector<int64_t> loops;
    for (size_t d = 0; d < r.shape.size(); ++d)
      if (r.axes[d])
        loops.push_back(d);
    int64_t inner = loops.empty() ? -1 : loops.pop_back_val();
    SmallVector<OpFoldResult> offsets(r.shape.size(), k.index(0));
    for (size_t d = 0; d < r.shape.size(); ++d)
      if (!r.axes[d])
        offsets[d] = d + 1 == r.shape.size() ? channelOffset(k, r) : OpFoldResult(k.id(r.gridOf[d]));
    Value partial = k.local(r.locals());
    k.fill(total, neutral);
    ImplicitLocOpBuilder &b = k.b();
    OpBuilder::InsertionGuard guard(b);
    for (int64_t d : loops) {
      auto loop = scf::ForOp::create(b, k.asValue(k.index(0)), k.asValue(k.index(r.shape[d])), k.asValue(k.index(1)));
      b.setInsertionPointToStart(loop.getBody());
      offsets[d] = loop.getInductionVar();
    }
    Shape sizes(r.shape.size(), 0);
    if (inner >= 0)
      sizes[inner] = r.shape[inner];
    if (r.lanes)
      sizes.back() = r.lanes;
    SmallVector<Value> operands{k.view(x, offsets, sizes)};
    operands.append(extra.begin(), extra.end());
    k.fill(partial, neutral);
    k.reduce(operands, partial, payload, combine);
    k.map({partial, total}, total, [&](ImplicitLocOpBuilder &nested, ValueRange v) {
      return combine(nested, {v[1], v[0]});
    });
  }

  /// The part of an output, shaped as the input with reduced dimensions 1, that a grid point writes.
  static Value reducedView(KernelBuilder &k, const Reduction &r, Value output) {
    SmallVector<OpFoldResult> offsets;
    Shape sizes(r.shape.size(), 0);
    for (size_t d = 0; d < r.shape.size(); ++d)
      offsets.push_back(r.axes[d]                    ? k.index(0)
                        : d + 1 == r.shape.size() ? channelOffset(k, r)
                                                     : OpFoldResult(k.id(r.gridOf[d])));
    if (r.lanes)
      sizes.back() = r.lanes;
    return k.view(output, offsets, sizes);
  }

  static void scaleInto(KernelBuilder &k, Value from, Value to, float factor) {
    k.map(from, to, [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      return arith::MulFOp::create(b, v[0], arith::ConstantOp::create(b, b.getF32FloatAttr(factor)));
    });
  }

  FailureOr<func::FuncOp> lower(ReduceOp reduce) {
    Reduction r(shapeOf(reduce.getInputs()[0]), intList(reduce.getAxes()));
    KernelBuilder k = start(r.grid, {}, {});
    StringRef kind = cast<StringAttr>(reduce.getKind()).getValue();
    Value total = k.local(r.locals());
    float neutral = kind == "max" ? -std::numeric_limits<float>::infinity() : 0;
    accumulate(k, r, k.argument(0), {}, total, neutral, identity, kind == "max" ? maxf : addf);
    scaleInto(k, total, reducedView(k, r, k.argument(1)), kind == "mean" ? 1.0f / r.count() : 1.0f);
    return k.function();
  }

  FailureOr<func::FuncOp> lower(BatchStatisticsOp statistics) {
    Shape shape(shapeOf(statistics.getInputs()[0])), axes, vector(shape.size(), 1);
    for (size_t d = 0; d + 1 < shape.size(); ++d)
      axes.push_back(d);
    vector.back() = shape.back();
    Reduction r(shape, axes);
    KernelBuilder k = start(r.grid, {shape}, {vector, vector});
    Value mean = k.local(r.locals()), variance = k.local(r.locals());
    accumulate(k, r, k.argument(0), {}, mean, 0, identity, addf);
    scaleInto(k, mean, mean, 1.0f / r.count());
    accumulate(k, r, k.argument(0), mean, variance, 0, squaredDifference, addf);
    scaleInto(k, mean, reducedView(k, r, k.argument(1)), 1.0f);
    scaleInto(k, variance, reducedView(k, r, k.argument(2)), 1.0f / r.count());
    return k.function();
  }

  //===-- Images ------------------------------------------------------------------------------------------------===//

  FailureOr<func::FuncOp> lower(MaxPoolOp pool) {
    Shape shape(shapeOf(pool.getResult())), from(shapeOf(pool.getInputs()[0]));
    int64_t kernel = intOr(pool.getKernel(), 1), stride = intOr(pool.getStride(), 1);
    int64_t padding = intOr(pool.getPadding(), 0), channels = shape[3];
    KernelBuilder k = start(ArrayRef(shape).drop_back(), {}, {});
    Value out = k.row(k.argument(1), {{k.id(0), 0}, {k.id(1), 0}, {k.id(2), 0}, {k.index(0), 1}}, channels);
    k.fill(out, -std::numeric_limits<float>::infinity());
    for (int64_t dy = 0; dy < kernel; ++dy)
      for (int64_t dx = 0; dx < kernel; ++dx) {
        Value y = k.asValue(k.affine(k.id(1), stride, dy - padding));
        Value x = k.asValue(k.affine(k.id(2), stride, dx - padding));
        inRange(k, y, 0, from[1], [&] {
          inRange(k, x, 0, from[2], [&] {
            Value row = k.row(k.argument(0), {{k.id(0), 0}, {y, 0}, {x, 0}, {k.index(0), 1}}, channels);
            k.map({row, out}, out, maxf);
          });
        });
      }
    return k.function();
  }

  /// Rows of an image; neighbours above and below by a row that is held inside, neighbours beside by shifted views.
  FailureOr<func::FuncOp> lower(InstanceEdgesOp edges) {
    Shape shape(shapeOf(edges.getInputs()[0]));
    int64_t height = shape[1], width = shape[2];
    KernelBuilder k = start({shape[0], height}, {}, {shape});
    ImplicitLocOpBuilder &b = k.b();
    auto row = [&](Value memref, Value y, int64_t start, int64_t count) {
      return k.row(memref, {{k.id(0), 0}, {y, 0}, {k.index(start), 1}}, count);
    };
    Value above = arith::MaxSIOp::create(b, k.asValue(k.affine(k.id(1), 1, -1)), k.asValue(k.index(0)));
    Value below = arith::MinSIOp::create(b, k.asValue(k.affine(k.id(1), 1, 1)), k.asValue(k.index(height - 1)));
    Value x = k.argument(0), y = k.argument(1), here = k.id(1);
    auto differs = [](ImplicitLocOpBuilder &b, Value p, Value q) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, p, q);
    };
    auto number = [](ImplicitLocOpBuilder &b, float v) { return arith::ConstantOp::create(b, b.getF32FloatAttr(v)); };
    k.map({row(x, here, 0, width), row(x, above, 0, width), row(x, below, 0, width)}, row(y, here, 0, width),
          [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
            Value any = arith::OrIOp::create(b, differs(b, v[0], v[1]), differs(b, v[0], v[2]));
            return arith::SelectOp::create(b, any, number(b, 1), number(b, 0));
          });
    auto beside = [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      return arith::SelectOp::create(b, differs(b, v[0], v[1]), number(b, 1), v[2]);
    };
    for (int64_t shift : {0, 1})
      if (width > 1) {
        Value out = row(y, here, shift, width - 1);
        k.map({row(x, here, 0, width - 1), row(x, here, 1, width - 1), out}, out, beside);
      }
    return k.function();
  }

  ComputeOp step;
  Block &body;
  YieldOp yield;
  Operation *root;
};

struct LowerKernels : impl::LowerKernelsBase<LowerKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<ComputeOp> steps;
    module.walk([&](ComputeOp step) { steps.push_back(step); });
    llvm::StringMap<std::string> names;
    for (ComputeOp step : steps) {
      FailureOr<func::FuncOp> function = Lowering(step).run();
      if (failed(function))
        return signalPassFailure();
      launch(module, step, *function, names);
    }
  }

  /// Adds the function unless the module has an equal one, and launches it in the step's place.
  void launch(ModuleOp module, ComputeOp step, func::FuncOp function, llvm::StringMap<std::string> &names) {
    std::string text, ops;
    llvm::raw_string_ostream os(text);
    function.print(os, OpPrintingFlags().printGenericOpForm(false));
    std::string &name = names[text];
    for (Operation &op : step.getBody().front().without_terminator())
      if (!isa<ConstantOp>(op))
        ops += (ops.empty() ? "" : "+") + op.getName().stripDialect().str();
    if (name.empty()) {
      name = "k" + std::to_string(names.size() - 1);
      function.setName(name);
      module.push_back(function);
    } else
      function.erase();
    OpBuilder builder(step);
    auto launch = LaunchOp::create(builder, step.getLoc(), FlatSymbolRefAttr::get(builder.getContext(), name),
                                   step.getInputs(), step.getOutputs());
    launch->setAttr("ops", builder.getStringAttr(ops.empty() ? "copy" : ops));
    step.erase();
  }
};

} // namespace
} // namespace dpsims
