// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an instruction as it is written to what a warp executes.

#ifndef DPSIMS_TEST_EMULATOR_PTX_DECODER_H
#define DPSIMS_TEST_EMULATOR_PTX_DECODER_H

#include "test/emulator/ptx_builder.h"
#include "test/emulator/ptx_statement.h"

namespace dpsims::ptx {

/// Adds the statement to the kernel. Throws Fault.
void decode(KernelBuilder &kernel, const Statement &statement, std::string_view source);

/// What the functions that decode an opcode work with.
class Decoder {
public:
  Decoder(KernelBuilder &kernel, const Statement &statement, std::string_view source);

  /// Takes the modifier if the opcode has it: "rn", "sync".
  bool take(std::string_view modifier);
  /// Takes one of them; its index, or -1.
  int takeOneOf(std::initializer_list<std::string_view> modifiers);
  /// Takes the first modifier that is a type.
  Type takeType();
  std::optional<Type> findType();
  std::optional<Space> takeSpace();
  /// Modifiers that do not change what is computed here.
  void takeAny(std::initializer_list<std::string_view> modifiers);
  void takePrefixed(std::string_view prefix);

  size_t operandCount() const { return statement.operands.size(); }
  const OperandText &operand(size_t index) const;
  void expectOperands(size_t count) const;
  void expectOperands(size_t least, size_t most) const;

  /// A register, constant or address of a symbol that has the size of `type`.
  Operand source(const OperandText &text, Type type);
  Operand source(size_t index, Type type) { return source(operand(index), type); }
  /// A predicate: %p; also !%p where `negated` is given.
  Operand predicate(const OperandText &text, bool *negated = nullptr);
  /// A register that has the size of `type`; `_` is one that nobody reads.
  Operand destination(const OperandText &text, Type type);
  Operand destination(size_t index, Type type) { return destination(operand(index), type); }
  /// A register of any size, for what widens and narrows; sets `size`.
  Operand anySource(const OperandText &text, Type type, unsigned &size);
  Operand anyDestination(const OperandText &text, Type type, unsigned &size);
  /// Sets source 0, the offset and bit 0 of the options.
  void address(size_t index);

  void branchTo(size_t index) { label = operand(index).name; }

  [[noreturn]] void fail(const std::string &what, Fault::Kind kind = Fault::Kind::Syntax) const;
  [[noreturn]] void unsupported() const;

  /// Adds the instruction. Modifiers that nobody took are an error.
  void finish();

  Instruction instruction;
  KernelBuilder &kernel;

private:
  const Register &registerOf(const OperandText &text) const;

  const Statement &statement;
  std::vector<std::string_view> modifiers;
  std::string_view label;
};

using Decode = void (*)(Decoder &);

struct Opcode {
  std::string_view name;
  Decode decode;
};

/// Tables, each ending with an empty name.
extern const Opcode arithmeticOpcodes[], floatOpcodes[], bitOpcodes[], compareOpcodes[], moveOpcodes[],
    convertOpcodes[], memoryOpcodes[], atomicOpcodes[], controlOpcodes[];

} // namespace dpsims::ptx

#endif
