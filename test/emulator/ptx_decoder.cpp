// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_decoder.h"

#include <algorithm>
#include <cstring>

namespace dpsims::ptx {

namespace {

std::unordered_map<std::string_view, Decode> allOpcodes() {
  std::unordered_map<std::string_view, Decode> all;
  for (const Opcode *table : {arithmeticOpcodes, floatOpcodes, bitOpcodes, compareOpcodes, moveOpcodes, convertOpcodes,
                              memoryOpcodes, atomicOpcodes, controlOpcodes})
    for (; !table->name.empty(); ++table)
      all[table->name] = table->decode;
  return all;
}

/// A literal as the bits of a value of `type`.
uint64_t literalBits(const OperandText &text, Type type) {
  if (text.kind != OperandText::Double || type != Type::F32)
    return text.bits;
  double value;
  std::memcpy(&value, &text.bits, sizeof value);
  float single = static_cast<float>(value);
  uint32_t bits;
  std::memcpy(&bits, &single, sizeof bits);
  return bits;
}

} // namespace

void decode(KernelBuilder &kernel, const Statement &statement, std::string_view source) {
  static const std::unordered_map<std::string_view, Decode> opcodes = allOpcodes();
  Decoder decoder(kernel, statement, source);
  auto found = opcodes.find(statement.opcode.substr(0, statement.opcode.find('.')));
  if (found == opcodes.end())
    decoder.unsupported();
  found->second(decoder);
  decoder.finish();
}

Decoder::Decoder(KernelBuilder &kernel, const Statement &statement, std::string_view source)
    : kernel(kernel), statement(statement) {
  std::string_view rest = statement.opcode;
  size_t dot = rest.find('.');
  while (dot != std::string_view::npos) {
    rest.remove_prefix(dot + 1);
    dot = rest.find('.');
    modifiers.push_back(rest.substr(0, dot));
  }
  instruction.line = statement.line;
  instruction.text = static_cast<uint32_t>(statement.text.data() - source.data());
  instruction.textLength = static_cast<uint32_t>(statement.text.size());
  if (!statement.predicate.empty()) {
    OperandText guard{OperandText::Name, statement.predicate};
    instruction.predicate = predicate(guard);
    instruction.predicated = true;
    instruction.negated = statement.negated;
  }
}

void Decoder::fail(const std::string &what, Fault::Kind kind) const {
  throw Fault(kind, "PTX line " + std::to_string(statement.line) + ": " + what + ": " + std::string(statement.text));
}

void Decoder::unsupported() const {
  fail("unsupported instruction '" + std::string(statement.opcode) + "'", Fault::Kind::Unsupported);
}

bool Decoder::take(std::string_view modifier) {
  auto found = std::find(modifiers.begin(), modifiers.end(), modifier);
  if (found == modifiers.end())
    return false;
  modifiers.erase(found);
  return true;
}

int Decoder::takeOneOf(std::initializer_list<std::string_view> choices) {
  int index = 0;
  for (std::string_view choice : choices) {
    if (take(choice))
      return index;
    ++index;
  }
  return -1;
}

std::optional<Type> Decoder::findType() {
  for (auto modifier = modifiers.begin(); modifier != modifiers.end(); ++modifier)
    if (std::optional<Type> type = typeByName(*modifier)) {
      modifiers.erase(modifier);
      return type;
    }
  return std::nullopt;
}

Type Decoder::takeType() {
  std::optional<Type> type = findType();
  if (!type)
    unsupported();
  return *type;
}

std::optional<Space> Decoder::takeSpace() {
  if (take("shared::cta"))
    return Space::Shared;
  if (take("param::entry"))
    return Space::Param;
  for (auto modifier = modifiers.begin(); modifier != modifiers.end(); ++modifier)
    if (std::optional<Space> space = spaceByName(*modifier)) {
      modifiers.erase(modifier);
      return space;
    }
  return std::nullopt;
}

void Decoder::takeAny(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    take(name);
}

void Decoder::takePrefixed(std::string_view prefix) {
  auto matches = [&](std::string_view modifier) { return modifier.substr(0, prefix.size()) == prefix; };
  modifiers.erase(std::remove_if(modifiers.begin(), modifiers.end(), matches), modifiers.end());
}

const OperandText &Decoder::operand(size_t index) const {
  if (index >= statement.operands.size())
    fail("too few operands");
  return statement.operands[index];
}

void Decoder::expectOperands(size_t count) const { expectOperands(count, count); }

void Decoder::expectOperands(size_t least, size_t most) const {
  if (operandCount() < least || operandCount() > most)
    fail(std::to_string(operandCount()) + " operands");
}

const Register &Decoder::registerOf(const OperandText &text) const {
  const Register *found = text.kind == OperandText::Name ? kernel.findRegister(text.name) : nullptr;
  if (!found || text.negated || !text.second.empty())
    fail("'" + std::string(text.name) + "' is not a register");
  return *found;
}

Operand Decoder::source(const OperandText &text, Type type) {
  if (type == Type::Pred)
    return predicate(text);
  unsigned size = 0;
  Operand result = anySource(text, type, size);
  if (size != sizeOf(type))
    fail("'" + std::string(text.name) + "' has another size than the instruction");
  return result;
}

Operand Decoder::anySource(const OperandText &text, Type type, unsigned &size) {
  size = sizeOf(type);
  if (text.kind == OperandText::Integer || text.kind == OperandText::Single || text.kind == OperandText::Double) {
    size = std::max(size, 2u);
    return kernel.constant(literalBits(text, type), size);
  }
  if (text.kind == OperandText::Name && !kernel.findRegister(text.name))
    if (std::optional<Symbol> symbol = kernel.findSymbol(text.name)) {
      bool pointsOutside = symbol->space == Space::Global || symbol->space == Space::Const;
      if (size < (pointsOutside ? 8 : 4))
        fail("an address does not fit the type");
      return kernel.constant(symbol->address + text.bits, size);
    }
  const Register &found = registerOf(text);
  if (found.type == Type::Pred)
    fail("'" + std::string(text.name) + "' is a predicate");
  size = sizeOf(found.type);
  return found.place;
}

Operand Decoder::predicate(const OperandText &text, bool *negated) {
  if (text.kind == OperandText::Integer)
    return kernel.constant(text.bits ? allLanes : 0, 0);
  OperandText plain = text;
  if (negated) {
    *negated = text.negated;
    plain.negated = false;
  }
  const Register &found = registerOf(plain);
  if (found.type != Type::Pred)
    fail("'" + std::string(text.name) + "' is not a predicate");
  return found.place;
}

Operand Decoder::destination(const OperandText &text, Type type) {
  unsigned size = 0;
  Operand result = anyDestination(text, type, size);
  if (size != sizeOf(type))
    fail("'" + std::string(text.name) + "' has another size than the instruction");
  return result;
}

Operand Decoder::anyDestination(const OperandText &text, Type type, unsigned &size) {
  if (text.kind == OperandText::Name && text.name == "_") {
    size = type == Type::Pred ? 0 : std::max(sizeOf(type), 2u);
    return kernel.scratch(size);
  }
  const Register &found = registerOf(text);
  if ((found.type == Type::Pred) != (type == Type::Pred))
    fail("'" + std::string(text.name) + "' has another type than the instruction");
  if (text.name[0] == '%' && text.name.find('.') != std::string_view::npos)
    fail("'" + std::string(text.name) + "' cannot be written");
  size = sizeOf(found.type);
  return found.place;
}

void Decoder::address(size_t index) {
  const OperandText &text = operand(index);
  if (text.kind != OperandText::Address)
    fail("an address in brackets expected");
  constexpr uint16_t wide = 1;
  instruction.offset = static_cast<int64_t>(text.bits);
  if (text.name.empty()) {
    instruction.sources[0] = kernel.constant(0, 8);
    instruction.options |= wide;
    return;
  }
  OperandText base{OperandText::Name, text.name};
  unsigned size = 0;
  instruction.sources[0] = anySource(base, Type::U64, size);
  if (size != 4 && size != 8)
    fail("'" + std::string(text.name) + "' is not an address");
  if (size == 8)
    instruction.options |= wide;
}

void Decoder::finish() {
  if (!modifiers.empty())
    unsupported();
  if (label.empty())
    kernel.addInstruction(instruction);
  else
    kernel.addBranch(instruction, label);
}

} // namespace dpsims::ptx
