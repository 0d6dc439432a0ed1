// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Programs, bodies, parameters, control, instances.
#include "passes/Language/Elaborator.h"

#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims {
namespace {

/// Bounds that only a mistake exceeds.
constexpr size_t deepestInstance = 200;
constexpr int64_t mostRepeats = 100000;
constexpr size_t mostStatements = 20000000;

} // namespace

LogicalResult Elaborator::run(ProgramOp program) {
  builder.setInsertionPointToEnd(module.getBody());
  auto graph = GraphOp::create(builder, program.getLoc(), program.getSymName(), IntegerAttr());
  builder.setInsertionPointToStart(&graph.getBody().emplaceBlock());
  ScopedDiagnosticHandler handler(builder.getContext(), [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      stack.describe(diagnostic);
    return failure();
  });
  stack.push(program, /*instance=*/nullptr);
  return runProgram(program);
}

LogicalResult Elaborator::runProgram(ProgramOp program) {
  NamedAttrList arguments;
  for (auto parameter : program.getParameters().getAsRange<ParameterAttr>())
    if (Attribute value = given ? given.get(parameter.getName()) : Attribute())
      arguments.set(parameter.getName(), value);
  Items results;
  if (failed(frame().bind(program, arguments)) || failed(runBody(program.getBody(), results)))
    return failure();
  if (!program->hasAttr("pure"))
    weights.createAssigns(builder);
  return success();
}

//===-- Bodies ----------------------------------------------------------------------------------------------------===//

LogicalResult Elaborator::runBody(Region &region, Items &results) {
  size_t visible = frame().parameters.size();
  for (Operation &op : region.front()) {
    if (op.hasTrait<OpTrait::IsTerminator>())
      results.append(frame().items(op.getOperands()));
    else if (failed(runOp(&op)))
      return failure();
  }
  while (frame().parameters.size() > visible) // a `let` is local to its body
    frame().parameters.pop_back();
  return success();
}

LogicalResult Elaborator::bind(Operation *op, ArrayRef<Item> results) {
  if (op->getNumResults() != results.size())
    return opError(op) << "gives " << results.size() << " values, and " << op->getNumResults() << " are taken";
  for (auto [result, item] : llvm::zip(op->getResults(), results))
    frame().values[result] = item;
  return success();
}

LogicalResult Elaborator::runOp(Operation *op) {
  if (++statements > mostStatements)
    return opError(op) << "elaboration takes more than " << mostStatements << " statements";
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<LetOp, AssertOp, IfOp, RepeatOp, InstanceOp, NoneOp, ListOp, AppendOp, GetOp, OutputOp, AssignOp, CurrentOp,
            GradientOp>([&](auto typed) { return runStructure(typed); })
      .Case<TensorOpInterface>([&](TensorOpInterface tensorOp) { return copy(tensorOp); })
      .Default([&](Operation *other) { return other->emitError() << "has no place in a block"; });
}

//===-- Parameters ------------------------------------------------------------------------------------------------===//

LogicalResult Elaborator::runStructure(LetOp let) {
  if (frame().parameters.contains(let.getName()))
    return opError(let) << "name clash: '" << let.getName() << "' has a value already";
  FailureOr<Attribute> value = let.getShapeOf()        ? shapeOf(let)
                               : let.getTrainedBelow() ? trainedBelow(let)
                                                       : frame().evaluate(let, *let.getValue());
  if (failed(value))
    return failure();
  frame().parameters[let.getName()] = *value;
  return success();
}

FailureOr<Attribute> Elaborator::shapeOf(LetOp let) {
  Value tensor = itemOf(let.getShapeOf()).tensor;
  if (!tensor)
    return opError(let) << "an absent value or a list has no shape";
  return Attribute(builder.getI64ArrayAttr(cast<RankedTensorType>(tensor.getType()).getShape()));
}

FailureOr<Attribute> Elaborator::trainedBelow(LetOp let) {
  FailureOr<std::string> path = frame().interpolate(let, *let.getTrainedBelow());
  if (failed(path))
    return failure();
  SmallVector<StringRef> names = weights.trained(frame().path + *path + (path->empty() ? "" : "."));
  for (StringRef &name : names)
    name = name.drop_front(frame().path.size());
  return Attribute(builder.getStrArrayAttr(names));
}

LogicalResult Elaborator::runStructure(AssertOp assertion) {
  FailureOr<Attribute> condition = frame().evaluate(assertion, assertion.getCondition());
  if (failed(condition))
    return failure();
  auto boolean = dyn_cast<BoolAttr>(*condition);
  if (!boolean)
    return opError(assertion) << "the condition is not a boolean";
  if (boolean.getValue())
    return success();
  FailureOr<std::string> message = frame().interpolate(assertion, assertion.getMessage());
  if (failed(message))
    return failure();
  return assertion.emitError() << *message;
}

//===-- Control ---------------------------------------------------------------------------------------------------===//

LogicalResult Elaborator::runStructure(IfOp branch) {
  FailureOr<Attribute> condition = frame().evaluate(branch, branch.getCondition());
  if (failed(condition))
    return failure();
  auto boolean = dyn_cast<BoolAttr>(*condition);
  if (!boolean)
    return opError(branch) << "the condition is " << constantText(*condition) << ", no boolean";
  Region &region = boolean.getValue() ? branch.getThenRegion() : branch.getElseRegion();
  Items results;
  if (!region.empty() && failed(runBody(region, results)))
    return failure();
  return bind(branch, results);
}

LogicalResult Elaborator::runStructure(RepeatOp repeat) {
  FailureOr<Attribute> count = frame().evaluate(repeat, repeat.getCount());
  if (failed(count))
    return failure();
  int64_t times = isa<IntegerAttr>(*count) ? cast<IntegerAttr>(*count).getInt() : -1;
  if (times < 0 || times > mostRepeats)
    return opError(repeat) << "the count is " << constantText(*count) << "; it must be 0 to " << mostRepeats;
  StringRef variable = repeat.getVariable();
  if (frame().parameters.contains(variable))
    return opError(repeat) << "name clash: '" << variable << "' has a value already";
  Items carried = frame().items(repeat.getInits());
  for (int64_t i = 0; i < times; ++i) {
    frame().parameters[variable] = builder.getI64IntegerAttr(i);
    for (auto [argument, item] : llvm::zip(repeat.getBody().getArguments(), carried))
      frame().values[argument] = item;
    carried.clear();
    if (failed(runBody(repeat.getBody(), carried)))
      return failure();
    frame().parameters.pop_back();
  }
  return bind(repeat, carried);
}

//===-- Instances -------------------------------------------------------------------------------------------------===//

LogicalResult Elaborator::arguments(InstanceOp instance, NamedAttrList &result) {
  for (auto [nameAttr, expression] : llvm::zip(instance.getNames(), instance.getValues())) {
    StringRef name = cast<StringAttr>(nameAttr).getValue();
    FailureOr<Attribute> value = frame().evaluate(instance, expression);
    if (failed(value))
      return failure();
    if (name != "...") {
      result.set(name, *value);
      continue;
    }
    auto record = dyn_cast<DictionaryAttr>(*value);
    if (!record)
      return opError(instance) << "`...` expects a record, not " << constantText(*value);
    for (NamedAttribute field : record) {
      if (result.get(field.getName()))
        return opError(instance) << "parameter '" << field.getName().getValue() << "' is given twice";
      result.append(field);
    }
  }
  return success();
}

LogicalResult Elaborator::runStructure(InstanceOp instance) {
  Operation *block = symbols.lookup(instance.getCallee());
  if (!block)
    return opError(instance) << "there is no block @" << instance.getCallee(); // an import that was not resolved
  NamedAttrList parameters;
  FailureOr<std::string> name = frame().interpolate(instance, instance.getName().value_or(""));
  if (failed(name) || failed(arguments(instance, parameters)))
    return failure();
  if (stack.depth() >= deepestInstance)
    return opError(instance) << "endless recursion: " << deepestInstance << " instances within one another";
  Frame &outer = frame();
  Frame &inner = stack.push(block, instance);
  inner.path = outer.path + (name->empty() ? "" : *name + ".");
  inner.frozen = outer.frozen || instance.getFrozen();
  inner.shared = outer.shared || instance.getShared();
  Region &body = block->getRegion(0);
  for (auto [argument, operand] : llvm::zip_equal(body.getArguments(), instance.getOperands()))
    inner.values[argument] = outer.values.lookup(operand);
  if (failed(inner.bind(instance, parameters)))
    return failure();
  if (stack.isEndless())
    return opError(instance) << "endless recursion: " << inner.call << " instantiates itself";
  Items results;
  if (failed(runBody(body, results)))
    return failure();
  stack.pop();
  return bind(instance, results);
}

} // namespace dpsims
