// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expressions read by precedence, and folded where all is constant.
#include "dialect/Operators.h"

using namespace mlir;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace dpsims {
namespace {

bool isConstant(Attribute attribute) { return !isa<ExprAttr>(attribute); }

class Parser {
public:
  Parser(AsmParser &parser) : p(parser), context(parser.getContext()) {}

  ParseResult expression(Attribute &result, bool angles) {
    Within deeper(depth);
    return failure(failed(limitSize()) || operation(result, loosest, angles));
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
  ParseResult make(SMLoc location, ExprKind kind, ArrayRef<Attribute> operands, Attribute &result) {
    result = ExprAttr::get(context, kind, operands);
    if (kind == ExprKind::Parameter)
      return success();
    if (++operations > 1000)
      return limitSize();
    if (!llvm::all_of(operands, isConstant))
      return success();
    FailureOr<Attribute> folded = evaluate(result, Environment(), [&] { return p.emitError(location); });
    if (failed(folded))
      return failure();
    result = *folded;
    --operations;
    return success();
  }

  /// Whether the character that an operator begins with comes next; it is taken.
  bool takes(char character) {
    switch (character) {
    case '=':
      return succeeded(p.parseOptionalEqual());
    case '<':
      return succeeded(p.parseOptionalLess());
    case '>':
      return succeeded(p.parseOptionalGreater());
    case '+':
      return succeeded(p.parseOptionalPlus());
    case '-':
      return succeeded(p.parseOptionalMinus());
    case '*':
      return succeeded(p.parseOptionalStar());
    case '/':
      return succeeded(p.parseOptionalSlash());
    }
    llvm_unreachable("an operator of Operators.def begins with a character that the parser does not know");
  }

  /// Sets `found` to the infix operator that comes next if it binds at least as tightly as `lowest`, else to null.
  ParseResult infix(int lowest, bool angles, const Operator *&found) {
    for (const Operator &op : allOperators()) {
      if (op.notation != Notation::Infix || op.precedence < lowest || (angles && op.isAngle()))
        continue;
      found = &op;
      if (op.isWord() ? succeeded(p.parseOptionalKeyword(op.spelling)) : takes(op.spelling.front()))
        return op.isWord() ? success() : rest(found);
    }
    found = nullptr;
    return success();
  }

  /// The lexer gives `<=` as `<` and `=`: with the first taken, which of the operators that begin with it is here?
  ParseResult rest(const Operator *&found) {
    StringRef first = found->spelling.take_front();
    const Operator *plain = findOperator(Notation::Infix, first);
    const Operator *withEqual = findOperator(Notation::Infix, (first + "=").str());
    found = plain;
    if (!withEqual || (plain && failed(p.parseOptionalEqual())))
      return success();
    found = withEqual;
    return plain ? success() : p.parseEqual();
  }

  ParseResult operation(Attribute &result, int lowest, bool angles) {
    SMLoc location = p.getCurrentLocation();
    if (prefix(result, angles))
      return failure();
    while (true) {
      const Operator *op;
      Attribute right;
      if (infix(lowest, angles, op))
        return failure();
      if (!op)
        return success();
      if (operation(right, op->precedence + 1, angles) || make(location, op->kind, {result, right}, result))
        return failure();
    }
  }

  ParseResult prefix(Attribute &result, bool angles) {
    SMLoc location = p.getCurrentLocation();
    Within deeper(depth);
    if (failed(limitSize()))
      return failure();
    for (const Operator &op : allOperators())
      if (op.notation == Notation::Prefix &&
          (op.isWord() ? succeeded(p.parseOptionalKeyword(op.spelling)) : takes(op.spelling.front())))
        return failure(operation(result, op.precedence, angles) || make(location, op.kind, {result}, result));
    return postfix(result);
  }

  ParseResult postfix(Attribute &result) {
    SMLoc location = p.getCurrentLocation();
    if (primary(result))
      return failure();
    while (succeeded(p.parseOptionalLSquare())) {
      Attribute index;
      if (expression(index, false) || p.parseRSquare() || make(location, ExprKind::Index, {result, index}, result))
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
    return number(result);
  }

  ParseResult number(Attribute &result) {
    int64_t integer = 0;
    OptionalParseResult isInteger = p.parseOptionalInteger(integer);
    if (isInteger.has_value()) {
      result = IntegerAttr::get(IntegerType::get(context, 64), integer);
      return *isInteger;
    }
    double real;
    if (p.parseFloat(real))
      return failure();
    result = FloatAttr::get(Float64Type::get(context), real);
    return success();
  }

  ParseResult list(SMLoc location, Attribute &result) {
    SmallVector<Attribute> items;
    if (failed(p.parseOptionalRSquare()) &&
        (p.parseCommaSeparatedList([&] { return expression(items.emplace_back(), false); }) || p.parseRSquare()))
      return failure();
    return make(location, ExprKind::List, items, result);
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
    return make(location, ExprKind::Record, items, result);
  }

  /// true, false, a function's call, or a parameter, maybe with fields (the lexer takes `a.b` as one word).
  ParseResult identifier(SMLoc location, Attribute &result) {
    StringRef name = word;
    if (name == "true" || name == "false") {
      result = BoolAttr::get(context, name == "true");
      return success();
    }
    if (const Operator *function = findOperator(Notation::Call, name))
      return call(location, *function, result);
    SmallVector<StringRef> parts;
    name.split(parts, '.');
    if (make(location, ExprKind::Parameter, {StringAttr::get(context, parts[0])}, result))
      return failure();
    for (StringRef part : llvm::drop_begin(parts))
      if (make(location, ExprKind::Field, {result, StringAttr::get(context, part)}, result))
        return failure();
    return success();
  }

  ParseResult call(SMLoc location, const Operator &function, Attribute &result) {
    SmallVector<Attribute> arguments;
    if (p.parseLParen() || p.parseCommaSeparatedList([&] { return expression(arguments.emplace_back(), false); }) ||
        p.parseRParen())
      return failure();
    if (arguments.size() != function.arity)
      return p.emitError(location) << function.spelling << " takes " << function.arity << " arguments, not "
                                   << arguments.size();
    return make(location, function.kind, arguments, result);
  }

  AsmParser &p;
  MLIRContext *context;
  StringRef word;
  unsigned depth = 0, operations = 0; // operations: those that are not folded
};

} // namespace

ParseResult parseExpression(AsmParser &parser, Attribute &result, bool angles) {
  return Parser(parser).expression(result, angles);
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

} // namespace dpsims
