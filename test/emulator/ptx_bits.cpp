// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Logic, shifts, bit fields.

#include "test/emulator/ptx_arithmetic.h"
#include "test/emulator/ptx_lanes.h"

#include <algorithm>
#include <type_traits>

namespace dpsims::ptx {

namespace {

//===--------------------------------------------------------------------------------------------------------------===//
// Logic; also of predicates, which are masks
//===--------------------------------------------------------------------------------------------------------------===//

struct And {
  template <typename T> static T apply(T a, T b) { return a & b; }
};
struct Or {
  template <typename T> static T apply(T a, T b) { return a | b; }
};
struct Xor {
  template <typename T> static T apply(T a, T b) { return a ^ b; }
};
struct Not {
  template <typename T> static T apply(T a) { return ~a; }
};
struct LogicalNot {
  template <typename T> static T apply(T a) { return a == 0; }
};

template <typename Operation> void binaryMask(Warp &warp, const Instruction &instruction) {
  warp.writeMask(instruction.destinations[0],
                 Operation::apply(warp.readMask(instruction.sources[0]), warp.readMask(instruction.sources[1])));
}

void notMask(Warp &warp, const Instruction &instruction) {
  warp.writeMask(instruction.destinations[0], ~warp.readMask(instruction.sources[0]));
}

template <typename Operation> void decodeLogic(Decoder &decoder) {
  Type type = decoder.takeType();
  if (type == Type::Pred)
    decoder.instruction.execute = binaryMask<Operation>;
  else if (isUntyped(type))
    decoder.instruction.execute = forInteger<Binary, Operation>(type);
  decodeOperands(decoder, type, 2);
}

void decodeNot(Decoder &decoder) {
  Type type = decoder.takeType();
  if (type == Type::Pred)
    decoder.instruction.execute = notMask;
  else if (isUntyped(type))
    decoder.instruction.execute = forInteger<Unary, Not>(type);
  decodeOperands(decoder, type, 1);
}

void decodeCnot(Decoder &decoder) {
  Type type = decoder.takeType();
  decoder.instruction.execute = isUntyped(type) ? forInteger<Unary, LogicalNot>(type) : nullptr;
  decodeOperands(decoder, type, 1);
}

/// Bit i of the result is bit (a_i b_i c_i) of the table.
void lop3(Warp &warp, const Instruction &instruction) {
  const uint32_t *a = warp.read<uint32_t>(instruction.sources[0]), *b = warp.read<uint32_t>(instruction.sources[1]);
  const uint32_t *c = warp.read<uint32_t>(instruction.sources[2]);
  uint32_t result[warpSize] = {};
  for (unsigned row = 0; row < 8; ++row)
    if (instruction.options >> row & 1)
      for (unsigned lane = 0; lane < warpSize; ++lane)
        result[lane] |=
            (row & 4 ? a[lane] : ~a[lane]) & (row & 2 ? b[lane] : ~b[lane]) & (row & 1 ? c[lane] : ~c[lane]);
  warp.write(instruction.destinations[0], result);
}

void decodeLop3(Decoder &decoder) {
  if (decoder.takeType() != Type::B32)
    decoder.unsupported();
  decoder.expectOperands(5);
  const OperandText &table = decoder.operand(4);
  if (table.kind != OperandText::Integer || table.bits > 255)
    decoder.fail("the table must be a number below 256");
  Instruction &instruction = decoder.instruction;
  instruction.execute = lop3;
  instruction.options = static_cast<uint16_t>(table.bits);
  instruction.destinations[0] = decoder.destination(0, Type::B32);
  for (unsigned i = 0; i < 3; ++i)
    instruction.sources[i] = decoder.source(i + 1, Type::B32);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Shifts
//===--------------------------------------------------------------------------------------------------------------===//

struct ShiftLeft {
  template <typename T> static T apply(T a, uint32_t count) {
    return count < 8 * sizeof(T) ? static_cast<T>(static_cast<uint64_t>(a) << count) : T(0);
  }
};
/// Beyond the width a signed number leaves its sign.
struct ShiftRight {
  template <typename T> static T apply(T a, uint32_t count) {
    constexpr uint32_t width = 8 * sizeof(T);
    if (std::is_signed_v<T>)
      return static_cast<T>(a >> std::min(count, width - 1));
    return count < width ? static_cast<T>(a >> count) : T(0);
  }
};

template <typename Operation> void decodeShift(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  instruction.execute = forInteger<Shift, Operation>(type);
  if (!instruction.execute)
    decoder.unsupported();
  decoder.expectOperands(3);
  instruction.destinations[0] = decoder.destination(0, type);
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, Type::U32);
}

/// shf: the 64 bits b:a shifted; the upper or the lower half of the result.
template <bool Left, bool Clamp> struct Funnel {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t count) {
    count = Clamp ? std::min(count, 32u) : count & 31;
    uint64_t both = uint64_t(b) << 32 | a;
    return static_cast<uint32_t>(Left ? both << count >> 32 : both >> count);
  }
};

void decodeFunnel(Decoder &decoder) {
  Type type = decoder.takeType();
  bool left = decoder.take("l");
  if (type != Type::B32 || (!left && !decoder.take("r")))
    decoder.unsupported();
  bool clamp = decoder.take("clamp");
  if (!clamp && !decoder.take("wrap"))
    decoder.unsupported();
  Execute forms[2][2] = {{ternary<Funnel<false, false>, uint32_t>, ternary<Funnel<false, true>, uint32_t>},
                         {ternary<Funnel<true, false>, uint32_t>, ternary<Funnel<true, true>, uint32_t>}};
  decoder.instruction.execute = forms[left][clamp];
  decodeOperands(decoder, type, 3);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Bit fields
//===--------------------------------------------------------------------------------------------------------------===//

/// Bits [start, start + length); a signed field beyond the width is filled with the sign of its last bit there is.
struct Extract {
  template <typename T> static T apply(T a, uint32_t start, uint32_t length) {
    constexpr uint32_t width = 8 * sizeof(T);
    start &= 255;
    length &= 255;
    if (length == 0)
      return 0;
    uint64_t bits = static_cast<std::make_unsigned_t<T>>(a);
    uint64_t field = start < width ? bits >> start : 0;
    if (length < 64)
      field &= (uint64_t(1) << length) - 1;
    uint32_t last = std::min(start + length - 1, width - 1);
    bool fill = std::is_signed_v<T> && (bits >> last & 1);
    uint32_t present = start < width ? std::min(length, width - start) : 0;
    return static_cast<T>(fill && present < 64 ? field | ~uint64_t(0) << present : field);
  }
};

template <typename T> void extract(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]);
  const uint32_t *start = warp.read<uint32_t>(instruction.sources[1]);
  const uint32_t *length = warp.read<uint32_t>(instruction.sources[2]);
  T result[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane)
    result[lane] = Extract::apply(a[lane], start[lane], length[lane]);
  warp.write(instruction.destinations[0], result);
}

void decodeExtract(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  instruction.execute = type == Type::U32   ? extract<uint32_t>
                        : type == Type::S32 ? extract<int32_t>
                        : type == Type::U64 ? extract<uint64_t>
                        : type == Type::S64 ? extract<int64_t>
                                            : nullptr;
  if (!instruction.execute)
    decoder.unsupported();
  decoder.expectOperands(4);
  instruction.destinations[0] = decoder.destination(0, type);
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, Type::U32);
  instruction.sources[2] = decoder.source(3, Type::U32);
}

/// bfi: the low bits of a into b.
template <typename T> void insert(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]), *b = warp.read<T>(instruction.sources[1]);
  const uint32_t *starts = warp.read<uint32_t>(instruction.sources[2]);
  const uint32_t *lengths = warp.read<uint32_t>(instruction.sources[3]);
  constexpr uint32_t width = 8 * sizeof(T);
  T result[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    uint32_t start = starts[lane] & 255, length = lengths[lane] & 255;
    T field = length < width ? static_cast<T>((T(1) << length) - 1) : ~T(0);
    field = start < width ? field << start : 0;
    T value = start < width ? a[lane] << start : 0;
    result[lane] = (b[lane] & ~field) | (value & field);
  }
  warp.write(instruction.destinations[0], result);
}

void decodeInsert(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  if (type != Type::B32 && type != Type::B64)
    decoder.unsupported();
  instruction.execute = type == Type::B32 ? insert<uint32_t> : insert<uint64_t>;
  decoder.expectOperands(5);
  instruction.destinations[0] = decoder.destination(0, type);
  for (unsigned i = 0; i < 4; ++i)
    instruction.sources[i] = decoder.source(i + 1, i < 2 ? type : Type::U32);
}

/// Each nibble of the selector picks a byte of b:a, or with its top bit that byte's sign.
struct Permute {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t selector) {
    uint64_t both = uint64_t(b) << 32 | a;
    uint32_t result = 0;
    for (unsigned i = 0; i < 4; ++i) {
      uint32_t nibble = selector >> 4 * i & 15;
      uint32_t byte = static_cast<uint32_t>(both >> 8 * (nibble & 7)) & 255;
      if (nibble & 8)
        byte = byte & 128 ? 255 : 0;
      result |= byte << 8 * i;
    }
    return result;
  }
};

void decodePermute(Decoder &decoder) {
  Type type = decoder.takeType();
  decoder.instruction.execute = type == Type::B32 ? ternary<Permute, uint32_t> : nullptr;
  decodeOperands(decoder, type, 3);
}

struct CountOnes {
  static uint32_t apply(uint32_t a) { return static_cast<uint32_t>(__builtin_popcount(a)); }
  static uint32_t apply(uint64_t a) { return static_cast<uint32_t>(__builtin_popcountll(a)); }
};
struct CountZeros {
  static uint32_t apply(uint32_t a) { return a ? static_cast<uint32_t>(__builtin_clz(a)) : 32; }
  static uint32_t apply(uint64_t a) { return a ? static_cast<uint32_t>(__builtin_clzll(a)) : 64; }
};
struct Reverse {
  template <typename T> static T apply(T a) {
    T result = 0;
    for (unsigned i = 0; i < 8 * sizeof(T); ++i)
      result |= (a >> i & 1) << (8 * sizeof(T) - 1 - i);
    return result;
  }
};
/// The highest bit that differs from the sign, -1 if there is none.
struct FindHighest {
  template <typename T> static uint32_t apply(T a) {
    uint64_t bits = static_cast<std::make_unsigned_t<T>>(a < 0 ? ~a : a);
    return bits ? 63 - static_cast<uint32_t>(__builtin_clzll(bits)) : ~0u;
  }
};

template <typename Operation> void decodeCount(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  if (type != Type::B32 && type != Type::B64)
    decoder.unsupported();
  instruction.execute = type == Type::B32 ? unary<Operation, uint32_t, uint32_t> : unary<Operation, uint64_t, uint32_t>;
  decoder.expectOperands(2);
  instruction.destinations[0] = decoder.destination(0, Type::U32);
  instruction.sources[0] = decoder.source(1, type);
}

void decodeReverse(Decoder &decoder) {
  Type type = decoder.takeType();
  bool known = type == Type::B32 || type == Type::B64;
  decoder.instruction.execute = known ? forInteger<Unary, Reverse>(type) : nullptr;
  decodeOperands(decoder, type, 1);
}

void decodeFindHighest(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  instruction.execute = type == Type::U32   ? unary<FindHighest, uint32_t, uint32_t>
                        : type == Type::S32 ? unary<FindHighest, int32_t, uint32_t>
                        : type == Type::U64 ? unary<FindHighest, uint64_t, uint32_t>
                        : type == Type::S64 ? unary<FindHighest, int64_t, uint32_t>
                                            : nullptr;
  if (!instruction.execute)
    decoder.unsupported();
  decoder.expectOperands(2);
  instruction.destinations[0] = decoder.destination(0, Type::U32);
  instruction.sources[0] = decoder.source(1, type);
}

} // namespace

const Opcode bitOpcodes[] = {
    {"and", decodeLogic<And>},
    {"or", decodeLogic<Or>},
    {"xor", decodeLogic<Xor>},
    {"not", decodeNot},
    {"cnot", decodeCnot},
    {"lop3", decodeLop3},
    {"shl", decodeShift<ShiftLeft>},
    {"shr", decodeShift<ShiftRight>},
    {"shf", decodeFunnel},
    {"bfe", decodeExtract},
    {"bfi", decodeInsert},
    {"prmt", decodePermute},
    {"popc", decodeCount<CountOnes>},
    {"clz", decodeCount<CountZeros>},
    {"brev", decodeReverse},
    {"bfind", decodeFindHighest},
    {},
};

} // namespace dpsims::ptx
