// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/FusedParts.h"
#include "dialect/Builders.h"

using namespace mlir;

namespace dpsims {
namespace {

/// The op and all that it needs within its block.
void collect(Operation *op, Block &body, llvm::SetVector<Operation *> &ops) {
  if (!op || op->getBlock() != &body || !ops.insert(op))
    return;
  for (Value operand : op->getOperands())
    collect(operand.getDefiningOp(), body, ops);
}

bool isElementwiseOrConstant(Operation *op) { return isElementwise(op) || isa<ConstantOp>(op); }

/// The arguments that ops which make an element of the result of each element read.
SmallVector<BlockArgument> likeArguments(Value result, const llvm::SetVector<Operation *> &ops) {
  SmallVector<BlockArgument> arguments;
  if (ops.empty() || !llvm::all_of(ops, isElementwiseOrConstant))
    return arguments;
  for (Operation *op : ops)
    for (Value operand : op->getOperands())
      if (auto argument = dyn_cast<BlockArgument>(operand); argument && shapeOf(argument) == shapeOf(result))
        arguments.push_back(argument);
  return arguments;
}

/// Joins the parts that share an op that is not a constant, or that read an element each of one argument.
class Parts {
public:
  void add(unsigned result, Value value, const llvm::SetVector<Operation *> &ops) {
    size_t into = parts.size();
    parts.push_back({ops, {result}});
    for (Operation *op : ops)
      if (auto known = partOf.find(op); known != partOf.end())
        into = join(into, known->second);
    SmallVector<BlockArgument> arguments = likeArguments(value, ops);
    for (BlockArgument argument : arguments)
      if (auto known = readerOf.find(argument); known != readerOf.end())
        into = join(into, partOf.lookup(known->second));
    for (Operation *op : parts[into].ops)
      if (!isa<ConstantOp>(op))
        partOf[op] = into;
    for (BlockArgument argument : arguments)
      readerOf[argument] = value.getDefiningOp();
  }

  SmallVector<FusedPart> take() {
    llvm::erase_if(parts, [](FusedPart &part) { return part.results.empty(); });
    for (FusedPart &part : parts) {
      auto ops = part.ops.takeVector();
      llvm::sort(ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
      part.ops.insert(ops.begin(), ops.end());
      llvm::sort(part.results);
    }
    return std::move(parts);
  }

private:
  size_t join(size_t a, size_t b) {
    auto [into, from] = std::minmax(a, b);
    if (into == from)
      return into;
    parts[into].ops.insert(parts[from].ops.begin(), parts[from].ops.end());
    llvm::append_range(parts[into].results, parts[from].results);
    for (Operation *op : parts[from].ops)
      if (!isa<ConstantOp>(op))
        partOf[op] = into;
    parts[from] = {};
    return into;
  }

  SmallVector<FusedPart> parts;
  llvm::DenseMap<Operation *, size_t> partOf;
  llvm::DenseMap<Value, Operation *> readerOf; // an op of a part that reads an argument's elements
};

} // namespace

SmallVector<FusedPart> partsOf(Block &body) {
  Parts parts;
  for (auto [i, value] : llvm::enumerate(cast<YieldOp>(body.getTerminator()).getValues())) {
    llvm::SetVector<Operation *> ops;
    collect(value.getDefiningOp(), body, ops);
    parts.add(i, value, ops);
  }
  return parts.take();
}

bool isRowReduction(Operation *op) {
  constexpr int64_t longest = 8192; // elements, which are in a processor's nearest cache
  auto reduce = dyn_cast<ReduceOp>(op);
  if (!reduce)
    return false;
  ArrayRef<int64_t> shape = shapeOf(reduce.getX());
  return reduce.getAxes() == SmallVector<int64_t>{int64_t(shape.size()) - 1} && shape.back() > 1 &&
         shape.back() <= longest;
}

bool isArithmetic(Operation *op) { return isElementwise(op) || isa<ConstantOp, SliceOp, TransposeOp>(op); }

bool isElementwiseOn(Value value, Operation *last) {
  llvm::SetVector<Value> values;
  values.insert(value);
  for (size_t i = 0; i < values.size(); ++i) // grows
    for (Operation *user : values[i].getUsers()) {
      if (isa<YieldOp>(user))
        continue;
      if (!isElementwise(user) || shapeOf(user->getResult(0)) != shapeOf(value))
        return false;
      if (user != last)
        values.insert(user->getResult(0));
    }
  return true;
}

} // namespace dpsims
