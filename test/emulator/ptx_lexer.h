// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX text into tokens.

#ifndef DPSIMS_TEST_EMULATOR_PTX_LEXER_H
#define DPSIMS_TEST_EMULATOR_PTX_LEXER_H

#include "test/emulator/ptx_emulator.h"

#include <string_view>

namespace dpsims::ptx {

struct Token {
  enum Kind { Word, Number, String, Punctuation, End } kind;
  std::string_view text; // a word keeps its dots: "ld.param.u64", ".reg", "%tid.x"
  unsigned line;

  bool is(std::string_view other) const { return text == other && kind != String; }
};

class Lexer {
public:
  /// `text` must outlive the tokens.
  explicit Lexer(std::string_view text) : text(text) { advance(); }

  const Token &peek() const { return token; }
  Token next();
  /// Takes the token if it is `what`.
  bool accept(std::string_view what);
  void expect(std::string_view what);
  std::string_view expectWord();
  /// Not negative, fits 64 bits.
  uint64_t expectNumber();
  /// For directives that end with their line.
  void skipLine();

  [[noreturn]] void fail(const std::string &message, Fault::Kind kind = Fault::Kind::Syntax) const;

private:
  void advance();
  void skipBlanks();
  Token take(Token::Kind kind, size_t length);

  std::string_view text;
  size_t at = 0;
  unsigned line = 1;
  Token token{Token::End, {}, 1};
};

} // namespace dpsims::ptx

#endif
