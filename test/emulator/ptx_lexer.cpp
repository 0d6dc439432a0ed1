// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_lexer.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>

namespace dpsims::ptx {

namespace {

bool isWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '%' || c == '.';
}

} // namespace

Token Lexer::next() {
  Token result = token;
  advance();
  return result;
}

bool Lexer::accept(std::string_view what) {
  if (!token.is(what))
    return false;
  advance();
  return true;
}

void Lexer::expect(std::string_view what) {
  if (!accept(what))
    fail("'" + std::string(what) + "' expected");
}

std::string_view Lexer::expectWord() {
  if (token.kind != Token::Word)
    fail("a name expected");
  return next().text;
}

uint64_t Lexer::expectNumber() {
  if (token.kind != Token::Number)
    fail("a number expected");
  std::string digits(token.text);
  char *end = nullptr;
  errno = 0;
  uint64_t value = std::strtoull(digits.c_str(), &end, 0);
  if (*end == 'U')
    ++end;
  if (*end || errno)
    fail("a whole number expected");
  advance();
  return value;
}

void Lexer::skipLine() {
  for (unsigned first = token.line; token.kind != Token::End && token.line == first;)
    advance();
}

void Lexer::fail(const std::string &message, Fault::Kind kind) const {
  std::string where = token.kind == Token::End ? "at the end" : "at '" + std::string(token.text.substr(0, 80)) + "'";
  throw Fault(kind, "PTX line " + std::to_string(token.line) + ": " + message + " " + where);
}

void Lexer::skipBlanks() {
  while (at < text.size()) {
    std::string_view rest = text.substr(at, 2);
    if (rest[0] == '\n') {
      ++line, ++at;
    } else if (std::isspace(static_cast<unsigned char>(rest[0]))) {
      ++at;
    } else if (rest == "//") {
      at = std::min(text.find('\n', at), text.size());
    } else if (rest == "/*") {
      size_t end = text.find("*/", at + 2);
      if (end == std::string_view::npos)
        fail("a comment does not end");
      for (; at < end + 2; ++at)
        line += text[at] == '\n';
    } else {
      return;
    }
  }
}

Token Lexer::take(Token::Kind kind, size_t length) {
  Token result{kind, text.substr(at, length), line};
  at += length;
  return result;
}

void Lexer::advance() {
  skipBlanks();
  if (at == text.size() || text[at] == '\0') {
    token = {Token::End, {}, line};
    return;
  }
  char first = text[at];
  if (first == '"') {
    size_t end = text.find('"', at + 1);
    if (end == std::string_view::npos)
      fail("a string does not end");
    token = take(Token::String, end + 1 - at);
  } else if (isWordCharacter(first)) {
    size_t end = at;
    while (end < text.size() && isWordCharacter(text[end]))
      ++end;
    token = take(std::isdigit(static_cast<unsigned char>(first)) ? Token::Number : Token::Word, end - at);
  } else {
    token = take(Token::Punctuation, 1);
  }
}

} // namespace dpsims::ptx
