// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Dialect.h"
#include "dialect/Expressions.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dpsims;

#include "dialect/Dialect.cpp.inc"
#include "dialect/Enums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialect/Types.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/Attributes.cpp.inc"

void DpsimsDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialect/Types.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/Attributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/Ops.cpp.inc"
      >();
}

Attribute ParameterAttr::parse(AsmParser &parser, Type) {
  StringRef name, type;
  Attribute defaultValue;
  if (parser.parseLess() || parser.parseKeyword(&name) || parser.parseColon() || parser.parseKeyword(&type) ||
      (succeeded(parser.parseOptionalEqual()) && parseExpression(parser, defaultValue, true)) || parser.parseGreater())
    return {};
  return get(parser.getContext(), name, type, defaultValue);
}

void ParameterAttr::print(AsmPrinter &printer) const {
  printer << "<" << getName() << ": " << getType();
  if (getDefaultValue()) {
    printer << " = ";
    printExpression(printer, getDefaultValue(), true);
  }
  printer << ">";
}

namespace dpsims {

bool isInt(Attribute attribute) { return isa<IntegerAttr>(attribute) && !isa<BoolAttr>(attribute); }

bool isIntList(Attribute attribute) {
  auto array = dyn_cast<ArrayAttr>(attribute);
  return array && llvm::all_of(array, isInt);
}

int64_t intOf(Attribute attribute) { return cast<IntegerAttr>(attribute).getInt(); }

double floatOf(Attribute attribute) {
  auto number = dyn_cast<FloatAttr>(attribute);
  return number ? number.getValueAsDouble() : double(intOf(attribute));
}

int64_t intOr(Attribute attribute, int64_t otherwise) {
  auto integer = dyn_cast_or_null<IntegerAttr>(attribute);
  return integer ? integer.getInt() : otherwise;
}

double floatOr(Attribute attribute, double otherwise) { return attribute ? floatOf(attribute) : otherwise; }

bool boolOr(Attribute attribute, bool otherwise) {
  auto boolean = dyn_cast_or_null<BoolAttr>(attribute);
  return boolean ? boolean.getValue() : otherwise;
}

SmallVector<int64_t> intList(Attribute attribute) {
  SmallVector<int64_t> values;
  for (Attribute item : cast<ArrayAttr>(attribute))
    values.push_back(cast<IntegerAttr>(item).getInt());
  return values;
}

FailureOr<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> result(a);
  size_t shift = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t &size = result[shift + i];
    if (size != b[i] && size != 1 && b[i] != 1)
      return failure();
    size = size == 1 ? b[i] : size;
  }
  return result;
}

} // namespace dpsims
