// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the graph's ops have in common: their syntax, their verifier.
#include "dialect/Dialect.h"
#include "dialect/Expressions.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dpsims;

/// The steps of a graph's or an entry's part; there may be none.
static ParseResult parseSteps(OpAsmParser &parser, Region &region) {
  if (parser.parseRegion(region))
    return failure();
  if (region.empty())
    region.emplaceBlock();
  return success();
}
static void printSteps(OpAsmPrinter &printer, Operation *, Region &region) { printer.printRegion(region); }

#include "dialect/Interfaces.cpp.inc"
#define GET_OP_CLASSES
#include "dialect/Ops.cpp.inc"

//===-- Syntax ----------------------------------------------------------------------------------------------------===//

namespace {

/// Ops that begin with a name in quotes.
bool isNamed(StringRef op) { return op == "dpsims.weight" || op == "dpsims.state" || op == "dpsims.input"; }

std::string knownAttributes(OperationName op) {
  auto names = llvm::map_range(op.getAttributeNames(), [](StringAttr a) { return a.getValue(); });
  return names.empty() ? "; it has none" : "; it has: " + llvm::join(names, ", ");
}

ParseResult parseAttributes(OpAsmParser &parser, OperationState &result) {
  if (failed(parser.parseOptionalLess()) || succeeded(parser.parseOptionalGreater()))
    return success();
  auto attribute = [&]() -> ParseResult {
    StringRef name;
    Attribute value;
    SMLoc location = parser.getCurrentLocation();
    if (parser.parseKeyword(&name))
      return failure();
    if (!llvm::is_contained(result.name.getAttributeNames(), name))
      return parser.emitError(location) << result.name.stripDialect() << ": no attribute '" << name << "'"
                                        << knownAttributes(result.name);
    if (result.attributes.get(name))
      return parser.emitError(location) << result.name.stripDialect() << ": attribute '" << name << "' stands twice";
    if (parser.parseEqual() || parseExpression(parser, value, /*angles=*/true))
      return failure();
    result.addAttribute(name, value);
    return success();
  };
  return failure(parser.parseCommaSeparatedList(attribute) || parser.parseGreater());
}

bool isValue(Type type) { return isa<ValueType>(type); }

} // namespace

ParseResult dpsims::parseTensorOp(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc location = parser.getCurrentLocation();
  if (isNamed(result.name.getStringRef())) {
    std::string name;
    if (parser.parseString(&name))
      return failure();
    result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  }
  if (parser.parseOperandList(operands) || parseAttributes(parser, result))
    return failure();
  if (failed(parser.parseOptionalColon())) {
    Type value = ValueType::get(parser.getContext());
    result.addTypes(SmallVector<Type>(parser.getNumResults(), value));
    return parser.resolveOperands(operands, value, result.operands);
  }
  FunctionType type;
  if (parser.parseType(type))
    return failure();
  result.addTypes(type.getResults());
  return parser.resolveOperands(operands, type.getInputs(), location, result.operands);
}

void dpsims::printTensorOp(OpAsmPrinter &printer, Operation *op) {
  bool named = isNamed(op->getName().getStringRef());
  if (named)
    printer << " " << op->getAttr("name");
  if (op->getNumOperands())
    printer << " " << op->getOperands();
  SmallVector<StringAttr> names;
  for (StringAttr name : op->getName().getAttributeNames())
    if (op->getAttr(name) && !(named && name == "name"))
      names.push_back(name);
  if (!names.empty()) {
    printer << " <";
    llvm::interleaveComma(names, printer, [&](StringAttr name) {
      printer << name.getValue() << " = ";
      printExpression(printer, op->getAttr(name), /*angles=*/true);
    });
    printer << ">";
  }
  if (!llvm::all_of(op->getOperandTypes(), isValue) || !llvm::all_of(op->getResultTypes(), isValue)) {
    printer << " : ";
    printer.printFunctionalType(op);
  }
}

bool dpsims::isElementwise(Operation *op) { return isa<ElementwiseOpInterface>(op); }

LogicalResult dpsims::verifyActivation(Operation *op, Attribute activation) {
  constexpr StringRef known[] = {"relu", "leaky_relu", "clamp", "sigmoid", "silu", "gelu", "tanh"};
  auto name = dyn_cast_if_present<StringAttr>(activation);
  if (activation && (!name || !llvm::is_contained(known, name.getValue())))
    return opError(op) << "unknown activation " << activation << "; known: " << llvm::join(ArrayRef(known), ", ");
  return success();
}

InFlightDiagnostic dpsims::opError(Operation *op) { return op->emitError() << op->getName().stripDialect() << ": "; }

LogicalResult dpsims::verifyTensorOp(TensorOpInterface op) {
  unsigned count = op->getNumOperands(), fewest = op.minOperands(), most = op.maxOperands();
  if (count < fewest || count > most) {
    InFlightDiagnostic diagnostic = opError(op) << "takes " << fewest;
    if (most != fewest)
      diagnostic << " to " << most;
    return diagnostic << (most == 1 ? " operand, not " : " operands, not ") << count;
  }
  if (llvm::any_of(op->getOperandTypes(), isValue) || llvm::any_of(op->getResultTypes(), isValue))
    return success();
  for (NamedAttribute attribute : op->getAttrs())
    if (isa<ExprAttr>(attribute.getValue()))
      return opError(op) << attribute.getName().getValue() << " is no constant";
  SmallVector<Type> types;
  if (failed(op.inferTypes(types)))
    return failure();
  for (auto [given, inferred] : llvm::zip_equal(op->getResultTypes(), types))
    if (given != inferred)
      return opError(op) << "its result is " << inferred << ", not " << given;
  return success();
}
