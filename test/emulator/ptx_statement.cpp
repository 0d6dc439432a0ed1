// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_statement.h"

#include <cstdlib>
#include <cstring>

namespace dpsims::ptx {

namespace {

/// 0f3F800000, 0d3FF0000000000000, 1.5; false for whole numbers.
bool parseFloat(Lexer &lexer, OperandText &operand) {
  std::string text(lexer.peek().text);
  char second = text.size() > 1 && text[0] == '0' ? text[1] : '\0';
  char *end = nullptr;
  if (std::strchr("fFdD", second) && second) {
    bool single = second == 'f' || second == 'F';
    operand.kind = single ? OperandText::Single : OperandText::Double;
    operand.bits = std::strtoull(text.c_str() + 2, &end, 16);
    if (*end || text.size() != (single ? 10 : 18))
      lexer.fail("a floating-point number expected");
  } else if (text.find('.') != std::string::npos) {
    double value = std::strtod(text.c_str(), &end);
    if (*end)
      lexer.fail("a floating-point number expected");
    operand.kind = OperandText::Double;
    std::memcpy(&operand.bits, &value, sizeof value);
  } else {
    return false;
  }
  lexer.next();
  return true;
}

OperandText parseNumber(Lexer &lexer) {
  OperandText operand{OperandText::Integer, {}};
  bool minus = lexer.accept("-");
  if (lexer.peek().kind != Token::Number)
    lexer.fail("a number expected");
  if (parseFloat(lexer, operand)) {
    if (minus)
      operand.bits ^= uint64_t(1) << (operand.kind == OperandText::Single ? 31 : 63);
    return operand;
  }
  operand.bits = lexer.expectNumber();
  if (minus)
    operand.bits = -operand.bits;
  return operand;
}

OperandText parseAddress(Lexer &lexer) {
  OperandText operand{OperandText::Address, {}};
  lexer.expect("[");
  if (lexer.peek().kind == Token::Word) {
    operand.name = lexer.next().text;
    if (lexer.accept("+"))
      operand.bits = parseNumber(lexer).bits;
    else if (lexer.peek().is("-"))
      operand.bits = parseNumber(lexer).bits;
  } else {
    operand.bits = parseNumber(lexer).bits;
  }
  lexer.expect("]");
  return operand;
}

OperandText parseOperand(Lexer &lexer);

OperandText parseVector(Lexer &lexer) {
  OperandText operand{OperandText::Vector, {}};
  lexer.expect("{");
  do
    operand.elements.push_back(parseOperand(lexer));
  while (lexer.accept(","));
  lexer.expect("}");
  return operand;
}

OperandText parseOperand(Lexer &lexer) {
  const Token &token = lexer.peek();
  if (token.is("["))
    return parseAddress(lexer);
  if (token.is("{"))
    return parseVector(lexer);
  if (token.kind == Token::Number || token.is("-"))
    return parseNumber(lexer);
  OperandText operand{OperandText::Name, {}};
  operand.negated = lexer.accept("!");
  operand.name = lexer.expectWord();
  if (lexer.accept("|"))
    operand.second = lexer.expectWord();
  else if (lexer.accept("+"))
    operand.bits = lexer.expectNumber(); // of a symbol's address
  return operand;
}

} // namespace

Statement parseStatement(Lexer &lexer) {
  Statement statement;
  statement.line = lexer.peek().line;
  const char *begin = lexer.peek().text.data();
  if (lexer.accept("@")) {
    statement.negated = lexer.accept("!");
    statement.predicate = lexer.expectWord();
  }
  statement.opcode = lexer.expectWord();
  // Scopes are written shared::cta, L2::128B.
  while (lexer.peek().is(":")) {
    lexer.next();
    lexer.expect(":");
    Token rest = lexer.next();
    statement.opcode = {statement.opcode.data(), static_cast<size_t>(rest.text.end() - statement.opcode.data())};
  }
  if (!lexer.peek().is(";")) {
    do
      statement.operands.push_back(parseOperand(lexer));
    while (lexer.accept(","));
  }
  const Token &last = lexer.peek();
  statement.text = {begin, static_cast<size_t>(last.text.end() - begin)};
  lexer.expect(";");
  return statement;
}

} // namespace dpsims::ptx
