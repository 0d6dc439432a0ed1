// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Syntax and verifiers of what is in a block: terminators, lists, `let`, `assert`, `if`, `repeat`.
#include "dialect/Expressions.h"
#include "dialect/StructureSyntax.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace dpsims;

//===-- Terminators, lists ----------------------------------------------------------------------------------------===//

namespace {
/// `return %a, %b`, with types where they are known (`yield` of a graph's parts).
ParseResult parseTerminator(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseOperandList(operands))
    return failure();
  if (failed(parser.parseOptionalColon()))
    return parser.resolveOperands(operands, valueType(parser), result.operands);
  return failure(parser.parseTypeList(types) || parser.resolveOperands(operands, types, location, result.operands));
}

void printTerminator(OpAsmPrinter &printer, ValueRange values) {
  if (values.empty())
    return;
  printer << " " << values;
  if (!llvm::all_of(values.getTypes(), [](Type type) { return isa<ValueType>(type); }))
    printer << " : " << values.getTypes();
}
} // namespace

ParseResult ReturnOp::parse(OpAsmParser &parser, OperationState &result) { return parseTerminator(parser, result); }
void ReturnOp::print(OpAsmPrinter &printer) { printTerminator(printer, getValues()); }
ParseResult YieldOp::parse(OpAsmParser &parser, OperationState &result) { return parseTerminator(parser, result); }
void YieldOp::print(OpAsmPrinter &printer) { printTerminator(printer, getValues()); }

ParseResult NoneOp::parse(OpAsmParser &parser, OperationState &result) {
  addValueResults(parser, result, 1);
  return success();
}
void NoneOp::print(OpAsmPrinter &) {}

ParseResult ListOp::parse(OpAsmParser &parser, OperationState &result) {
  addValueResults(parser, result, 1);
  return parseValues(parser, result, OpAsmParser::Delimiter::Paren);
}
void ListOp::print(OpAsmPrinter &printer) { printer << "(" << getValues() << ")"; }

ParseResult AppendOp::parse(OpAsmParser &parser, OperationState &result) {
  addValueResults(parser, result, 1);
  OpAsmParser::UnresolvedOperand list, value;
  return failure(parser.parseOperand(list) || parser.parseComma() || parser.parseOperand(value) ||
                 parser.resolveOperands(ArrayRef{list, value}, valueType(parser), result.operands));
}
void AppendOp::print(OpAsmPrinter &printer) { printer << " " << getList() << ", " << getValue(); }

ParseResult GetOp::parse(OpAsmParser &parser, OperationState &result) {
  addValueResults(parser, result, 1);
  OpAsmParser::UnresolvedOperand list;
  Attribute index;
  if (parser.parseOperand(list) || parser.resolveOperand(list, valueType(parser), result.operands) ||
      parser.parseLess() || parser.parseKeyword("index") || parser.parseEqual() ||
      parseExpression(parser, index, true) || parser.parseGreater())
    return failure();
  result.addAttribute("index", index);
  return success();
}
void GetOp::print(OpAsmPrinter &printer) {
  printer << " " << getList() << " <index = ";
  printExpression(printer, getIndex(), true);
  printer << ">";
}

//===-- let, assert -----------------------------------------------------------------------------------------------===//

ParseResult LetOp::parse(OpAsmParser &parser, OperationState &result) {
  StringRef name;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseKeyword(&name) || parser.parseEqual())
    return failure();
  if (isReserved(name) || name.contains('.'))
    return parser.emitError(location) << "'" << name << "' cannot be a name";
  result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  OpAsmParser::UnresolvedOperand value;
  if (succeeded(parser.parseOptionalKeyword("shape")))
    return failure(parser.parseOperand(value) || parser.resolveOperand(value, valueType(parser), result.operands));
  if (succeeded(parser.parseOptionalKeyword("trained"))) {
    std::string path;
    if (parser.parseString(&path))
      return failure();
    result.addAttribute("trained_below", parser.getBuilder().getStringAttr(path));
    return success();
  }
  Attribute expression;
  if (parseExpression(parser, expression))
    return failure();
  result.addAttribute("value", expression);
  return success();
}
LogicalResult LetOp::verify() {
  if (bool(getValue()) + bool(getShapeOf()) + bool(getTrainedBelow()) != 1)
    return opError(*this) << "expects an expression, a value's shape, or the names of trained weights";
  return success();
}
void LetOp::print(OpAsmPrinter &printer) {
  printer << " " << getName() << " = ";
  if (getShapeOf())
    printer << "shape " << getShapeOf();
  else if (getTrainedBelow())
    printer << "trained " << getTrainedBelowAttr();
  else
    printExpression(printer, *getValue());
}

ParseResult AssertOp::parse(OpAsmParser &parser, OperationState &result) {
  Attribute condition;
  std::string message;
  if (parseExpression(parser, condition) || parser.parseComma() || parser.parseString(&message))
    return failure();
  result.addAttribute("condition", condition);
  result.addAttribute("message", parser.getBuilder().getStringAttr(message));
  return success();
}
void AssertOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printExpression(printer, getCondition());
  printer << ", " << getMessageAttr();
}

ParseResult CurrentOp::parse(OpAsmParser &parser, OperationState &result) {
  std::string name;
  if (parser.parseString(&name))
    return failure();
  result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  addValueResults(parser, result, 1);
  return success();
}
void CurrentOp::print(OpAsmPrinter &printer) { printer << " " << getNameAttr(); }

//===-- if, repeat ------------------------------------------------------------------------------------------------===//

namespace {
/// A body that ends in `yield`; one without values may leave it out.
ParseResult parseBody(OpAsmParser &parser, Region &region, ArrayRef<OpAsmParser::Argument> arguments = {}) {
  SMLoc start = parser.getCurrentLocation();
  if (parser.parseRegion(region, arguments))
    return failure();
  if (region.empty())
    region.emplaceBlock();
  Block &block = region.front();
  if (block.empty() || !block.back().hasTrait<OpTrait::IsTerminator>()) {
    OpBuilder builder(parser.getContext());
    builder.setInsertionPointToEnd(&block);
    YieldOp::create(builder, parser.getEncodedSourceLoc(start), ValueRange());
  }
  return success();
}

LogicalResult verifyYield(Operation *op, Region &region, size_t results) {
  auto yield = dyn_cast<YieldOp>(region.front().back());
  if (!yield)
    return op->emitError() << "the body must end in `yield`";
  if (yield.getValues().size() != results)
    return yield.emitError() << "yields " << yield.getValues().size() << " values where " << results << " are wanted";
  return success();
}
} // namespace

// What follows `else`: a body, or another `if`, whose results that body yields.
static ParseResult parseElse(OpAsmParser &parser, Region &region) {
  SMLoc where = parser.getCurrentLocation();
  if (failed(parser.parseOptionalKeyword("if")))
    return parseBody(parser, region);
  Location loc = parser.getEncodedSourceLoc(where);
  OperationState nested(loc, IfOp::getOperationName());
  if (IfOp::parse(parser, nested))
    return failure();
  OpBuilder builder(parser.getContext());
  builder.setInsertionPointToEnd(&region.emplaceBlock());
  YieldOp::create(builder, loc, builder.create(nested)->getResults());
  return success();
}

// The `if` that is all of an `else`.
static IfOp chainedIf(Region &region) {
  if (region.empty() || !llvm::hasNItems(region.front(), 2))
    return {};
  auto nested = dyn_cast<IfOp>(region.front().front());
  auto yield = dyn_cast<YieldOp>(region.front().back());
  return nested && yield && llvm::equal(nested.getResults(), yield->getOperands()) ? nested : IfOp();
}

ParseResult IfOp::parse(OpAsmParser &parser, OperationState &result) {
  Attribute condition;
  Region *thenRegion = result.addRegion(), *elseRegion = result.addRegion();
  if (parseExpression(parser, condition) || parseBody(parser, *thenRegion) ||
      (succeeded(parser.parseOptionalKeyword("else")) && parseElse(parser, *elseRegion)))
    return failure();
  result.addAttribute("condition", condition);
  addValueResults(parser, result, parser.getNumResults());
  return success();
}
void IfOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printExpression(printer, getCondition());
  printer << " ";
  printer.printRegion(getThenRegion());
  if (getElseRegion().empty())
    return;
  printer << " else ";
  if (IfOp nested = chainedIf(getElseRegion())) {
    printer << "if";
    return nested.print(printer);
  }
  printer.printRegion(getElseRegion());
}
LogicalResult IfOp::verify() {
  if (failed(verifyYield(*this, getThenRegion(), getNumResults())))
    return failure();
  if (!getElseRegion().empty())
    return verifyYield(*this, getElseRegion(), getNumResults());
  return getNumResults() ? emitError() << "an `if` with results needs an `else`" : success();
}

ParseResult RepeatOp::parse(OpAsmParser &parser, OperationState &result) {
  StringRef variable;
  Attribute count;
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> inits;
  auto carried = [&]() -> ParseResult {
    arguments.emplace_back().type = valueType(parser);
    return failure(parser.parseArgument(arguments.back()) || parser.parseEqual() ||
                   parser.parseOperand(inits.emplace_back()));
  };
  if (parser.parseKeyword(&variable) || parser.parseKeyword("to") || parseExpression(parser, count))
    return failure();
  if (succeeded(parser.parseOptionalLParen()) && failed(parser.parseOptionalRParen()) &&
      (parser.parseCommaSeparatedList(carried) || parser.parseRParen()))
    return failure();
  for (OpAsmParser::Argument &argument : arguments)
    argument.type = valueType(parser);
  if (parser.resolveOperands(inits, valueType(parser), result.operands) ||
      parseBody(parser, *result.addRegion(), arguments))
    return failure();
  result.addAttribute("variable", parser.getBuilder().getStringAttr(variable));
  result.addAttribute("count", count);
  addValueResults(parser, result, inits.size());
  return success();
}
void RepeatOp::print(OpAsmPrinter &printer) {
  printer << " " << getVariable() << " to ";
  printExpression(printer, getCount());
  printer << " (";
  llvm::interleaveComma(llvm::zip(getBody().getArguments(), getInits()), printer,
                        [&](auto pair) { printer << std::get<0>(pair) << " = " << std::get<1>(pair); });
  printer << ") ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}
LogicalResult RepeatOp::verify() {
  if (getNumResults() != getInits().size() || getBody().getNumArguments() != getInits().size())
    return emitError() << "has " << getNumResults() << " results for " << getInits().size() << " carried values";
  return verifyYield(*this, getBody(), getNumResults());
}
