// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the operators and functions of expressions compute.
#include "dialect/Operators.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <functional>

using namespace mlir;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace dpsims {
namespace {

using Result = FailureOr<Attribute>;
using Values = ArrayRef<Attribute>;

//===-- Values ----------------------------------------------------------------------------------------------------===//

Result integer(const Application &a, int64_t value) {
  return Attribute(IntegerAttr::get(IntegerType::get(a.expression.getContext(), 64), value));
}
Result real(const Application &a, double value) {
  return Attribute(FloatAttr::get(Float64Type::get(a.expression.getContext()), value));
}
Result boolean(const Application &a, bool value) { return Attribute(BoolAttr::get(a.expression.getContext(), value)); }
Result text(const Application &a, const Twine &value) {
  return Attribute(StringAttr::get(a.expression.getContext(), value));
}

bool isNumber(Attribute value) { return isa<FloatAttr>(value) || isInt(value); }
bool areInts(Values x) { return llvm::all_of(x, isInt); }
bool areStrings(Values x) { return llvm::all_of(x, llvm::IsaPred<StringAttr>); }
int64_t intOf(Attribute value) { return cast<IntegerAttr>(value).getInt(); }
StringRef stringOf(Attribute value) { return cast<StringAttr>(value).getValue(); }
double numberOf(Attribute value) {
  return isInt(value) ? double(intOf(value)) : cast<FloatAttr>(value).getValueAsDouble();
}
bool areEqual(Attribute a, Attribute b) { return isNumber(a) && isNumber(b) ? numberOf(a) == numberOf(b) : a == b; }

//===-- Errors ----------------------------------------------------------------------------------------------------===//

/// What messages call it: of the two `-` the one before its operand is a word.
StringRef nameOf(const Application &a) {
  ExprKind kind = a.expression.getKind();
  return kind == ExprKind::Negate ? "negate" : operatorOf(kind).spelling;
}

Result mismatch(const Application &a, Values x) {
  return a.emitError() << "'" << nameOf(a) << "' does not apply to "
                       << llvm::join(llvm::map_range(x, constantText), " and ");
}

Result undefined(const Application &a, Values x) {
  return a.emitError() << nameOf(a) << " of " << llvm::join(llvm::map_range(x, constantText), " and ")
                       << " is not defined";
}

Result finite(const Application &a, Values x, double result) {
  return std::isfinite(result) ? real(a, result) : undefined(a, x);
}

/// The result of integers, unless it was too large.
Result fitting(const Application &a, int64_t left, StringRef spelling, int64_t right, std::optional<int64_t> result) {
  if (result)
    return integer(a, *result);
  return a.emitError() << left << " " << spelling << " " << right << " does not fit in 64 bits";
}

//===-- Names, lists, records -------------------------------------------------------------------------------------===//

Result parameter(const Application &a) {
  StringRef name = stringOf(a.expression.getOperands()[0]);
  auto found = a.environment.find(name);
  if (found != a.environment.end())
    return found->second;
  InFlightDiagnostic diagnostic = a.emitError() << "unknown parameter '" << name << "'";
  if (a.environment.empty())
    return diagnostic << "; none is declared here";
  return diagnostic << "; known here: " << llvm::join(llvm::make_first_range(a.environment), ", ");
}

Result list(const Application &a, Values x) { return Attribute(ArrayAttr::get(a.expression.getContext(), x)); }

Result record(const Application &a, Values x) {
  NamedAttrList fields;
  for (size_t i = 0; i < x.size(); i += 2)
    if (fields.set(cast<StringAttr>(x[i]), x[i + 1]))
      return a.emitError() << "field '" << stringOf(x[i]) << "' is given twice in a record";
  return Attribute(fields.getDictionary(a.expression.getContext()));
}

Result field(const Application &a, DictionaryAttr record, Attribute at) {
  auto name = dyn_cast<StringAttr>(at);
  if (Attribute value = name ? record.get(name) : Attribute())
    return value;
  auto names = llvm::map_range(record, [](NamedAttribute field) { return field.getName().getValue(); });
  return a.emitError() << "no field " << constantText(at) << " in the record; it has: " << llvm::join(names, ", ");
}

Result element(const Application &a, Values x) {
  if (auto record = dyn_cast<DictionaryAttr>(x[0]))
    return field(a, record, x[1]);
  auto list = dyn_cast<ArrayAttr>(x[0]);
  auto position = dyn_cast<IntegerAttr>(x[1]);
  if (!list || !position)
    return a.emitError() << "cannot take element " << constantText(x[1]) << " of " << constantText(x[0]);
  if (position.getInt() < 0 || position.getInt() >= int64_t(list.size()))
    return a.emitError() << "element " << position.getInt() << " of a list of " << list.size() << ": "
                         << constantText(list);
  return list[position.getInt()];
}

Result length(const Application &a, Values x) {
  auto list = dyn_cast<ArrayAttr>(x[0]);
  return list ? integer(a, list.size()) : mismatch(a, x);
}

Result containment(const Application &a, Values x) {
  if (auto list = dyn_cast<ArrayAttr>(x[0]))
    return boolean(a, llvm::any_of(list, [&](Attribute item) { return areEqual(item, x[1]); }));
  auto record = dyn_cast<DictionaryAttr>(x[0]);
  auto name = dyn_cast<StringAttr>(x[1]);
  return record && name ? boolean(a, record.contains(name)) : mismatch(a, x);
}

//===-- Conditions ------------------------------------------------------------------------------------------------===//

Result operand(const Application &a, unsigned index) {
  return evaluate(a.expression.getOperands()[index], a.environment, a.emitError);
}

FailureOr<bool> condition(const Application &a) {
  Result value = operand(a, 0);
  if (failed(value))
    return failure();
  if (auto boolean = dyn_cast<BoolAttr>(*value))
    return boolean.getValue();
  return a.emitError() << "'" << nameOf(a) << "' expects a boolean, not " << constantText(*value);
}

// `select`, `and` and `or` do not look at the operand that does not matter.
Result selection(const Application &a) {
  FailureOr<bool> first = condition(a);
  if (failed(first))
    return failure();
  return operand(a, *first ? 1 : 2);
}
Result conjunction(const Application &a) {
  FailureOr<bool> first = condition(a);
  if (failed(first))
    return failure();
  return *first ? operand(a, 1) : boolean(a, false);
}
Result disjunction(const Application &a) {
  FailureOr<bool> first = condition(a);
  if (failed(first))
    return failure();
  return *first ? boolean(a, true) : operand(a, 1);
}

Result inversion(const Application &a, Values x) {
  auto value = dyn_cast<BoolAttr>(x[0]);
  return value ? boolean(a, !value.getValue()) : mismatch(a, x);
}

Result equality(const Application &a, Values x) { return boolean(a, areEqual(x[0], x[1])); }

template <typename Compare> Result comparison(const Application &a, Values x) {
  if (areInts(x))
    return boolean(a, Compare()(intOf(x[0]), intOf(x[1])));
  if (llvm::all_of(x, isNumber))
    return boolean(a, Compare()(numberOf(x[0]), numberOf(x[1])));
  return mismatch(a, x);
}

//===-- Arithmetic ------------------------------------------------------------------------------------------------===//

/// Of two integers, or of two numbers one of which is a float.
template <typename Integers, typename Floats>
Result arithmetic(const Application &a, Values x, Integers integers, Floats floats) {
  if (areInts(x)) {
    int64_t left = intOf(x[0]), right = intOf(x[1]);
    return fitting(a, left, nameOf(a), right, integers(left, right));
  }
  if (llvm::all_of(x, isNumber))
    return finite(a, x, floats(numberOf(x[0]), numberOf(x[1])));
  return mismatch(a, x);
}

Result sum(const Application &a, Values x) {
  if (areStrings(x))
    return text(a, stringOf(x[0]) + stringOf(x[1]));
  auto left = dyn_cast<ArrayAttr>(x[0]), right = dyn_cast<ArrayAttr>(x[1]);
  if (left && right)
    return list(a, llvm::to_vector(llvm::concat<const Attribute>(left, right)));
  return arithmetic(a, x, llvm::checkedAdd<int64_t>, std::plus<>());
}

Result difference(const Application &a, Values x) {
  return arithmetic(a, x, llvm::checkedSub<int64_t>, std::minus<>());
}

Result product(const Application &a, Values x) {
  return arithmetic(a, x, llvm::checkedMul<int64_t>, std::multiplies<>());
}

/// An error if the integers have no quotient.
LogicalResult checkDivisor(const Application &a, int64_t left, int64_t right) {
  if (right != 0 && !llvm::divideSignedWouldOverflow(left, right))
    return success();
  return a.emitError() << left << " " << nameOf(a) << " " << right << " is not defined";
}

Result quotient(const Application &a, Values x) {
  if (areInts(x) && failed(checkDivisor(a, intOf(x[0]), intOf(x[1]))))
    return failure();
  return arithmetic(a, x, llvm::divideFloorSigned<int64_t, int64_t>, std::divides<>());
}

/// What is left when the quotient is rounded down: it has the divisor's sign.
Result modulus(const Application &a, Values x) {
  if (!areInts(x))
    return mismatch(a, x);
  int64_t left = intOf(x[0]), right = intOf(x[1]);
  if (failed(checkDivisor(a, left, right)))
    return failure();
  int64_t remainder = left % right;
  return integer(a, remainder != 0 && (left < 0) != (right < 0) ? remainder + right : remainder);
}

Result negative(const Application &a, Values x) {
  if (isInt(x[0]))
    return fitting(a, 0, "-", intOf(x[0]), llvm::checkedSub<int64_t>(0, intOf(x[0])));
  return isNumber(x[0]) ? real(a, -numberOf(x[0])) : mismatch(a, x);
}

Result minimum(const Application &a, Values x) {
  auto smaller = [](auto left, auto right) { return std::min(left, right); };
  return arithmetic(a, x, smaller, smaller);
}

Result maximum(const Application &a, Values x) {
  auto larger = [](auto left, auto right) { return std::max(left, right); };
  return arithmetic(a, x, larger, larger);
}

Result power(const Application &a, Values x) {
  if (areInts(x) && (intOf(x[1]) < 0 || intOf(x[1]) >= 64))
    return mismatch(a, x);
  auto integers = [](int64_t base, int64_t exponent) {
    std::optional<int64_t> result = 1;
    for (int64_t i = 0; i < exponent && result; ++i)
      result = llvm::checkedMul(*result, base);
    return result;
  };
  return arithmetic(a, x, integers, [](double base, double exponent) { return std::pow(base, exponent); });
}

Result squareRoot(const Application &a, Values x) {
  return isNumber(x[0]) ? finite(a, x, std::sqrt(numberOf(x[0]))) : mismatch(a, x);
}

/// A whole number as an integer. Beyond 2^53 floats are too coarse to be rounded.
Result whole(const Application &a, Values x, double (*round)(double)) {
  double value = isNumber(x[0]) ? round(numberOf(x[0])) : NAN;
  return std::abs(value) < 9e15 ? integer(a, int64_t(value)) : mismatch(a, x);
}
Result rounded(const Application &a, Values x) {
  return whole(a, x, [](double value) { return std::floor(value + 0.5); });
}
Result ceiling(const Application &a, Values x) {
  return whole(a, x, [](double value) { return std::ceil(value); });
}
Result flooring(const Application &a, Values x) {
  return whole(a, x, [](double value) { return std::floor(value); });
}

//===-- Strings ---------------------------------------------------------------------------------------------------===//

Result prefixTest(const Application &a, Values x) {
  return areStrings(x) ? boolean(a, stringOf(x[0]).starts_with(stringOf(x[1]))) : mismatch(a, x);
}

Result prefixRemoval(const Application &a, Values x) {
  if (!areStrings(x))
    return mismatch(a, x);
  StringRef rest = stringOf(x[0]);
  rest.consume_front(stringOf(x[1]));
  return text(a, rest);
}

//===-- The table -------------------------------------------------------------------------------------------------===//

/// All operands evaluated, in order, before `function` is.
template <Result (*function)(const Application &, Values)> Result strict(const Application &a) {
  SmallVector<Attribute> values;
  for (Attribute operand : a.expression.getOperands()) {
    Result value = evaluate(operand, a.environment, a.emitError);
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  return function(a, values);
}

constexpr Operator table[] = {
#define OPERATOR(kind, spelling, notation, arity, precedence, evaluate)                                                \
  {ExprKind::kind, spelling, Notation::notation, arity, precedence, evaluate},
#include "dialect/Operators.def"
};

} // namespace

ArrayRef<Operator> allOperators() { return table; }

const Operator &operatorOf(ExprKind kind) { return table[size_t(kind)]; }

const Operator *findOperator(Notation notation, StringRef spelling) {
  const Operator *found =
      llvm::find_if(table, [&](const Operator &op) { return op.notation == notation && op.spelling == spelling; });
  return found == std::end(table) ? nullptr : found;
}

} // namespace dpsims
