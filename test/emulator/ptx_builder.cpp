// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_builder.h"

#include <algorithm>
#include <cstring>

namespace dpsims::ptx {

namespace {

constexpr uint32_t lineBytes = 64; // of the cache: where vectors begin

uint64_t roundUp(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

uint64_t oddMultiple(uint64_t atLeast, uint64_t alignment) { return roundUp(atLeast, 2 * alignment) + alignment; }

struct SpecialName {
  std::string_view name;
  Special kind;
};

constexpr SpecialName specialNames[] = {
    {"%tid.x", Special::ThreadX},
    {"%tid.y", Special::ThreadY},
    {"%tid.z", Special::ThreadY},
    {"%ntid.x", Special::BlockSizeX},
    {"%ntid.y", Special::BlockSizeY},
    {"%ntid.z", Special::BlockSizeY},
    {"%ctaid.x", Special::BlockX},
    {"%ctaid.y", Special::BlockY},
    {"%ctaid.z", Special::BlockZ},
    {"%nctaid.x", Special::GridX},
    {"%nctaid.y", Special::GridY},
    {"%nctaid.z", Special::GridZ},
    {"%laneid", Special::Lane},
    {"%warpid", Special::WarpId},
    {"%nwarpid", Special::WarpCount},
    {"%lanemask_eq", Special::MaskEqual},
    {"%lanemask_lt", Special::MaskLess},
    {"%lanemask_le", Special::MaskLessEqual},
    {"%lanemask_gt", Special::MaskGreater},
    {"%lanemask_ge", Special::MaskGreaterEqual},
    {"%dynamic_smem_size", Special::DynamicSharedBytes},
};

} // namespace

KernelBuilder::KernelBuilder(std::string name, std::shared_ptr<const std::string> source,
                             std::shared_ptr<ModuleData> data, const std::vector<Variable> &moduleShared)
    : program(std::make_shared<Program>()), moduleShared(moduleShared) {
  kernel.name = std::move(name);
  program->source = std::move(source);
  program->data = std::move(data);
  scopes.emplace_back();
}

void KernelBuilder::addParameter(const std::string &name, unsigned alignment, uint32_t bytes) {
  uint32_t offset = static_cast<uint32_t>(roundUp(kernel.parameterBytes, alignment));
  kernel.parameters.push_back({offset, bytes});
  kernel.parameterBytes = offset + bytes;
  program->parameters.push_back({offset, offset + bytes, false, name});
  symbols[name] = {Space::Param, offset};
}

/// An odd multiple of the alignment, so that an access which needs more than what is declared is found; far enough from
/// the variable before that an index slightly out of bounds hits none.
uint64_t KernelBuilder::placeVariable(std::vector<Span> &spans, const Variable &variable) {
  constexpr uint64_t gap = 256;
  uint64_t begin = oddMultiple((spans.empty() ? 0x400 : spans.back().end) + gap, variable.alignment);
  spans.push_back({begin, begin + variable.bytes, true, variable.name});
  return begin;
}

void KernelBuilder::addVariable(const Variable &variable) {
  if (variable.space == Space::Local) {
    symbols[variable.name] = {Space::Local, placeVariable(program->local, variable)};
    return;
  }
  if (variable.bytes == 0) {
    constexpr uint64_t pastAllOthers = 256 << 10; // more than any GPU's shared memory
    program->dynamicShared = static_cast<int64_t>(oddMultiple(pastAllOthers, variable.alignment));
    symbols[variable.name] = {Space::Shared, static_cast<uint64_t>(program->dynamicShared)};
    return;
  }
  symbols[variable.name] = {Space::Shared, placeVariable(program->shared, variable)};
  kernel.sharedBytes = static_cast<uint32_t>(roundUp(kernel.sharedBytes, variable.alignment) + variable.bytes);
}

void KernelBuilder::openScope() { scopes.emplace_back(); }

bool KernelBuilder::closeScope() {
  scopes.pop_back();
  return !scopes.empty();
}

Operand KernelBuilder::allocate(unsigned size) {
  uint32_t &end = program->registerBytes;
  if (size != 0) {
    Operand place{static_cast<int32_t>(end)};
    end += size * warpSize;
    return place;
  }
  // A cache line is shared by the masks of 16 predicates.
  if (predicates % lineBytes == 0) {
    predicates = end;
    end += lineBytes;
  }
  Operand place{static_cast<int32_t>(predicates)};
  predicates += sizeof(uint32_t);
  return place;
}

Operand KernelBuilder::scratch(unsigned size) { return allocate(size); }

void KernelBuilder::declareRegister(std::string_view name, Type type) {
  scopes.back().registers[name] = {type, allocate(sizeOf(type))};
}

void KernelBuilder::declareRegisters(std::string_view name, Type type, uint32_t count) {
  scopes.back().ranges.push_back({name, type, count});
}

const Register *KernelBuilder::findRegister(std::string_view name) {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    auto found = scope->registers.find(name);
    if (found != scope->registers.end())
      return &found->second;
    for (const Range &range : scope->ranges) {
      if (name.size() <= range.prefix.size() || name.substr(0, range.prefix.size()) != range.prefix)
        continue;
      std::string digits(name.substr(range.prefix.size()));
      if (digits.find_first_not_of("0123456789") != std::string::npos || digits.size() > 9 ||
          std::stoul(digits) >= range.count)
        continue;
      return &(scope->registers[name] = {range.type, allocate(sizeOf(range.type))});
    }
  }
  return findSpecial(name);
}

const Register *KernelBuilder::findSpecial(std::string_view name) {
  auto found = specials.find(name);
  if (found != specials.end())
    return &found->second;
  for (const SpecialName &special : specialNames)
    if (special.name == name) {
      Operand place = allocate(sizeof(uint32_t));
      program->specials.push_back({special.kind, place});
      return &(specials[name] = {Type::U32, place});
    }
  return nullptr;
}

std::optional<Symbol> KernelBuilder::findSymbol(std::string_view name) {
  auto found = symbols.find(name);
  if (found != symbols.end())
    return found->second;
  for (const Variable &variable : moduleShared)
    if (variable.name == name) {
      addVariable(variable);
      return symbols[variable.name];
    }
  for (const Span &span : program->data->spans)
    if (span.name == name)
      return Symbol{span.writable ? Space::Global : Space::Const, span.begin};
  return std::nullopt;
}

Operand KernelBuilder::constant(uint64_t bits, unsigned size) {
  if (size != 0 && size < 8)
    bits &= (uint64_t(1) << 8 * size) - 1;
  auto [found, isNew] = constants.try_emplace({bits, size});
  if (isNew) {
    std::vector<uint8_t> &bytes = program->constants;
    found->second.place = ~static_cast<int32_t>(bytes.size());
    for (unsigned lane = 0; lane < (size ? warpSize : 1); ++lane) {
      const uint8_t *value = reinterpret_cast<const uint8_t *>(&bits);
      bytes.insert(bytes.end(), value, value + (size ? size : sizeof(uint32_t)));
    }
    bytes.resize(roundUp(bytes.size(), lineBytes));
  }
  return found->second;
}

bool KernelBuilder::addLabel(std::string_view name) {
  return labels.emplace(name, static_cast<uint32_t>(program->code.size())).second;
}

void KernelBuilder::addBranch(Instruction instruction, std::string_view label) {
  branches.emplace_back(static_cast<uint32_t>(program->code.size()), label);
  program->code.push_back(instruction);
}

/// A vector may be read beyond what is known, where a compiler sees that nobody uses what comes from there.
void KernelBuilder::markNeededElements() {
  std::vector<bool> read(program->registerBytes);
  auto mark = [&](Operand operand) {
    if (operand.place >= 0)
      read[static_cast<size_t>(operand.place)] = true;
  };
  for (const Instruction &instruction : program->code) {
    for (Operand source : instruction.sources)
      mark(source);
    mark(instruction.predicate);
    mark(instruction.collectiveMask);
  }
  for (Instruction &instruction : program->code)
    if (instruction.isLoad && instruction.vector > 1)
      for (unsigned i = 0; i < instruction.vector; ++i)
        if (!read[static_cast<size_t>(instruction.destinations[i].place)])
          instruction.needed &= static_cast<uint8_t>(~(1u << i));
}

Kernel KernelBuilder::finish(std::string_view &missing, unsigned &line) {
  Instruction end;
  end.flow = Flow::Exit;
  if (!program->code.empty())
    end.line = program->code.back().line;
  program->code.push_back(end);
  for (auto [at, label] : branches) {
    auto found = labels.find(label);
    if (found == labels.end()) {
      missing = label;
      line = program->code[at].line;
      break;
    }
    program->code[at].target = found->second;
  }
  program->registerBytes = static_cast<uint32_t>(roundUp(program->registerBytes, lineBytes));
  markNeededElements();
  for (const Instruction &instruction : program->code)
    program->hasBarrier |= instruction.flow == Flow::Barrier;
  kernel.program = program;
  return std::move(kernel);
}

} // namespace dpsims::ptx
