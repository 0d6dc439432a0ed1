// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the graph's ops have in common: their syntax, their verifier.
#include "dialect/Dialect.h"
#include "dialect/Expressions.h"
#include "dialect/Inference.h"

#include "mlir/IR/Builders.h"

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
bool isNamed(OperationName op) {
  return llvm::any_of(op.getAttributeNames(), [](StringAttr name) { return name.getValue() == "name"; });
}

/// In the text an attribute tells whether the last operand is a residual, in the op the segments of its operands.
constexpr StringRef residualName = "residual", segmentsName = "operandSegmentSizes";

/// The attributes of the text, by name.
SmallVector<StringRef> attributeNames(OperationName op) {
  SmallVector<StringRef> names;
  for (StringAttr name : op.getAttributeNames())
    if (name.getValue() != segmentsName)
      names.push_back(name.getValue());
  if (op.hasInterface<ContractionOpInterface>())
    names.push_back(residualName);
  llvm::sort(names);
  return names;
}

std::string knownAttributes(OperationName op) {
  SmallVector<StringRef> names = attributeNames(op);
  return names.empty() ? "; it has none" : "; it has: " + llvm::join(names, ", ");
}

ParseResult parseAttributes(OpAsmParser &parser, OperationState &result) {
  if (failed(parser.parseOptionalLess()) || succeeded(parser.parseOptionalGreater()))
    return success();
  SmallVector<StringRef> names = attributeNames(result.name);
  auto attribute = [&]() -> ParseResult {
    StringRef name;
    Attribute value;
    SMLoc location = parser.getCurrentLocation();
    // The former offers the names to an editor that completes them, the latter takes what the error tells.
    if (failed(parser.parseOptionalKeyword(&name, names)) && parser.parseKeyword(&name))
      return failure();
    if (!llvm::is_contained(names, name))
      return parser.emitError(location) << result.name.stripDialect() << ": no attribute '" << name << "'"
                                        << knownAttributes(result.name);
    if (result.attributes.get(name))
      return parser.emitError(location) << result.name.stripDialect() << ": attribute '" << name << "' is given twice";
    if (parser.parseEqual() || parseExpression(parser, value, /*angles=*/true))
      return failure();
    result.addAttribute(name, value);
    return success();
  };
  return failure(parser.parseCommaSeparatedList(attribute) || parser.parseGreater());
}

/// Which of the optional operands are given. The attribute that tells goes.
ParseResult parseSegments(OpAsmParser &parser, OperationState &result, unsigned count) {
  auto error = [&] { return parser.emitError(parser.getNameLoc()) << result.name.stripDialect() << ": "; };
  if (failed(checkOperandCount(result.name, count, error)))
    return failure();
  bool residual = false;
  if (result.name.hasInterface<ContractionOpInterface>()) {
    Attribute given = result.attributes.erase(residualName);
    if (given && !isa<BoolAttr>(given))
      return error() << "attribute 'residual' failed to satisfy constraint: a boolean";
    residual = boolOr(given, false);
    if (residual && count < 3)
      return error() << "residual = true, but there is no residual operand";
    if (count - residual > 3)
      return error() << "has " << count << " operands; with a residual say residual = true";
  }
  setOperandSegments(result, count, residual);
  return success();
}

bool isValue(Type type) { return isa<ValueType>(type); }

} // namespace

LogicalResult dpsims::checkOperandCount(OperationName name, unsigned count,
                                        function_ref<InFlightDiagnostic()> emitError) {
  auto *op = name.getInterface<TensorOpInterface>();
  unsigned fewest = op->minOperands(), most = op->maxOperands();
  if (count >= fewest && count <= most)
    return success();
  InFlightDiagnostic diagnostic = emitError() << "takes " << fewest;
  if (most != fewest)
    diagnostic << " to " << most;
  return diagnostic << (most == 1 ? " operand, not " : " operands, not ") << count;
}

void dpsims::setOperandSegments(OperationState &state, unsigned count, bool residual) {
  if (!state.name.hasTrait<OpTrait::AttrSizedOperandSegments>())
    return;
  SmallVector<int32_t> sizes(state.name.getInterface<TensorOpInterface>()->maxOperands(), 0);
  std::fill_n(sizes.begin(), count - residual, 1);
  sizes.back() |= residual;
  state.addAttribute(segmentsName, DenseI32ArrayAttr::get(state.getContext(), sizes));
}

ParseResult dpsims::parseTensorOp(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc location = parser.getCurrentLocation();
  if (isNamed(result.name)) {
    std::string name;
    if (parser.parseString(&name))
      return failure();
    result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  }
  if (parser.parseOperandList(operands) || parseAttributes(parser, result) ||
      parseSegments(parser, result, operands.size()))
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
  bool named = isNamed(op->getName());
  if (named)
    printer << " " << op->getAttr("name");
  if (op->getNumOperands())
    printer << " " << op->getOperands();
  auto contraction = dyn_cast<ContractionOpInterface>(op);
  auto valueOf = [&](StringRef name) {
    bool isResidual = contraction && name == residualName;
    return isResidual ? contraction.getResidual() ? Attribute(BoolAttr::get(op->getContext(), true)) : Attribute()
                      : op->getAttr(name);
  };
  SmallVector<StringRef> names = attributeNames(op->getName());
  llvm::erase_if(names, [&](StringRef name) { return !valueOf(name) || (named && name == "name"); });
  if (!names.empty()) {
    printer << " <";
    llvm::interleaveComma(names, printer, [&](StringRef name) {
      printer << name << " = ";
      printExpression(printer, valueOf(name), /*angles=*/true);
    });
    printer << ">";
  }
  if (!llvm::all_of(op->getOperandTypes(), isValue) || !llvm::all_of(op->getResultTypes(), isValue)) {
    printer << " : ";
    printer.printFunctionalType(op);
  }
}

bool dpsims::isElementwise(Operation *op) { return isa<ElementwiseOpInterface>(op); }

InFlightDiagnostic dpsims::opError(Operation *op) { return op->emitError() << op->getName().stripDialect() << ": "; }

LogicalResult dpsims::verifyTensorOp(TensorOpInterface op) {
  if (failed(checkOperandCount(op->getName(), op->getNumOperands(), [&] { return opError(op); })))
    return failure();
  if (llvm::any_of(op->getOperandTypes(), isValue) || llvm::any_of(op->getResultTypes(), isValue))
    return success();
  for (NamedAttribute attribute : op->getAttrs())
    if (isa<ExprAttr>(attribute.getValue()))
      return opError(op) << attribute.getName().getValue() << " is not a constant";
  SmallVector<Type> types;
  if (failed(op.inferTypes(types)))
    return failure();
  for (auto [given, inferred] : llvm::zip_equal(op->getResultTypes(), types))
    if (given != inferred)
      return opError(op) << "its result is " << inferred << ", not " << given;
  return success();
}
