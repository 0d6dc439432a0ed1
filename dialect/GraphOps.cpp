// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph and its parts.
#include "dialect/Inference.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace dpsims;

LogicalResult GraphOp::verify() {
  llvm::StringSet<> inputs, outputs;
  for (auto input : getBody().getOps<InputOp>()) {
    if (input.getName().empty())
      return input.emitError() << "input: has no name";
    if (!inputs.insert(input.getName()).second)
      return input.emitError() << "name clash: input \"" << input.getName() << "\" is declared twice";
  }
  for (auto output : getBody().getOps<OutputOp>()) {
    if (output.getName().empty())
      return output.emitError() << "output: has no name";
    if (!outputs.insert(output.getName()).second)
      return output.emitError() << "name clash: output \"" << output.getName() << "\" is declared twice";
  }
  for (Operation &op : getBody().front())
    if (llvm::any_of(op.getResultTypes(), llvm::IsaPred<ValueType>))
      return op.emitError() << "a graph holds no value without a type";
  return success();
}

LogicalResult EntryOp::verify() {
  for (Region *part : {&getPrepare(), &getMain()})
    for (Operation &op : part->front())
      if (op.getDialect() != getOperation()->getDialect() || isa<TensorOpInterface>(op))
        return op.emitError() << "an entry holds steps and buffers only";
  return success();
}

namespace {
/// A body's arguments are the operands, its yield's values the results: same shapes, same elements.
LogicalResult verifyFusion(Operation *op, Block &body, ValueRange inputs, TypeRange outputs) {
  auto yield = body.empty() ? YieldOp() : dyn_cast<YieldOp>(body.back());
  if (!yield)
    return op->emitError() << "the body must end in `yield`";
  auto same = [](TypeRange a, TypeRange b) {
    return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
             auto x = dyn_cast<ShapedType>(std::get<0>(pair)), y = dyn_cast<ShapedType>(std::get<1>(pair));
             return x && y && x.getShape() == y.getShape() && x.getElementType() == y.getElementType();
           });
  };
  if (!same(body.getArgumentTypes(), inputs.getTypes()))
    return op->emitError() << "the body's arguments must be the operands";
  if (outputs.empty() || !same(yield.getValues().getTypes(), outputs))
    return op->emitError() << "what the body yields must be the results";
  return success();
}
} // namespace

LogicalResult FusedOp::verify() { return verifyFusion(*this, getBody().front(), getInputs(), getResultTypes()); }
LogicalResult ComputeOp::verify() {
  return verifyFusion(*this, getBody().front(), getInputs(), getOutputs().getTypes());
}

LogicalResult GradientOp::inferTypes(SmallVectorImpl<Type> &types) {
  if (failed(requireAnyFloats(*this)))
    return failure();
  if (elementsOf(getLoss()) != 1)
    return opError(*this) << "the loss has the shape " << text(shapeOf(getLoss())) << "; it must be one number";
  llvm::append_range(types, getValues().getTypes());
  return success();
}
