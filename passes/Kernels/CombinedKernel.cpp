// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Kernels/CombinedKernel.h"
#include "passes/Kernels/KernelGroup.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dpsims {
namespace {

scf::ForallOp gridOf(func::FuncOp function) { return *function.getOps<scf::ForallOp>().begin(); }

} // namespace

void CombinedKernel::add(func::FuncOp function, ValueRange inputs, ValueRange outputs) {
  Piece piece = pieceOf(function, inputs, outputs, nullptr);
  int64_t end = (members.empty() ? 0 : members.back().end) + piece.points;
  members.push_back({{std::move(piece)}, end});
}

void CombinedKernel::addTail(func::FuncOp function, ValueRange inputs, ValueRange outputs) {
  members.back().pieces.push_back(pieceOf(function, inputs, outputs, &members.back()));
}

/// What an earlier piece of the member has written is read through the argument by which it was.
CombinedKernel::Piece CombinedKernel::pieceOf(func::FuncOp function, ValueRange inputs, ValueRange outputs,
                                              const Member *before) {
  Piece piece{function, {}, product(gridOf(function).getStaticUpperBound())};
  auto number = [](Arguments &arguments, Value buffer, Type type) {
    return arguments.try_emplace({buffer, type}, arguments.size()).first->second;
  };
  auto written = [&](Value buffer) {
    return llvm::find_if(outputArguments, [&](auto &entry) { return before && entry.first.first == buffer; });
  };
  for (auto [buffer, type] : llvm::zip(inputs, function.getArgumentTypes()))
    if (auto known = written(buffer); known != outputArguments.end())
      piece.arguments.push_back({true, known->second});
    else
      piece.arguments.push_back({false, number(inputArguments, buffer, type)});
  for (auto [buffer, type] : llvm::zip(outputs, function.getArgumentTypes().drop_front(inputs.size())))
    piece.arguments.push_back({true, number(outputArguments, buffer, type)});
  return piece;
}

SmallVector<Value> CombinedKernel::buffersOf(const Arguments &arguments) {
  return llvm::map_to_vector(arguments, [](auto &entry) { return entry.first.first; });
}

func::FuncOp CombinedKernel::function() {
  SmallVector<MemRefType> types;
  for (const Arguments *arguments : {&inputArguments, &outputArguments})
    for (auto &[key, number] : *arguments)
      types.push_back(cast<MemRefType>(key.second));
  KernelBuilder k(location, types, members.back().end);
  result = k.function();
  place(k.b(), k.id(0), members, 0);
  for (Member &member : members)
    for (Piece &piece : member.pieces)
      piece.function.erase();
  return result;
}

/// The members' points from `begin` on: in two halves until one member is left.
void CombinedKernel::place(OpBuilder &b, Value point, ArrayRef<Member> members, int64_t begin) {
  if (members.size() == 1)
    return inlineMember(b, point, members.front(), begin);
  size_t half = members.size() / 2;
  int64_t middle = members[half - 1].end;
  Value bound = arith::ConstantIndexOp::create(b, location, middle);
  Value isFirst = arith::CmpIOp::create(b, location, arith::CmpIPredicate::slt, point, bound);
  auto branch = scf::IfOp::create(b, location, isFirst, /*withElseRegion=*/true);
  OpBuilder first = branch.getThenBodyBuilder(), second = branch.getElseBodyBuilder();
  place(first, point, members.take_front(half), begin);
  place(second, point, members.drop_front(half), middle);
}

/// The tails' points one after another: they are few.
void CombinedKernel::inlineMember(OpBuilder &b, Value point, const Member &member, int64_t begin) {
  const Piece &kernel = member.pieces.front();
  inlinePiece(b, point, kernel, begin);
  if (member.pieces.size() == 1)
    return;
  OpBuilder tails = b;
  if (kernel.points > 1) {
    Value last = LastPointOp::create(b, location, b.getI1Type(), point, begin, kernel.points);
    tails = scf::IfOp::create(b, location, last, /*withElseRegion=*/false).getThenBodyBuilder();
  }
  for (const Piece &tail : ArrayRef(member.pieces).drop_front())
    inlineTail(tails, tail);
}

void CombinedKernel::inlineTail(OpBuilder &b, const Piece &tail) {
  Value zero = arith::ConstantIndexOp::create(b, location, 0);
  if (tail.points == 1)
    return inlinePiece(b, zero, tail, 0);
  Value one = arith::ConstantIndexOp::create(b, location, 1);
  Value end = arith::ConstantIndexOp::create(b, location, tail.points);
  auto loop = scf::ForOp::create(b, location, zero, end, one);
  OpBuilder inner = OpBuilder::atBlockTerminator(loop.getBody());
  inlinePiece(inner, loop.getInductionVar(), tail, 0);
}

/// An argument of the combined kernel as a piece takes it.
Value CombinedKernel::argument(OpBuilder &b, const Argument &argument, Type type) {
  Value value = result.getArgument((argument.isOutput ? inputArguments.size() : 0) + argument.number);
  if (value.getType() == type)
    return value;
  auto shaped = cast<MemRefType>(type);
  auto [strides, offset] = shaped.getStridesAndOffset();
  return memref::ReinterpretCastOp::create(b, location, shaped, value, offset, shaped.getShape(), strides);
}

void CombinedKernel::inlinePiece(OpBuilder &b, Value point, const Piece &piece, int64_t begin) {
  IRMapping map;
  func::FuncOp source = piece.function;
  for (auto [own, given] : llvm::zip_equal(source.getArguments(), piece.arguments))
    map.map(own, argument(b, given, own.getType()));
  scf::ForallOp forall = gridOf(source);
  AffineExpr rest = b.getAffineDimExpr(0) - begin;
  auto sizes = forall.getStaticUpperBound();
  for (size_t d = sizes.size(); d-- > 0;) {
    AffineExpr index = d ? rest % sizes[d] : rest;
    OpFoldResult id = affine::makeComposedFoldedAffineApply(b, location, index, OpFoldResult(point));
    map.map(forall.getInductionVar(d), getValueOrCreateConstantIndexOp(b, location, id));
    rest = rest.floorDiv(sizes[d]);
  }
  llvm::DenseMap<Type, unsigned> count;
  for (Operation &op : forall.getBody()->without_terminator()) {
    if (auto buffer = dyn_cast<memref::AllocaOp>(op))
      map.map(buffer.getResult(), sharedBuffer(buffer.getType(), count[buffer.getType()]++));
    else
      b.clone(op, map);
  }
}

/// The `number`th of a point's buffers of that type.
Value CombinedKernel::sharedBuffer(Type type, unsigned number) {
  Value &buffer = buffers[{type, number}];
  if (!buffer) {
    OpBuilder b = OpBuilder::atBlockBegin(gridOf(result).getBody());
    buffer = memref::AllocaOp::create(b, location, cast<MemRefType>(type));
  }
  return buffer;
}

} // namespace dpsims
