// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/targets/c/CExpressions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace dpsims::c {
namespace {

/// {0}, {1}, {2} are the operands, {3} is the unsigned type of the first, {4} the result's type, {5} that unsigned.
const llvm::StringMap<const char *> &patterns() {
  static const llvm::StringMap<const char *> patterns = {
      // Floats. Comparisons with a NaN are false, so that both extremes hand it on.
      {"arith.addf", "{0} + {1}"},
      {"arith.subf", "{0} - {1}"},
      {"arith.mulf", "{0} * {1}"},
      {"arith.divf", "{0} / {1}"},
      {"arith.negf", "-{0}"},
      {"arith.maximumf", "{0} != {0} || {0} > {1} ? {0} : {1}"},
      {"arith.minimumf", "{0} != {0} || {0} < {1} ? {0} : {1}"},
      {"arith.maxnumf", "fmaxf({0}, {1})"},
      {"arith.minnumf", "fminf({0}, {1})"},
      // Integers; the compiler is told that they wrap around.
      {"arith.addi", "{0} + {1}"},
      {"arith.subi", "{0} - {1}"},
      {"arith.muli", "{0} * {1}"},
      {"arith.divsi", "{0} / {1}"},
      {"arith.remsi", "{0} % {1}"},
      {"arith.divui", "({3}){0} / ({3}){1}"},
      {"arith.remui", "({3}){0} % ({3}){1}"},
      {"arith.andi", "{0} & {1}"},
      {"arith.ori", "{0} | {1}"},
      {"arith.xori", "{0} ^ {1}"},
      {"arith.shli", "{0} << {1}"},
      {"arith.shrsi", "{0} >> {1}"},
      {"arith.shrui", "({3}){0} >> {1}"},
      {"arith.maxsi", "{0} > {1} ? {0} : {1}"},
      {"arith.minsi", "{0} < {1} ? {0} : {1}"},
      {"arith.maxui", "({3}){0} > ({3}){1} ? {0} : {1}"},
      {"arith.minui", "({3}){0} < ({3}){1} ? {0} : {1}"},
      {"arith.select", "{0} ? {1} : {2}"},
      // Conversions.
      {"arith.extf", "{0}"},
      {"arith.truncf", "{0}"},
      {"arith.trunci", "{0}"},
      {"arith.extsi", "{0}"},
      {"arith.extui", "({3}){0}"},
      {"arith.sitofp", "{0}"},
      {"arith.uitofp", "({3}){0}"},
      {"arith.fptosi", "({4}){0}"},
      {"arith.fptoui", "({5}){0}"},
      {"arith.index_cast", "{0}"},
      {"arith.index_castui", "({3}){0}"},
      {"arith.bitcast", "{4}_of_bits({0})"},
      // Functions.
      {"math.absf", "fabsf({0})"},
      {"math.absi", "{0} < 0 ? -{0} : {0}"},
      {"math.ceil", "ceilf({0})"},
      {"math.copysign", "copysignf({0}, {1})"},
      {"math.erf", "erff({0})"},
      {"math.exp", "expf({0})"},
      {"math.expm1", "expm1f({0})"},
      {"math.floor", "floorf({0})"},
      {"math.fma", "fmaf({0}, {1}, {2})"},
      {"math.log", "logf({0})"},
      {"math.log1p", "log1pf({0})"},
      {"math.round", "roundf({0})"},
      {"math.roundeven", "rintf({0})"},
      {"math.rsqrt", "1 / sqrtf({0})"},
      {"math.sqrt", "sqrtf({0})"},
      {"math.tanh", "tanhf({0})"},
      {"math.trunc", "truncf({0})"},
  };
  return patterns;
}

std::string unsignedText(Type type) {
  std::string text = typeText(type);
  return StringRef(text).starts_with("int") ? "u" + text : text;
}

std::string constantText(Attribute value) {
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return integer.getType().isInteger(1) ? (integer.getValue().isZero() ? "false" : "true")
                                          : llvm::formatv("{0}", integer.getValue().getSExtValue()).str();
  auto number = dyn_cast<FloatAttr>(value);
  if (!number)
    return "";
  llvm::APFloat f = number.getValue();
  if (f.isNaN())
    return "NAN";
  if (f.isInfinity())
    return f.isNegative() ? "-INFINITY" : "INFINITY";
  char digits[64];
  f.convertToHexString(digits, 0, /*upperCase=*/false, llvm::RoundingMode::NearestTiesToEven);
  return std::string(digits) + "f";
}

std::string comparison(arith::CmpIPredicate predicate, StringRef a, StringRef b, StringRef unsignedType) {
  const char *const operators[] = {"==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">="}; // in the enum's order
  std::string cast = predicate >= arith::CmpIPredicate::ult ? ("(" + unsignedType + ")").str() : "";
  return llvm::formatv("{0}{1} {2} {0}{3}", cast, a, operators[size_t(predicate)], b);
}

std::string comparison(arith::CmpFPredicate predicate, StringRef a, StringRef b) {
  const char *const formats[] = {"false",
                                 "{0} == {1}",
                                 "{0} > {1}",
                                 "{0} >= {1}",
                                 "{0} < {1}",
                                 "{0} <= {1}",
                                 "islessgreater({0}, {1})",
                                 "!isunordered({0}, {1})",
                                 "!islessgreater({0}, {1})",
                                 "!({0} <= {1})",
                                 "!({0} < {1})",
                                 "!({0} >= {1})",
                                 "!({0} > {1})",
                                 "{0} != {1}",
                                 "isunordered({0}, {1})",
                                 "true"}; // in the enum's order
  return llvm::formatv(/*Validate=*/false, formats[size_t(predicate)], a, b);
}

} // namespace

std::string typeText(Type type) {
  if (type.isIndex())
    return "int64_t";
  if (type.isF32())
    return "float";
  if (type.isF16())
    return "_Float16";
  if (type.isInteger(1))
    return "bool";
  for (unsigned width : {8, 16, 32, 64})
    if (type.isInteger(width))
      return llvm::formatv("int{0}_t", width);
  return "";
}

std::string expressionOf(Operation *op, ArrayRef<std::string> operands) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return constantText(constant.getValue());
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return comparison(compare.getPredicate(), operands[0], operands[1], unsignedText(compare.getLhs().getType()));
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return comparison(compare.getPredicate(), operands[0], operands[1]);
  auto pattern = patterns().find(op->getName().getStringRef());
  if (pattern == patterns().end() || operands.empty())
    return "";
  auto operand = [&](size_t i) { return i < operands.size() ? operands[i] : std::string(); };
  Type first = op->getOperand(0).getType(), result = op->getResult(0).getType();
  if (isa<arith::TruncIOp>(op) && result.isInteger(1))
    return operands[0] + " & 1";
  if (isa<arith::ExtSIOp, arith::SIToFPOp>(op) && first.isInteger(1))
    return "-" + operands[0];
  return llvm::formatv(/*Validate=*/false, pattern->second, operand(0), operand(1), operand(2), unsignedText(first),
                       typeText(result), unsignedText(result));
}

} // namespace dpsims::c
