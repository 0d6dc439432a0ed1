// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Expressions.h"
#include "dialect/Operators.h"

using namespace mlir;

namespace dpsims {

FailureOr<Attribute> evaluate(Attribute expression, const Environment &environment,
                              llvm::function_ref<InFlightDiagnostic()> emitError) {
  auto open = dyn_cast<ExprAttr>(expression);
  if (!open)
    return expression;
  return operatorOf(open.getKind()).evaluate({open, environment, emitError});
}

FailureOr<std::string> interpolate(StringRef text, const Environment &environment,
                                   llvm::function_ref<InFlightDiagnostic()> emitError) {
  std::string result;
  while (true) {
    auto [before, rest] = text.split('{');
    result += before;
    if (before.size() == text.size())
      return result;
    auto [name, after] = rest.split('}');
    auto found = environment.find(name.trim());
    if (name.size() == rest.size() || found == environment.end())
      return emitError() << "no parameter '" << name << "' for {" << name << "} in \"" << text << "\"";
    auto string = dyn_cast<StringAttr>(found->second);
    result += string ? string.getValue().str() : constantText(found->second);
    text = after;
  }
}

bool isReserved(StringRef name) {
  return llvm::is_contained({"true", "false", "shape"}, name) ||
         llvm::any_of(allOperators(), [&](const Operator &op) { return op.spelling == name; });
}

std::string withArticle(StringRef type) { return (type == "int" ? "an " : "a ") + type.str(); }

StringRef constantType(Attribute constant) {
  if (isa<BoolAttr>(constant))
    return "bool";
  if (isa<IntegerAttr>(constant))
    return "int";
  if (isa<FloatAttr>(constant))
    return "float";
  if (isa<StringAttr>(constant))
    return "string";
  return isa<ArrayAttr>(constant) ? "list" : "record";
}

} // namespace dpsims
