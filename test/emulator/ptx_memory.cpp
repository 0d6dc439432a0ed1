// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ld and st.

#include "test/emulator/ptx_access.h"
#include "test/emulator/ptx_decoder.h"

#include <algorithm>

namespace dpsims::ptx {

namespace {

/// Lanes side by side in memory: one block, whose elements are sorted by their place in a lane's vector.
template <typename T, typename Wide, unsigned Count>
void loadBlock(Warp &warp, const Instruction &instruction, uint64_t address) {
  T block[warpSize * Count];
  std::memcpy(block, reinterpret_cast<const void *>(address), sizeof block);
  for (unsigned i = 0; i < Count; ++i) {
    Wide result[warpSize];
    for (unsigned lane = 0; lane < warpSize; ++lane)
      result[lane] = static_cast<Wide>(block[lane * Count + i]);
    warp.write(instruction.destinations[i], result);
  }
}

template <typename T, typename Wide, unsigned Count>
void storeBlock(Warp &warp, const Instruction &instruction, uint64_t address) {
  T block[warpSize * Count];
  for (unsigned i = 0; i < Count; ++i) {
    const Wide *values = warp.read<Wide>(instruction.sources[i + 1]);
    for (unsigned lane = 0; lane < warpSize; ++lane)
      block[lane * Count + i] = static_cast<T>(values[lane]);
  }
  std::memcpy(reinterpret_cast<void *>(address), block, sizeof block);
}

/// T: as it is in memory, with its sign; Wide: as it is in a register.
template <typename T, typename Wide> void load(Warp &warp, const Instruction &instruction) {
  Addresses addresses;
  const unsigned count = instruction.vector;
  prepareAccess(warp, instruction, sizeof(T) * count, MemoryAccess::Read, addresses);
  if (addresses.contiguous) {
    auto block = count == 1 ? loadBlock<T, Wide, 1> : count == 2 ? loadBlock<T, Wide, 2> : loadBlock<T, Wide, 4>;
    return block(warp, instruction, addresses.lane[0]);
  }
  for (unsigned i = 0; i < count; ++i) {
    Wide result[warpSize] = {};
    for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
      unsigned lane = lowestLane(lanes);
      T value;
      std::memcpy(&value, reinterpret_cast<const T *>(addresses.lane[lane]) + i, sizeof value);
      result[lane] = static_cast<Wide>(value);
    }
    warp.write(instruction.destinations[i], result);
  }
}

template <typename T, typename Wide> void store(Warp &warp, const Instruction &instruction) {
  Addresses addresses;
  const unsigned count = instruction.vector;
  prepareAccess(warp, instruction, sizeof(T) * count, MemoryAccess::Write, addresses);
  if (addresses.contiguous) {
    auto block = count == 1 ? storeBlock<T, Wide, 1> : count == 2 ? storeBlock<T, Wide, 2> : storeBlock<T, Wide, 4>;
    return block(warp, instruction, addresses.lane[0]);
  }
  for (unsigned i = 0; i < count; ++i) {
    const Wide *values = warp.read<Wide>(instruction.sources[i + 1]);
    for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
      unsigned lane = lowestLane(lanes);
      T value = static_cast<T>(values[lane]);
      std::memcpy(reinterpret_cast<T *>(addresses.lane[lane]) + i, &value, sizeof value);
    }
  }
}

/// At an address that is known and in bounds: one value for all lanes.
template <typename T, typename Wide> void loadParameter(Warp &warp, const Instruction &instruction) {
  T value;
  std::memcpy(&value, warp.block->context.launch.parameters.data() + instruction.offset, sizeof value);
  Wide result[warpSize];
  std::fill(std::begin(result), std::end(result), static_cast<Wide>(value));
  warp.write(instruction.destinations[0], result);
}

template <typename T> Execute loadParameterInto(unsigned registerSize) {
  return registerSize == 2   ? loadParameter<T, uint16_t>
         : registerSize == 4 ? loadParameter<T, uint32_t>
                             : loadParameter<T, uint64_t>;
}
template <typename T> Execute loadInto(unsigned registerSize) {
  return registerSize == 2 ? load<T, uint16_t> : registerSize == 4 ? load<T, uint32_t> : load<T, uint64_t>;
}
template <typename T> Execute storeFrom(unsigned registerSize) {
  return registerSize == 2 ? store<T, uint16_t> : registerSize == 4 ? store<T, uint32_t> : store<T, uint64_t>;
}

template <typename T> Execute loadFrom(bool parameter, unsigned registerSize) {
  return parameter ? loadParameterInto<T>(registerSize) : loadInto<T>(registerSize);
}

Execute loadOf(Type type, unsigned registerSize, bool parameter) {
  switch (sizeOf(type)) {
  case 1:
    return isSigned(type) ? loadFrom<int8_t>(parameter, registerSize) : loadFrom<uint8_t>(parameter, registerSize);
  case 2:
    return isSigned(type) ? loadFrom<int16_t>(parameter, registerSize) : loadFrom<uint16_t>(parameter, registerSize);
  case 4:
    return isSigned(type) ? loadFrom<int32_t>(parameter, registerSize) : loadFrom<uint32_t>(parameter, registerSize);
  default:
    return loadFrom<uint64_t>(parameter, registerSize);
  }
}

Execute storeOf(Type type, unsigned registerSize) {
  switch (sizeOf(type)) {
  case 1:
    return storeFrom<uint8_t>(registerSize);
  case 2:
    return storeFrom<uint16_t>(registerSize);
  case 4:
    return storeFrom<uint32_t>(registerSize);
  default:
    return store<uint64_t, uint64_t>;
  }
}

/// Order among threads and caches: the emulator runs warps one after another and has no cache.
void takeHints(Decoder &decoder) {
  decoder.takeAny({"weak", "volatile", "relaxed", "acquire", "release", "cta", "cluster", "gpu", "sys"});
  decoder.takeAny({"ca", "cg", "cs", "lu", "cv", "wb", "wt", "nc", "L1::evict_normal", "L1::evict_last",
                   "L1::evict_first", "L1::no_allocate", "L1::evict_unchanged"});
  decoder.takePrefixed("L2::");
}

/// The element registers of `{%f1, %f2}` or of a single one; `vector` elements are wanted.
std::vector<OperandText> elementsOf(Decoder &decoder, size_t index, unsigned vector) {
  const OperandText &text = decoder.operand(index);
  std::vector<OperandText> elements = text.kind == OperandText::Vector ? text.elements : std::vector<OperandText>{text};
  if (elements.size() != vector)
    decoder.fail(std::to_string(elements.size()) + " registers instead of " + std::to_string(vector));
  return elements;
}

Type takeAccess(Decoder &decoder) {
  Instruction &instruction = decoder.instruction;
  instruction.space = decoder.takeSpace().value_or(Space::Generic);
  instruction.vector = decoder.take("v2") ? 2 : decoder.take("v4") ? 4 : 1;
  if (decoder.take("v8"))
    decoder.unsupported();
  takeHints(decoder);
  Type type = decoder.takeType();
  if (type == Type::Pred)
    decoder.unsupported();
  decoder.expectOperands(2);
  return type;
}

/// Whether the address is one of the parameters, in bounds and aligned; it is then the instruction's offset.
bool decodeParameter(Decoder &decoder, unsigned size) {
  Instruction &instruction = decoder.instruction;
  std::optional<Symbol> symbol = decoder.kernel.findSymbol(decoder.operand(1).name);
  if (instruction.space != Space::Param || instruction.vector != 1 || !symbol)
    return false;
  uint64_t address = symbol->address + static_cast<uint64_t>(instruction.offset);
  if (address % size)
    return false;
  for (const Parameter &parameter : decoder.kernel.kernel.parameters)
    if (address >= parameter.offset && address + size <= parameter.offset + parameter.size) {
      instruction.offset = static_cast<int64_t>(address);
      return true;
    }
  return false;
}

void decodeLoad(Decoder &decoder) {
  Instruction &instruction = decoder.instruction;
  instruction.isLoad = true;
  Type type = takeAccess(decoder);
  decoder.address(1);
  unsigned registerSize = 0, index = 0;
  for (const OperandText &element : elementsOf(decoder, 0, instruction.vector)) {
    unsigned size = 0;
    instruction.destinations[index++] = decoder.anyDestination(element, type, size);
    if (element.name == "_" && registerSize > size)
      instruction.destinations[index - 1] = decoder.kernel.scratch(size = registerSize);
    if (size < sizeOf(type) || (registerSize != 0 && size != registerSize))
      decoder.fail("a register of another size");
    registerSize = size;
  }
  instruction.execute = loadOf(type, registerSize, decodeParameter(decoder, sizeOf(type)));
}

void decodeStore(Decoder &decoder) {
  Instruction &instruction = decoder.instruction;
  Type type = takeAccess(decoder);
  if (instruction.space == Space::Param || instruction.space == Space::Const)
    decoder.unsupported();
  decoder.address(0);
  unsigned registerSize = 0, index = 1;
  std::vector<OperandText> elements = elementsOf(decoder, 1, instruction.vector);
  for (const OperandText &element : elements) // registers decide on the size, constants follow
    if (element.kind == OperandText::Name)
      decoder.anySource(element, type, registerSize);
  Type registerType = registerSize == 8 ? Type::B64 : registerSize == 4 ? Type::B32 : Type::B16;
  if (registerSize == 0)
    registerType = sizeOf(type) == 1 ? Type::B16 : type;
  if (sizeOf(registerType) < sizeOf(type))
    decoder.fail("a register of another size");
  for (const OperandText &element : elements)
    instruction.sources[index++] = decoder.source(element, registerType);
  instruction.execute = storeOf(type, sizeOf(registerType));
}

} // namespace

const Opcode memoryOpcodes[] = {{"ld", decodeLoad}, {"ldu", decodeLoad}, {"st", decodeStore}, {}};

} // namespace dpsims::ptx
