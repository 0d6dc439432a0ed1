// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel while it is parsed: its names, registers and constants.

#ifndef DPSIMS_TEST_EMULATOR_PTX_BUILDER_H
#define DPSIMS_TEST_EMULATOR_PTX_BUILDER_H

#include "test/emulator/ptx_program.h"

#include <map>
#include <unordered_map>

namespace dpsims::ptx {

struct Register {
  Type type;
  Operand place;
};

/// A variable or parameter: its address in its space.
struct Symbol {
  Space space;
  uint64_t address;
};

/// A declaration `.shared .align 4 .b8 name[64]`. `bytes` 0: an array without a size.
struct Variable {
  Space space = Space::Generic;
  std::string name;
  unsigned alignment = 1;
  uint64_t bytes = 0;
  std::vector<uint8_t> initial; // empty: zeros
};

class KernelBuilder {
public:
  /// `moduleShared`: shared variables of the module, of which the kernel gets those that it names.
  KernelBuilder(std::string name, std::shared_ptr<const std::string> source, std::shared_ptr<ModuleData> data,
                const std::vector<Variable> &moduleShared);

  void addParameter(const std::string &name, unsigned alignment, uint32_t bytes);
  /// Shared or local memory.
  void addVariable(const Variable &variable);

  /// `{` and `}`; names declared between them end there.
  void openScope();
  bool closeScope();
  void declareRegister(std::string_view name, Type type);
  /// name0 .. name<count - 1>
  void declareRegisters(std::string_view name, Type type, uint32_t count);

  /// nullptr if it is none.
  const Register *findRegister(std::string_view name);
  std::optional<Symbol> findSymbol(std::string_view name);
  Operand constant(uint64_t bits, unsigned size);
  /// A register that nobody reads.
  Operand scratch(unsigned size);

  /// False if the label exists.
  bool addLabel(std::string_view name);
  void addInstruction(const Instruction &instruction) { program->code.push_back(instruction); }
  void addBranch(Instruction instruction, std::string_view label);

  /// The finished kernel. Sets `missing` to a label that was never defined.
  Kernel finish(std::string_view &missing, unsigned &line);

  Kernel kernel;

private:
  struct Range {
    std::string_view prefix;
    Type type;
    uint32_t count;
  };
  struct Scope {
    std::unordered_map<std::string_view, Register> registers;
    std::vector<Range> ranges;
  };

  Operand allocate(unsigned size);
  void markNeededElements();
  const Register *findSpecial(std::string_view name);
  uint64_t placeVariable(std::vector<Span> &spans, const Variable &variable);

  std::shared_ptr<Program> program;
  const std::vector<Variable> &moduleShared;
  std::vector<Scope> scopes;
  std::map<std::string, Symbol, std::less<>> symbols;
  std::map<std::pair<uint64_t, unsigned>, Operand> constants;
  std::unordered_map<std::string_view, uint32_t> labels;
  std::vector<std::pair<uint32_t, std::string_view>> branches;
  std::unordered_map<std::string_view, Register> specials;
  uint32_t predicates = 0; // place of the next one
};

} // namespace dpsims::ptx

#endif
