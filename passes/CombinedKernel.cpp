// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/CombinedKernel.h"
#include "passes/KernelBuilder.h"

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
  int64_t points = 1;
  for (int64_t size : gridOf(function).getStaticUpperBound())
    points *= size;
  Member member{function, {}, {}, (members.empty() ? 0 : members.back().end) + points};
  auto number = [](Arguments &arguments, Value buffer, Type type) {
    return arguments.try_emplace({buffer, type}, arguments.size()).first->second;
  };
  for (auto [buffer, type] : llvm::zip(inputs, function.getArgumentTypes()))
    member.inputs.push_back(number(inputArguments, buffer, type));
  for (auto [buffer, type] : llvm::zip(outputs, function.getArgumentTypes().drop_front(inputs.size())))
    member.outputs.push_back(number(outputArguments, buffer, type));
  members.push_back(std::move(member));
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
    member.function.erase();
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

void CombinedKernel::inlineMember(OpBuilder &b, Value point, const Member &member, int64_t begin) {
  IRMapping map;
  func::FuncOp source = member.function;
  for (auto [argument, number] : llvm::zip(source.getArguments(), member.inputs))
    map.map(argument, result.getArgument(number));
  for (auto [argument, number] : llvm::zip(source.getArguments().drop_front(member.inputs.size()), member.outputs))
    map.map(argument, result.getArgument(inputArguments.size() + number));
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
