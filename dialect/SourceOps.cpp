// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interface of a program, its weights and constants.
#include "dialect/Expressions.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

namespace {
/// `hasParts`: each rank may have its own part of the value.
ParseResult parseNamedValue(OpAsmParser &parser, OperationState &result, bool hasParts) {
  std::string name;
  OpAsmParser::UnresolvedOperand value;
  Type type = ValueType::get(parser.getContext());
  if (parser.parseString(&name) || parser.parseOperand(value))
    return failure();
  if (hasParts && succeeded(parser.parseOptionalKeyword("sharded")))
    result.addAttribute("sharded", parser.getBuilder().getUnitAttr());
  if (succeeded(parser.parseOptionalColon()) && parser.parseType(type))
    return failure();
  result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  return parser.resolveOperand(value, type, result.operands);
}

void printNamedValue(OpAsmPrinter &printer, StringAttr name, Value value, bool sharded = false) {
  printer << " " << name << " " << value << (sharded ? " sharded" : "");
  if (!isa<ValueType>(value.getType()))
    printer << " : " << value.getType();
}
} // namespace

ParseResult OutputOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseNamedValue(parser, result, /*hasParts=*/true);
}
void OutputOp::print(OpAsmPrinter &printer) { printNamedValue(printer, getNameAttr(), getValue(), getSharded()); }

ParseResult AssignOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseNamedValue(parser, result, /*hasParts=*/false);
}
void AssignOp::print(OpAsmPrinter &printer) { printNamedValue(printer, getNameAttr(), getValue()); }

LogicalResult InputOp::inferTypes(Types &types) {
  if (failed(requireElementType(*this, getTypeAttr())))
    return failure();
  return addResult(*this, types, getShape(), typeOf(getType(), getContext()));
}

namespace {
/// A weight may be initialized as the first initializers up to `last` say.
template <typename OpTy> LogicalResult inferWeight(OpTy op, Types &types, Initializer last) {
  if (failed(requireCase(op, op.getInitAttr(), "initializer", "known:", last)))
    return failure();
  if (op.getInit() == Initializer::XavierNormal && op.getShape().size() < 2)
    return opError(op) << "xavier_normal needs a shape with an output and an input size";
  if (failed(requireElementType(op, op.getTypeAttr())))
    return failure();
  Type element = typeOf(op.getType(), op.getContext());
  if (!isa<FloatType>(element))
    return opError(op) << "has the type " << op.getTypeAttr() << "; weights are f32, bf16 or f16";
  return addResult(op, types, op.getShape(), element);
}

bool needsAnother(Initializer initializer) { return initializer > Initializer::XavierNormal; }
} // namespace

LogicalResult WeightOp::inferTypes(Types &types) { return inferWeight(*this, types, Initializer::XavierNormal); }

LogicalResult StateOp::inferTypes(Types &types) {
  if (failed(inferWeight(*this, types, Initializer::Copy)))
    return failure();
  if (getParts() != 1) {
    auto whole = cast<RankedTensorType>(types.back());
    if (getParts() < 1 || whole.getNumElements() % getParts())
      return opError(*this) << whole.getNumElements() << " elements do not make " << getParts() << " equal parts";
    types.back() = RankedTensorType::get({whole.getNumElements() / getParts()}, whole.getElementType());
  }
  if (needsAnother(getInit()) && !getOf())
    return opError(*this) << "initializer " << getInitAttr() << " needs `of`, the weight's name";
  return success();
}

LogicalResult ConstantOp::inferTypes(Types &types) {
  auto list = dyn_cast<ArrayAttr>(getValue());
  Shape shape = getShape() ? *getShape() : list ? Shape{int64_t(list.size())} : Shape();
  if (list && !llvm::all_of(list, [](Attribute a) { return isa<FloatAttr>(a) || isInt(a); }))
    return opError(*this) << "expects numbers, not " << constantText(list);
  if (list && shape != Shape{int64_t(list.size())})
    return opError(*this) << "a list of " << list.size() << " numbers has no shape " << text(shape);
  if (failed(requireElementType(*this, getTypeAttr())))
    return failure();
  Type element = typeOf(getType(), getContext());
  if (!isa<FloatType>(element))
    return opError(*this) << "has the type " << getTypeAttr() << "; constants are f32, bf16 or f16";
  return addResult(*this, types, shape, element);
}
