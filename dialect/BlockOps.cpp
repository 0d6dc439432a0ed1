// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Syntax and verifiers of blocks, networks and programs, and of what refers to them: instances and sections.
#include "dialect/Expressions.h"
#include "dialect/StructureSyntax.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace dpsims;

//===-- Callables -------------------------------------------------------------------------------------------------===//

namespace {

ParseResult parseParameter(OpAsmParser &parser, SmallVectorImpl<Attribute> &parameters) {
  StringRef name, type;
  Attribute defaultValue;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseKeyword(&name) || parser.parseColon() || parser.parseKeyword(&type) ||
      (succeeded(parser.parseOptionalEqual()) && parseExpression(parser, defaultValue, /*angles=*/true)))
    return failure();
  if (isReserved(name) || name.contains('.'))
    return parser.emitError(location) << "'" << name << "' cannot be a parameter's name";
  parameters.push_back(ParameterAttr::get(parser.getContext(), name, type, defaultValue));
  return success();
}

ParseResult parseCallable(OpAsmParser &parser, OperationState &result, bool hasArguments) {
  StringAttr name;
  SmallVector<Attribute> parameters;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(name, SymbolTable::getSymbolAttrName(), result.attributes))
    return failure();
  if (succeeded(parser.parseOptionalLess()) && failed(parser.parseOptionalGreater()) &&
      (parser.parseCommaSeparatedList([&] { return parseParameter(parser, parameters); }) || parser.parseGreater()))
    return failure();
  result.addAttribute("parameters", parser.getBuilder().getArrayAttr(parameters));
  if (hasArguments && parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren))
    return failure();
  for (OpAsmParser::Argument &argument : arguments)
    argument.type = valueType(parser);
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  if (body->empty())
    body->emplaceBlock();
  return success();
}

template <typename OpTy> void printCallable(OpAsmPrinter &printer, OpTy op, bool hasArguments) {
  printer << " ";
  printer.printSymbolName(op.getSymName());
  if (!op.getParameters().empty()) {
    printer << "<";
    llvm::interleaveComma(op.getParameters().template getAsRange<ParameterAttr>(), printer, [&](ParameterAttr p) {
      printer << p.getName() << ": " << p.getType();
      if (p.getDefaultValue()) {
        printer << " = ";
        printExpression(printer, p.getDefaultValue(), true);
      }
    });
    printer << ">";
  }
  if (hasArguments) {
    printer << "(";
    llvm::interleaveComma(op.getBody().getArguments(), printer, [&](Value v) { printer.printOperand(v); });
    printer << ")";
  }
  printer << " ";
  printer.printRegion(op.getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult verifyParameters(Operation *op, ArrayAttr parameters) {
  llvm::StringSet<> seen;
  for (auto parameter : parameters.getAsRange<ParameterAttr>()) {
    StringRef name = parameter.getName(), type = parameter.getType();
    if (!llvm::is_contained({"int", "float", "string", "bool", "list", "record"}, type))
      return op->emitError() << "parameter '" << name << "' has the unknown type '" << type
                             << "'; types are int, float, string, bool, list, record";
    if (!seen.insert(name).second)
      return op->emitError() << "name clash: parameter '" << name << "' is declared twice";
    Attribute value = parameter.getDefaultValue();
    if (!value || isa<ExprAttr>(value))
      continue;
    StringRef given = constantType(value);
    if (given != type && !(given == "int" && type == "float"))
      return op->emitError() << "default of parameter '" << name << "' is " << constantText(value) << ", "
                             << withArticle(given) << "; it must be " << withArticle(type);
  }
  return success();
}

LogicalResult verifyBlockLike(Operation *op, ArrayAttr parameters, Block &body) {
  if (body.empty() || !isa<ReturnOp>(body.back()))
    return op->emitError() << "the body must end in `return`";
  return verifyParameters(op, parameters);
}

} // namespace

ParseResult BlockOp::parse(OpAsmParser &parser, OperationState &result) { return parseCallable(parser, result, true); }
void BlockOp::print(OpAsmPrinter &printer) { printCallable(printer, *this, true); }
LogicalResult BlockOp::verify() { return verifyBlockLike(*this, getParameters(), getBody().front()); }

ParseResult NetworkOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseCallable(parser, result, true);
}
void NetworkOp::print(OpAsmPrinter &printer) { printCallable(printer, *this, true); }
LogicalResult NetworkOp::verify() { return verifyBlockLike(*this, getParameters(), getBody().front()); }

ParseResult ProgramOp::parse(OpAsmParser &parser, OperationState &result) {
  if (succeeded(parser.parseOptionalKeyword("pure")))
    result.addAttribute("pure", parser.getBuilder().getUnitAttr());
  return parseCallable(parser, result, false);
}
void ProgramOp::print(OpAsmPrinter &printer) {
  printer << ((*this)->hasAttr("pure") ? " pure" : "");
  printCallable(printer, *this, false);
}
LogicalResult ProgramOp::verify() {
  if (!getBody().front().empty() && isa<ReturnOp>(getBody().front().back()))
    return emitError() << "a program has no `return`; it declares `output`s";
  return verifyParameters(*this, getParameters());
}

//===-- instance --------------------------------------------------------------------------------------------------===//

namespace {
/// `name = expression`, `name` alone, or `...record` (kept under the name "...").
ParseResult parseArgument(OpAsmParser &parser, SmallVectorImpl<Attribute> &names, SmallVectorImpl<Attribute> &values) {
  Builder &builder = parser.getBuilder();
  bool spread = succeeded(parser.parseOptionalEllipsis());
  if (spread) {
    names.push_back(builder.getStringAttr("..."));
    return parseExpression(parser, values.emplace_back(), true);
  }
  StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  names.push_back(builder.getStringAttr(name));
  if (succeeded(parser.parseOptionalEqual()))
    return parseExpression(parser, values.emplace_back(), true);
  values.push_back(ExprAttr::get(builder.getContext(), ExprKind::Parameter, ArrayRef<Attribute>(names.back())));
  return success();
}
} // namespace

ParseResult InstanceOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  if (succeeded(parser.parseOptionalKeyword("frozen")))
    result.addAttribute("frozen", builder.getUnitAttr());
  if (succeeded(parser.parseOptionalKeyword("shared")))
    result.addAttribute("shared", builder.getUnitAttr());
  std::string name;
  if (succeeded(parser.parseOptionalString(&name)))
    result.addAttribute("name", builder.getStringAttr(name));
  FlatSymbolRefAttr callee;
  SmallVector<Attribute> names, values;
  if (parser.parseAttribute(callee, "callee", result.attributes))
    return failure();
  if (succeeded(parser.parseOptionalLess()) && failed(parser.parseOptionalGreater()) &&
      (parser.parseCommaSeparatedList([&] { return parseArgument(parser, names, values); }) || parser.parseGreater()))
    return failure();
  result.addAttribute("names", builder.getArrayAttr(names));
  result.addAttribute("values", builder.getArrayAttr(values));
  addValueResults(parser, result, parser.getNumResults());
  return parseValues(parser, result, OpAsmParser::Delimiter::Paren);
}

void InstanceOp::print(OpAsmPrinter &printer) {
  printer << (getFrozen() ? " frozen" : "") << (getShared() ? " shared" : "") << " ";
  if (getNameAttr())
    printer << getNameAttr() << " ";
  printer.printSymbolName(getCallee());
  if (!getNames().empty()) {
    printer << "<";
    llvm::interleaveComma(llvm::zip(getNames(), getValues()), printer, [&](auto pair) {
      StringRef name = cast<StringAttr>(std::get<0>(pair)).getValue();
      printer << name << (name == "..." ? "" : " = ");
      printExpression(printer, std::get<1>(pair), true);
    });
    printer << ">";
  }
  printer << "(" << getOperands() << ")";
}

LogicalResult InstanceOp::verify() {
  llvm::StringSet<> seen;
  for (auto name : getNames().getAsRange<StringAttr>())
    if (name.getValue() != "..." && !seen.insert(name.getValue()).second)
      return opError(*this) << "parameter '" << name.getValue() << "' is given twice";
  return success();
}

//===-- What an instance or a section refers to -------------------------------------------------------------------===//

namespace {
/// Whether the file takes over others: their blocks are unknown until the imports are resolved.
bool hasImports(Operation *op) {
  auto module = op->getParentOfType<ModuleOp>();
  return module && !module.getOps<ImportOp>().empty();
}
} // namespace

LogicalResult InstanceOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *block = symbols.lookupNearestSymbolFrom(*this, getCalleeAttr());
  if (!block && hasImports(*this))
    return success();
  if (!isa_and_present<BlockOp, NetworkOp>(block))
    return opError(*this) << "there is no block @" << getCallee();
  Block &body = block->getRegion(0).front();
  if (getOperands().size() != body.getNumArguments())
    return opError(*this) << "@" << getCallee() << " takes " << body.getNumArguments() << " values, not "
                          << getOperands().size();
  size_t given = body.getTerminator()->getNumOperands();
  if (getNumResults() != given)
    return opError(*this) << "gives " << given << " values, and " << getNumResults() << " are taken";
  return success();
}

LogicalResult SectionOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *network = symbols.lookupNearestSymbolFrom(*this, getNetworkAttr());
  if (isa_and_present<BlockOp, NetworkOp>(network) || (!network && hasImports(*this)))
    return success();
  return emitError() << "there is no network @" << getNetwork();
}
