// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An instruction as it is written.

#ifndef DPSIMS_TEST_EMULATOR_PTX_STATEMENT_H
#define DPSIMS_TEST_EMULATOR_PTX_STATEMENT_H

#include "test/emulator/ptx_lexer.h"

namespace dpsims::ptx {

struct OperandText {
  enum Kind { Name, Integer, Single, Double, Vector, Address } kind = Name;
  std::string_view name = {};             // Name, and the base of an Address (empty: a number)
  uint64_t bits = 0;                      // Integer (two's complement), Single, Double; the offset of an Address
  bool negated = false;                   // !%p
  std::string_view second = {};           // of %r|%p
  std::vector<OperandText> elements = {}; // of a Vector
};

struct Statement {
  std::string_view predicate; // empty: none
  bool negated = false;
  std::string_view opcode;
  std::vector<OperandText> operands;
  unsigned line = 0;
  std::string_view text;
};

/// Reads up to the semicolon.
Statement parseStatement(Lexer &lexer);

} // namespace dpsims::ptx

#endif
