// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lists, weights and their later values, gradients, the interface, and the ops that are computed.
#include "passes/Language/Elaborator.h"

using namespace mlir;

namespace dpsims {
namespace {

/// A bound that only a mistake exceeds.
constexpr size_t mostOps = 2000000;

bool areAlike(InputOp a, InputOp b) {
  return a.getShape() == b.getShape() && a.getType() == b.getType() && a.getBatched() == b.getBatched();
}

ElementKind elementKindOf(WeightOpInterface weight) {
  auto state = dyn_cast<StateOp>(*weight);
  return state ? state.getType() : cast<WeightOp>(*weight).getType();
}

bool areAlike(WeightOpInterface a, WeightOpInterface b) {
  return a.getShape() == b.getShape() && elementKindOf(a) == elementKindOf(b);
}

LogicalResult nameClash(Operation *op, StringRef name, Operation *other) {
  InFlightDiagnostic diagnostic = opError(op) << "name clash: '" << name << "' is declared twice";
  diagnostic.attachNote(other->getLoc()) << "the other one is here";
  return diagnostic;
}

} // namespace

//===-- Lists -----------------------------------------------------------------------------------------------------===//

LogicalResult Elaborator::bindList(Operation *op, std::vector<Item> items) {
  return bind(op, Item{{}, std::make_shared<std::vector<Item>>(std::move(items))});
}

FailureOr<Elaborator::ItemList> Elaborator::listOf(Operation *op, Value value) {
  if (ItemList list = itemOf(value).list)
    return list;
  return opError(op) << "expects a list";
}

LogicalResult Elaborator::runStructure(NoneOp none) { return bind(none, Item()); }

LogicalResult Elaborator::runStructure(ListOp list) {
  Items all = frame().items(list.getValues());
  return bindList(list, {all.begin(), all.end()});
}

LogicalResult Elaborator::runStructure(AppendOp append) {
  FailureOr<ItemList> list = listOf(append, append.getList());
  if (failed(list))
    return failure();
  std::vector<Item> longer = **list;
  longer.push_back(itemOf(append.getValue()));
  return bindList(append, std::move(longer));
}

LogicalResult Elaborator::runStructure(GetOp get) {
  FailureOr<ItemList> list = listOf(get, get.getList());
  FailureOr<Attribute> index = frame().evaluate(get, get.getIndex());
  if (failed(list) || failed(index))
    return failure();
  int64_t at = isa<IntegerAttr>(*index) ? cast<IntegerAttr>(*index).getInt() : -1;
  if (at < 0 || at >= int64_t((*list)->size()))
    return opError(get) << "element " << constantText(*index) << " of a list of " << (*list)->size();
  return bind(get, (**list)[at]);
}

//===-- Weights that change, gradients ----------------------------------------------------------------------------===//

/// The weight or state whose name, relative to the frame's path, an op gives.
FailureOr<Weight *> Elaborator::weightOf(Operation *op, StringRef text) {
  FailureOr<std::string> name = frame().interpolate(op, text);
  if (failed(name))
    return failure();
  if (Weight *weight = weights.find(frame().path + *name))
    return weight;
  return opError(op) << "there is no weight '" << frame().path << *name << "' before this";
}

LogicalResult Elaborator::runStructure(CurrentOp current) {
  FailureOr<Weight *> weight = weightOf(current, current.getName());
  return failed(weight) ? failure() : bind(current, Item{(*weight)->value(), {}});
}

LogicalResult Elaborator::runStructure(AssignOp assign) {
  FailureOr<Weight *> weight = weightOf(assign, assign.getName());
  Value value = itemOf(assign.getValue()).tensor;
  if (failed(weight))
    return failure();
  Type type = (*weight)->declaration->getResult(0).getType();
  if (!value)
    return opError(assign) << "what is assigned is not a tensor";
  if (value.getType() != type)
    return opError(assign) << "the weight is " << type << ", what is assigned " << value.getType();
  (*weight)->assignment = {stack.locate(assign), value};
  return success();
}

LogicalResult Elaborator::runStructure(GradientOp gradient) {
  if (gradient.getValues().size() != 1 || gradient.getNumResults() != 1)
    return opError(gradient) << "expects a loss and a list of values, and gives one list";
  Value loss = itemOf(gradient.getLoss()).tensor;
  FailureOr<ItemList> list = listOf(gradient, gradient.getValues()[0]);
  if (failed(list))
    return failure();
  if (!loss)
    return opError(gradient) << "the loss is not a tensor";
  OperationState state(stack.locate(gradient), GradientOp::getOperationName(), loss, {}, {});
  for (const Item &item : **list) {
    if (!item.tensor)
      return opError(gradient) << "an element of the list is not a tensor";
    state.operands.push_back(item.tensor);
    state.types.push_back(item.tensor.getType());
  }
  Operation *created = builder.create(state);
  if (failed(cast<GradientOp>(created).verifyInvariants()))
    return failure();
  std::vector<Item> gradients;
  for (Value result : created->getResults())
    gradients.push_back({result, {}});
  return bindList(gradient, std::move(gradients));
}

//===-- The interface ---------------------------------------------------------------------------------------------===//

LogicalResult Elaborator::runStructure(OutputOp output) {
  Item item = itemOf(output.getValue());
  FailureOr<std::string> name = frame().interpolate(output, output.getName());
  if (failed(name))
    return failure();
  if (!item.tensor)
    return opError(output) << "\"" << *name << "\" is not a tensor";
  if (!outputs.insert(*name).second)
    return opError(output) << "name clash: output \"" << *name << "\" is declared twice";
  OutputOp::create(builder, stack.locate(output), *name, item.tensor);
  return success();
}

/// The value of the input if there is one of that name, shape and type already, else none.
FailureOr<Value> Elaborator::declareInput(InputOp op, InputOp created) {
  FailureOr<std::string> name = frame().interpolate(op, op.getName());
  if (failed(name))
    return failure();
  InputOp &known = inputs[*name];
  if (known && !areAlike(known, created))
    return nameClash(op, *name, known);
  if (known)
    return Value(known.getResult());
  known = created;
  created.setName(*name);
  return Value();
}

//===-- What is computed ------------------------------------------------------------------------------------------===//

/// Gives a weight or state its full name. The value of the weight if it is shared, else none.
FailureOr<Value> Elaborator::declareWeight(WeightOpInterface op, WeightOpInterface created) {
  FailureOr<std::string> own = frame().interpolate(op, op.getNameAttr());
  if (failed(own))
    return failure();
  std::string name = frame().path + *own;
  if (Weight *known = weights.find(name)) {
    if (frame().shared && areAlike(known->declaration, created))
      return known->value();
    return nameClash(op, name, known->declaration);
  }
  weights.declare(name, created);
  created.setNameAttr(builder.getStringAttr(name));
  if (auto weight = dyn_cast<WeightOp>(*created))
    weight.setTrainedAttr(builder.getBoolAttr(weight.getTrained() && !frame().frozen));
  if (auto state = dyn_cast<StateOp>(*created); state && state.getOf())
    state.setOfAttr(builder.getStringAttr(frame().path + *state.getOf()));
  return Value();
}

/// The tensors that an operand stands for: one, none if it is absent, all of a list for `concat`.
LogicalResult Elaborator::appendTensors(Operation *op, unsigned operand, OperationState &state) {
  Item item = itemOf(op->getOperand(operand));
  if (item.tensor)
    state.operands.push_back(item.tensor);
  if (!item.list)
    return success();
  if (!isa<ConcatOp>(op))
    return opError(op) << "operand " << operand << " is a list";
  for (auto [i, inner] : llvm::enumerate(*item.list)) {
    if (!inner.tensor)
      return opError(op) << "element " << i << " of the list is not a tensor";
    state.operands.push_back(inner.tensor);
  }
  return success();
}

/// All operands that are not absent; which of the optional ones those are.
LogicalResult Elaborator::appendOperands(Operation *op, OperationState &state) {
  SmallVector<bool> given;
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    size_t before = state.operands.size();
    if (failed(appendTensors(op, i, state)))
      return failure();
    given.push_back(state.operands.size() > before);
  }
  if (failed(checkOperandCount(op->getName(), state.operands.size(), [&] { return opError(op); })))
    return failure();
  constexpr StringRef segments = "operandSegmentSizes";
  auto sizes = op->getAttrOfType<DenseI32ArrayAttr>(segments);
  if (!sizes)
    return success();
  unsigned fewest = cast<TensorOpInterface>(op).minOperands(), next = 0;
  SmallVector<int32_t> present(sizes.asArrayRef());
  for (auto [segment, size] : llvm::enumerate(present)) {
    size = size && given[next++];
    if (!size && segment < fewest)
      return opError(op) << "operand " << segment << " is absent";
  }
  state.addAttribute(segments, builder.getDenseI32ArrayAttr(present));
  return success();
}

/// The op with its operands' tensors and its attributes' values; types still open.
FailureOr<Operation *> Elaborator::instantiate(Operation *op) {
  OperationState state(op->getLoc(), op->getName());
  if (failed(appendOperands(op, state)))
    return failure();
  for (NamedAttribute attribute : op->getAttrs()) {
    if (state.attributes.get(attribute.getName()))
      continue;
    FailureOr<Attribute> value = frame().evaluate(op, attribute.getValue());
    if (failed(value))
      return failure();
    state.addAttribute(attribute.getName(), *value);
  }
  state.addTypes(SmallVector<Type>(op->getNumResults(), ValueType::get(op->getContext())));
  return builder.create(state);
}

LogicalResult Elaborator::copy(TensorOpInterface op) {
  if (++opCount > mostOps)
    return opError(op) << "the graph would have more than " << mostOps << " ops";
  FailureOr<Operation *> created = instantiate(op);
  if (failed(created))
    return failure();
  SmallVector<Type> types;
  if (failed((*created)->getName().verifyInvariants(*created)) ||
      failed(cast<TensorOpInterface>(*created).inferTypes(types)))
    return failure();
  if (isa<WeightOpInterface, InputOp>(*created)) {
    auto input = dyn_cast<InputOp>(*created);
    FailureOr<Value> existing = input ? declareInput(cast<InputOp>(op), input)
                                      : declareWeight(cast<WeightOpInterface>(*op), cast<WeightOpInterface>(*created));
    if (failed(existing))
      return failure();
    if (*existing) {
      (*created)->erase();
      return bind(op, Item{*existing, {}});
    }
  }
  Items results;
  for (auto [result, type] : llvm::zip_equal((*created)->getResults(), types)) {
    result.setType(type);
    results.push_back({result, {}});
  }
  (*created)->setLoc(stack.locate(op));
  return bind(op, results);
}

} // namespace dpsims
