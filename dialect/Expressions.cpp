// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Expressions.h"

#include "mlir/IR/Builders.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace dpsims {
namespace {

struct Function {
  StringRef name;
  unsigned arguments;
};
constexpr Function functions[] = {{"len", 1},        {"min", 2},      {"max", 2},         {"select", 3},
                                  {"startswith", 2}, {"contains", 2}, {"round", 1},       {"ceil", 1},
                                  {"sqrt", 1},       {"pow", 2},      {"removeprefix", 2}};

/// How tightly an operator binds; 0 for what is no binary operator.
int precedence(StringRef kind) {
  return llvm::StringSwitch<int>(kind)
      .Case("or", 1)
      .Case("and", 2)
      .Case("not", 3)
      .Cases({"==", "<", "<=", ">", ">="}, 4)
      .Cases({"+", "-"}, 5)
      .Cases({"*", "/", "mod"}, 6)
      .Case("negate", 7)
      .Default(8);
}

IntegerAttr intAttr(MLIRContext *context, int64_t value) {
  return IntegerAttr::get(IntegerType::get(context, 64), value);
}
FloatAttr floatAttr(MLIRContext *context, double value) { return FloatAttr::get(Float64Type::get(context), value); }

bool isConstant(Attribute attribute) { return !isa<ExprAttr>(attribute); }

//===-- Parser ----------------------------------------------------------------------------------------------------===//

class Parser {
public:
  Parser(AsmParser &parser) : p(parser), context(parser.getContext()) {}

  ParseResult expression(Attribute &result, bool angles) {
    Within deeper(depth);
    return failure(failed(limitSize()) || binary(result, 1, angles));
  }

private:
  struct Within {
    explicit Within(unsigned &depth) : depth(depth) { ++depth; }
    ~Within() { --depth; }
    unsigned &depth;
  };

  /// What reads, evaluates and prints expressions recurses.
  ParseResult limitSize() {
    if (depth > 100)
      return p.emitError(p.getCurrentLocation(), "an expression has more than 100 others within one another");
    if (operations > 1000)
      return p.emitError(p.getCurrentLocation(), "an expression has more than 1000 operations; make several of it");
    return success();
  }

  /// What was combined; folded at once where all operands are constants.
  ParseResult make(SMLoc location, StringRef kind, ArrayRef<Attribute> operands, Attribute &result) {
    result = ExprAttr::get(context, kind, operands);
    if (kind != "parameter" && ++operations > 1000)
      return limitSize();
    if (kind == "parameter" || !llvm::all_of(kind == "field" ? operands.take_front() : operands, isConstant))
      return success();
    FailureOr<Attribute> folded = evaluate(result, Environment(), [&] { return p.emitError(location); });
    if (failed(folded))
      return failure();
    result = *folded;
    --operations;
    return success();
  }

  /// The binary operator that stands next, if it binds at least as tightly as `lowest`.
  StringRef binaryOperator(int lowest, bool angles) {
    auto comparison = [&](StringRef plain, StringRef withEqual) {
      return succeeded(p.parseOptionalEqual()) ? withEqual : plain;
    };
    if (lowest <= 1 && succeeded(p.parseOptionalKeyword("or")))
      return "or";
    if (lowest <= 2 && succeeded(p.parseOptionalKeyword("and")))
      return "and";
    if (lowest <= 4 && succeeded(p.parseOptionalEqual()))
      return failed(p.parseEqual()) ? "error" : "==";
    if (lowest <= 4 && !angles && succeeded(p.parseOptionalLess()))
      return comparison("<", "<=");
    if (lowest <= 4 && !angles && succeeded(p.parseOptionalGreater()))
      return comparison(">", ">=");
    if (lowest <= 5 && succeeded(p.parseOptionalPlus()))
      return "+";
    if (lowest <= 5 && succeeded(p.parseOptionalMinus()))
      return "-";
    if (lowest <= 6 && succeeded(p.parseOptionalStar()))
      return "*";
    if (lowest <= 6 && succeeded(p.parseOptionalSlash()))
      return "/";
    if (lowest <= 6 && succeeded(p.parseOptionalKeyword("mod")))
      return "mod";
    return "";
  }

  ParseResult binary(Attribute &result, int lowest, bool angles) {
    SMLoc location = p.getCurrentLocation();
    if (unary(result, lowest, angles))
      return failure();
    for (StringRef kind; !(kind = binaryOperator(lowest, angles)).empty();) {
      Attribute right;
      if (kind == "error" || binary(right, precedence(kind) + 1, angles) ||
          make(location, kind, {result, right}, result))
        return failure();
    }
    return success();
  }

  ParseResult unary(Attribute &result, int lowest, bool angles) {
    SMLoc location = p.getCurrentLocation();
    Within deeper(depth);
    if (failed(limitSize()))
      return failure();
    if (succeeded(p.parseOptionalKeyword("not")))
      return failure(binary(result, 4, angles) || make(location, "not", {result}, result));
    if (succeeded(p.parseOptionalMinus()))
      return failure(binary(result, 7, angles) || make(location, "negate", {result}, result));
    return postfix(result);
  }

  ParseResult postfix(Attribute &result) {
    SMLoc location = p.getCurrentLocation();
    if (primary(result))
      return failure();
    while (succeeded(p.parseOptionalLSquare())) {
      Attribute index;
      if (expression(index, false) || p.parseRSquare() || make(location, "index", {result, index}, result))
        return failure();
    }
    return success();
  }

  ParseResult primary(Attribute &result) {
    SMLoc location = p.getCurrentLocation();
    std::string text;
    if (succeeded(p.parseOptionalLParen()))
      return failure(expression(result, false) || p.parseRParen());
    if (succeeded(p.parseOptionalLSquare()))
      return list(location, result);
    if (succeeded(p.parseOptionalLBrace()))
      return record(location, result);
    if (succeeded(p.parseOptionalString(&text))) {
      result = StringAttr::get(context, text);
      return success();
    }
    if (succeeded(p.parseOptionalKeyword(&word)))
      return identifier(location, result);
    int64_t integer = 0;
    OptionalParseResult isInteger = p.parseOptionalInteger(integer);
    if (isInteger.has_value()) {
      result = intAttr(context, integer);
      return *isInteger;
    }
    double number;
    if (p.parseFloat(number))
      return failure();
    result = floatAttr(context, number);
    return success();
  }

  ParseResult list(SMLoc location, Attribute &result) {
    SmallVector<Attribute> items;
    if (failed(p.parseOptionalRSquare()) &&
        (p.parseCommaSeparatedList([&] { return expression(items.emplace_back(), false); }) || p.parseRSquare()))
      return failure();
    return make(location, "list", items, result);
  }

  ParseResult record(SMLoc location, Attribute &result) {
    SmallVector<Attribute> items;
    auto field = [&]() -> ParseResult {
      std::string name;
      if (p.parseKeywordOrString(&name) || p.parseEqual())
        return failure();
      items.push_back(StringAttr::get(context, name));
      return expression(items.emplace_back(), false);
    };
    if (failed(p.parseOptionalRBrace()) && (p.parseCommaSeparatedList(field) || p.parseRBrace()))
      return failure();
    return make(location, "record", items, result);
  }

  /// true, false, a function's call, or a parameter, maybe with fields (the lexer takes `a.b` as one word).
  ParseResult identifier(SMLoc location, Attribute &result) {
    StringRef name = word;
    if (name == "true" || name == "false") {
      result = BoolAttr::get(context, name == "true");
      return success();
    }
    const Function *function = llvm::find_if(functions, [&](const Function &f) { return f.name == name; });
    if (function != std::end(functions))
      return call(location, *function, result);
    SmallVector<StringRef> parts;
    name.split(parts, '.');
    if (make(location, "parameter", {StringAttr::get(context, parts[0])}, result))
      return failure();
    for (StringRef part : llvm::drop_begin(parts))
      if (make(location, "field", {result, StringAttr::get(context, part)}, result))
        return failure();
    return success();
  }

  ParseResult call(SMLoc location, const Function &function, Attribute &result) {
    SmallVector<Attribute> arguments;
    if (p.parseLParen() || p.parseCommaSeparatedList([&] { return expression(arguments.emplace_back(), false); }) ||
        p.parseRParen())
      return failure();
    if (arguments.size() != function.arguments)
      return p.emitError(location) << function.name << " takes " << function.arguments << " arguments, not "
                                   << arguments.size();
    return make(location, function.name, arguments, result);
  }

  AsmParser &p;
  MLIRContext *context;
  StringRef word;
  unsigned depth = 0, operations = 0; // operations: those that are not folded
};

//===-- Evaluation ------------------------------------------------------------------------------------------------===//

using Value = FailureOr<Attribute>;

class Evaluator {
public:
  Evaluator(const Environment &environment, llvm::function_ref<InFlightDiagnostic()> emitError)
      : environment(environment), error(emitError) {}

  Value operator()(Attribute attribute) {
    auto expression = dyn_cast<ExprAttr>(attribute);
    if (!expression)
      return attribute;
    context = attribute.getContext();
    if (expression.getKind() == "parameter")
      return parameter(cast<StringAttr>(expression.getOperands()[0]));
    if (expression.getKind() == "select" || expression.getKind() == "and" || expression.getKind() == "or")
      return lazy(expression);
    SmallVector<Attribute> operands;
    for (Attribute operand : expression.getOperands()) {
      Value value = (*this)(operand);
      if (failed(value))
        return failure();
      operands.push_back(*value);
    }
    return apply(expression.getKind(), operands);
  }

private:
  Value parameter(StringAttr name) {
    auto found = environment.find(name.getValue());
    if (found != environment.end())
      return found->second;
    return error() << "unknown parameter '" << name.getValue() << "'" << known();
  }

  std::string known() {
    SmallVector<StringRef> names;
    for (auto &entry : environment)
      names.push_back(entry.first);
    return names.empty() ? "; none is declared here" : "; known here: " + llvm::join(names, ", ");
  }

  /// select, and, or: the operand that does not matter is not evaluated.
  Value lazy(ExprAttr expression) {
    Value first = (*this)(expression.getOperands()[0]);
    if (failed(first))
      return failure();
    auto condition = dyn_cast<BoolAttr>(*first);
    if (!condition)
      return error() << "'" << expression.getKind() << "' wants a boolean, not " << constantText(*first);
    if (expression.getKind() == "select")
      return (*this)(expression.getOperands()[condition.getValue() ? 1 : 2]);
    if (condition.getValue() == (expression.getKind() == "or"))
      return first;
    return (*this)(expression.getOperands()[1]);
  }

  Value apply(StringRef kind, ArrayRef<Attribute> x) {
    if (kind == "list")
      return Attribute(ArrayAttr::get(context, x));
    if (kind == "record")
      return makeRecord(x);
    if (kind == "index" || kind == "field")
      return index(x[0], x[1]);
    if (kind == "==")
      return Attribute(BoolAttr::get(context, equal(x[0], x[1])));
    if (kind == "not")
      return isa<BoolAttr>(x[0]) ? Value(BoolAttr::get(context, !cast<BoolAttr>(x[0]).getValue())) : mismatch(kind, x);
    if (x.size() == 1)
      return unary(kind, x);
    if (isa<IntegerAttr>(x[0]) && isa<IntegerAttr>(x[1]) && !isa<BoolAttr>(x[0]) && !isa<BoolAttr>(x[1]))
      return integers(kind, x);
    if (isNumber(x[0]) && isNumber(x[1]))
      return floats(kind, x);
    return texts(kind, x);
  }

  Value makeRecord(ArrayRef<Attribute> items) {
    NamedAttrList fields;
    for (size_t i = 0; i < items.size(); i += 2)
      if (fields.set(cast<StringAttr>(items[i]), items[i + 1]))
        return error() << "field '" << cast<StringAttr>(items[i]).getValue() << "' stands twice in a record";
    return Attribute(fields.getDictionary(context));
  }

  Value index(Attribute from, Attribute at) {
    if (auto record = dyn_cast<DictionaryAttr>(from)) {
      auto name = dyn_cast<StringAttr>(at);
      if (Attribute value = name ? record.get(name) : Attribute())
        return value;
      SmallVector<StringRef> names;
      for (NamedAttribute field : record)
        names.push_back(field.getName().getValue());
      return error() << "no field " << constantText(at) << " in the record; it has: " << llvm::join(names, ", ");
    }
    auto list = dyn_cast<ArrayAttr>(from);
    auto position = dyn_cast<IntegerAttr>(at);
    if (!list || !position)
      return error() << "cannot take element " << constantText(at) << " of " << constantText(from);
    if (position.getInt() < 0 || position.getInt() >= int64_t(list.size()))
      return error() << "element " << position.getInt() << " of a list of " << list.size() << ": "
                     << constantText(from);
    return list[position.getInt()];
  }

  static bool isNumber(Attribute a) { return isa<FloatAttr>(a) || (isa<IntegerAttr>(a) && !isa<BoolAttr>(a)); }
  static double number(Attribute a) {
    return isa<FloatAttr>(a) ? cast<FloatAttr>(a).getValueAsDouble() : double(cast<IntegerAttr>(a).getInt());
  }
  static bool equal(Attribute a, Attribute b) { return isNumber(a) && isNumber(b) ? number(a) == number(b) : a == b; }

  Value mismatch(StringRef kind, ArrayRef<Attribute> x) {
    InFlightDiagnostic diagnostic = error() << "'" << kind << "' does not apply to " << constantText(x[0]);
    if (x.size() > 1)
      diagnostic << " and " << constantText(x[1]);
    return diagnostic;
  }

  Value unary(StringRef kind, ArrayRef<Attribute> x) {
    if (kind == "len") {
      if (auto list = dyn_cast<ArrayAttr>(x[0]))
        return Attribute(intAttr(context, list.size()));
      return mismatch(kind, x);
    }
    if (!isNumber(x[0]))
      return mismatch(kind, x);
    double value = number(x[0]);
    if (kind == "negate" && isa<FloatAttr>(x[0]))
      return Attribute(floatAttr(context, -value));
    if (kind == "negate")
      return integers("-", {intAttr(context, 0), x[0]});
    if (kind == "sqrt")
      return finite(kind, x, std::sqrt(value));
    double rounded = kind == "ceil" ? std::ceil(value) : std::floor(value + 0.5);
    if (!(std::abs(rounded) < 9e15))
      return mismatch(kind, x);
    return Attribute(intAttr(context, int64_t(rounded)));
  }

  Value integers(StringRef kind, ArrayRef<Attribute> x) {
    int64_t a = cast<IntegerAttr>(x[0]).getInt(), b = cast<IntegerAttr>(x[1]).getInt(), r = 0;
    if ((kind == "/" || kind == "mod") && (b == 0 || (b == -1 && a == INT64_MIN)))
      return error() << a << " " << kind << " " << b << " is not defined";
    bool overflow = false;
    if (kind == "+")
      overflow = __builtin_add_overflow(a, b, &r);
    else if (kind == "-")
      overflow = __builtin_sub_overflow(a, b, &r);
    else if (kind == "*")
      overflow = __builtin_mul_overflow(a, b, &r);
    else if (kind == "/")
      r = a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
    else if (kind == "mod")
      r = a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0);
    else if (kind == "min" || kind == "max")
      r = kind == "min" ? std::min(a, b) : std::max(a, b);
    else if (kind == "pow" && b >= 0 && b < 64) {
      r = 1;
      for (int64_t i = 0; i < b; ++i)
        overflow |= __builtin_mul_overflow(r, a, &r);
    } else
      return compare(kind, a, b, x);
    if (overflow)
      return error() << a << " " << kind << " " << b << " does not fit in 64 bits";
    return Attribute(intAttr(context, r));
  }

  Value floats(StringRef kind, ArrayRef<Attribute> x) {
    double a = number(x[0]), b = number(x[1]), r;
    if (kind == "+")
      r = a + b;
    else if (kind == "-")
      r = a - b;
    else if (kind == "*")
      r = a * b;
    else if (kind == "/")
      r = a / b;
    else if (kind == "min" || kind == "max")
      r = kind == "min" ? std::min(a, b) : std::max(a, b);
    else if (kind == "pow")
      r = std::pow(a, b);
    else
      return compare(kind, a, b, x);
    return finite(kind, x, r);
  }

  Value finite(StringRef kind, ArrayRef<Attribute> x, double result) {
    if (std::isfinite(result))
      return Attribute(floatAttr(context, result));
    InFlightDiagnostic diagnostic = error() << kind << " of " << constantText(x[0]);
    if (x.size() > 1)
      diagnostic << " and " << constantText(x[1]);
    return diagnostic << " is not defined";
  }

  template <typename T> Value compare(StringRef kind, T a, T b, ArrayRef<Attribute> x) {
    if (kind != "<" && kind != "<=" && kind != ">" && kind != ">=")
      return mismatch(kind, x);
    bool r = kind == "<" ? a < b : kind == "<=" ? a <= b : kind == ">" ? a > b : a >= b;
    return Attribute(BoolAttr::get(context, r));
  }

  /// Strings and lists: +, startswith, contains.
  Value texts(StringRef kind, ArrayRef<Attribute> x) {
    auto a = dyn_cast<StringAttr>(x[0]), b = dyn_cast<StringAttr>(x[1]);
    auto list = dyn_cast<ArrayAttr>(x[0]), list2 = dyn_cast<ArrayAttr>(x[1]);
    if (kind == "+" && a && b)
      return Attribute(StringAttr::get(context, a.getValue() + b.getValue()));
    if (kind == "+" && list && list2)
      return Attribute(ArrayAttr::get(context, llvm::to_vector(llvm::concat<const Attribute>(list, list2))));
    if (kind == "startswith" && a && b)
      return Attribute(BoolAttr::get(context, a.getValue().starts_with(b.getValue())));
    if (kind == "removeprefix" && a && b)
      return Attribute(StringAttr::get(context, a.getValue().starts_with(b.getValue())
                                                    ? a.getValue().drop_front(b.getValue().size())
                                                    : a.getValue()));
    if (kind == "contains" && list)
      return Attribute(BoolAttr::get(context, llvm::any_of(list, [&](Attribute i) { return equal(i, x[1]); })));
    if (kind == "contains" && isa<DictionaryAttr>(x[0]) && b)
      return Attribute(BoolAttr::get(context, cast<DictionaryAttr>(x[0]).contains(b)));
    return mismatch(kind, x);
  }

  const Environment &environment;
  llvm::function_ref<InFlightDiagnostic()> error;
  MLIRContext *context = nullptr;
};

//===-- Printer ---------------------------------------------------------------------------------------------------===//

/// A record's key, in quotes where the lexer would not take it as one word.
void printKey(llvm::raw_ostream &os, StringRef key) {
  bool word =
      !key.empty() && !llvm::isDigit(key[0]) && llvm::all_of(key, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (word)
    os << key;
  else {
    os << '"';
    llvm::printEscapedString(key, os);
    os << '"';
  }
  os << " = ";
}

void printConstant(llvm::raw_ostream &os, Attribute attribute) {
  auto list = [&](auto items, auto each) { llvm::interleaveComma(items, os, each); };
  if (auto boolean = dyn_cast<BoolAttr>(attribute))
    os << (boolean.getValue() ? "true" : "false");
  else if (auto integer = dyn_cast<IntegerAttr>(attribute))
    os << integer.getInt();
  else if (auto array = dyn_cast<ArrayAttr>(attribute)) {
    os << "[";
    list(array, [&](Attribute item) { printConstant(os, item); });
    os << "]";
  } else if (auto record = dyn_cast<DictionaryAttr>(attribute)) {
    os << "{";
    list(record, [&](NamedAttribute field) {
      printKey(os, field.getName().getValue());
      printConstant(os, field.getValue());
    });
    os << "}";
  } else
    attribute.print(os, /*elideType=*/true);
}

void print(llvm::raw_ostream &os, Attribute attribute, int lowest, bool angles) {
  auto expression = dyn_cast<ExprAttr>(attribute);
  if (!expression)
    return printConstant(os, attribute);
  StringRef kind = expression.getKind();
  ArrayRef<Attribute> x = expression.getOperands();
  auto inner = [&](Attribute item) { print(os, item, 1, false); };
  if (kind == "parameter")
    os << cast<StringAttr>(x[0]).getValue();
  else if (kind == "field") {
    print(os, x[0], 8, angles);
    os << "." << cast<StringAttr>(x[1]).getValue();
  } else if (kind == "index") {
    print(os, x[0], 8, angles);
    os << "[";
    inner(x[1]);
    os << "]";
  } else if (kind == "list") {
    os << "[";
    llvm::interleaveComma(x, os, inner);
    os << "]";
  } else if (kind == "record") {
    os << "{";
    for (size_t i = 0; i < x.size(); i += 2) {
      os << (i ? ", " : "");
      printKey(os, cast<StringAttr>(x[i]).getValue());
      inner(x[i + 1]);
    }
    os << "}";
  } else if (llvm::any_of(functions, [&](const Function &f) { return f.name == kind; })) {
    os << kind << "(";
    llvm::interleaveComma(x, os, inner);
    os << ")";
  } else {
    int own = precedence(kind);
    bool comparison = kind.starts_with("<") || kind.starts_with(">");
    bool parentheses = own < lowest || (angles && comparison);
    bool nested = angles && !parentheses;
    os << (parentheses ? "(" : "");
    if (x.size() == 1) {
      os << (kind == "not" ? "not " : "-");
      print(os, x[0], kind == "not" ? 4 : 7, nested);
    } else {
      print(os, x[0], own, nested);
      os << " " << kind << " ";
      print(os, x[1], own + 1, nested);
    }
    os << (parentheses ? ")" : "");
  }
}

} // namespace

ParseResult parseExpression(AsmParser &parser, Attribute &result, bool angles) {
  return Parser(parser).expression(result, angles);
}

void printExpression(AsmPrinter &printer, Attribute expression, bool angles) {
  print(printer.getStream(), expression, 1, angles);
}

FailureOr<Attribute> evaluate(Attribute expression, const Environment &environment,
                              llvm::function_ref<InFlightDiagnostic()> emitError) {
  return Evaluator(environment, emitError)(expression);
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

std::string constantText(Attribute constant) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printConstant(os, constant);
  return text;
}

bool isReserved(StringRef name) {
  return llvm::is_contained({"true", "false", "not", "and", "or", "mod", "shape"}, name) ||
         llvm::any_of(functions, [&](const Function &f) { return f.name == name; });
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

Attribute ExprAttr::parse(AsmParser &parser, Type) {
  Attribute result;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseLess() || parseExpression(parser, result, /*angles=*/true) || parser.parseGreater())
    return {};
  if (!isa<ExprAttr>(result))
    return parser.emitError(location, "a constant needs no #dpsims.expr"), Attribute();
  return result;
}

void ExprAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printExpression(printer, *this, /*angles=*/true);
  printer << ">";
}

} // namespace dpsims
