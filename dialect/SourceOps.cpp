// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interface of a program, its weights and constants.
#include "dialect/Expressions.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

namespace {

using Shape = SmallVector<int64_t>;
using Types = SmallVectorImpl<Type>;

} // namespace

ParseResult OutputOp::parse(OpAsmParser &parser, OperationState &result) {
  std::string name;
  OpAsmParser::UnresolvedOperand value;
  Type type = ValueType::get(parser.getContext());
  if (parser.parseString(&name) || parser.parseOperand(value) ||
      (succeeded(parser.parseOptionalColon()) && parser.parseType(type)))
    return failure();
  result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  return parser.resolveOperand(value, type, result.operands);
}

void OutputOp::print(OpAsmPrinter &printer) {
  printer << " " << getNameAttr() << " " << getValue();
  if (!isa<ValueType>(getValue().getType()))
    printer << " : " << getValue().getType();
}

ParseResult AssignOp::parse(OpAsmParser &parser, OperationState &result) { return OutputOp::parse(parser, result); }
void AssignOp::print(OpAsmPrinter &printer) {
  printer << " " << getNameAttr() << " " << getValue();
  if (!isa<ValueType>(getValue().getType()))
    printer << " : " << getValue().getType();
}

LogicalResult InputOp::inferTypes(Types &types) {
  FailureOr<Type> element = elementType(*this, getType().value_or(Attribute()));
  return failed(element) ? failure() : give(*this, types, intList(getShape()), *element);
}

namespace {
constexpr StringRef initialisers[] = {"zeros",         "ones",          "constant",       "normal",
                                      "xavier_normal", "singular_left", "singular_right", "copy"};

LogicalResult inferWeight(Operation *op, Types &types, Attribute shape, StringRef init, size_t kinds) {
  auto known = ArrayRef(initialisers).take_front(kinds);
  if (!llvm::is_contained(known, init))
    return opError(op) << "unknown initialiser \"" << init << "\"; known: " << llvm::join(known, ", ");
  if (init == "xavier_normal" && cast<ArrayAttr>(shape).size() < 2)
    return opError(op) << "xavier_normal needs a shape with an output and an input size";
  return giveFloat(op, types, intList(shape));
}
} // namespace

LogicalResult WeightOp::inferTypes(Types &types) {
  return inferWeight(*this, types, getShape(), cast<StringAttr>(getInit()).getValue(), 5);
}

LogicalResult StateOp::inferTypes(Types &types) {
  StringRef init = cast<StringAttr>(getInit()).getValue();
  if ((init.starts_with("singular") || init == "copy") && !getOf())
    return opError(*this) << "initialiser \"" << init << "\" needs `of`, the weight's name";
  return inferWeight(*this, types, getShape(), init, 8);
}

LogicalResult ConstantOp::inferTypes(Types &types) {
  auto list = dyn_cast<ArrayAttr>(getValue());
  Shape shape = getShape() ? intList(*getShape()) : list ? Shape{int64_t(list.size())} : Shape();
  if (list && !llvm::all_of(list, [](Attribute a) { return isa<FloatAttr>(a) || isInt(a); }))
    return opError(*this) << "wants numbers, not " << constantText(list);
  if (list && shape != Shape{int64_t(list.size())})
    return opError(*this) << "a list of " << list.size() << " numbers has no shape " << text(shape);
  return giveFloat(*this, types, shape);
}
