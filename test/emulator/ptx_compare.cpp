// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// setp, set, selp, slct, testp.

#include "test/emulator/ptx_arithmetic.h"
#include "test/emulator/ptx_lanes.h"

#include <cmath>

namespace dpsims::ptx {

namespace {

// Of floats the plain comparisons are false with a NaN, those with u are true. `Less` and the like of unsigned integers
// are also written lo, ls, hi, hs.
struct Equal {
  template <typename T> static bool apply(T a, T b) { return a == b; }
};
struct NotEqual { // of floats: ordered
  template <typename T> static bool apply(T a, T b) { return (a < b) | (a > b); }
};
struct Less {
  template <typename T> static bool apply(T a, T b) { return a < b; }
};
struct LessEqual {
  template <typename T> static bool apply(T a, T b) { return a <= b; }
};
struct Greater {
  template <typename T> static bool apply(T a, T b) { return a > b; }
};
struct GreaterEqual {
  template <typename T> static bool apply(T a, T b) { return a >= b; }
};
template <typename Opposite> struct Unordered {
  template <typename T> static bool apply(T a, T b) { return !Opposite::apply(a, b); }
};
struct BothNumbers {
  template <typename T> static bool apply(T a, T b) { return (a == a) & (b == b); }
};

template <typename Comparison> struct Flushed {
  static float flush(float a) { return std::fabs(a) < 0x1p-126f ? 0.0f : a; }
  static bool apply(float a, float b) { return Comparison::apply(flush(a), flush(b)); }
};

template <typename Comparison, typename T> uint32_t compare(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]), *b = warp.read<T>(instruction.sources[1]);
  uint32_t mask = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane)
    mask |= uint32_t(Comparison::apply(a[lane], b[lane])) << lane;
  return mask;
}

enum Combination : uint16_t { None, And, Or, Xor, NegatedThird = 4 };

/// The comparison combined with the third operand, if there is one; its opposite goes to the second destination.
void writeComparison(Warp &warp, const Instruction &instruction, uint32_t mask) {
  uint32_t opposite = ~mask;
  if (unsigned combination = instruction.options & 3) {
    uint32_t third = warp.readMask(instruction.sources[2]);
    if (instruction.options & NegatedThird)
      third = ~third;
    auto combine = [&](uint32_t value) {
      return combination == And ? value & third : combination == Or ? value | third : value ^ third;
    };
    mask = combine(mask);
    opposite = combine(opposite);
  }
  warp.writeMask(instruction.destinations[0], mask);
  if (instruction.vector == 2)
    warp.writeMask(instruction.destinations[1], opposite);
}

template <typename Comparison, typename T> struct SetPredicate {
  static void execute(Warp &warp, const Instruction &instruction) {
    writeComparison(warp, instruction, compare<Comparison, T>(warp, instruction));
  }
};

/// set: all ones or 1.0.
template <typename Comparison, typename T> struct SetValue {
  static void execute(Warp &warp, const Instruction &instruction) {
    uint32_t mask = compare<Comparison, T>(warp, instruction), result[warpSize];
    for (unsigned lane = 0; lane < warpSize; ++lane)
      result[lane] = mask >> lane & 1 ? static_cast<uint32_t>(instruction.offset) : 0;
    warp.write(instruction.destinations[0], result);
  }
};

template <template <typename, typename> class Form, typename Comparison> Execute forType(Type type, bool flush) {
  if (type == Type::F32)
    return flush ? Form<Flushed<Comparison>, float>::execute : Form<Comparison, float>::execute;
  return type == Type::F64 ? Form<Comparison, double>::execute : forInteger<Form, Comparison>(type);
}

template <template <typename, typename> class Form> Execute decodeComparison(Decoder &decoder, Type type) {
  bool flush = type == Type::F32 && decoder.take("ftz");
  switch (decoder.takeOneOf({"eq", "ne", "lt", "le", "gt", "ge"})) {
  case 0:
    return forType<Form, Equal>(type, flush);
  case 1:
    return forType<Form, NotEqual>(type, flush);
  case 2:
    return forType<Form, Less>(type, flush);
  case 3:
    return forType<Form, LessEqual>(type, flush);
  case 4:
    return forType<Form, Greater>(type, flush);
  case 5:
    return forType<Form, GreaterEqual>(type, flush);
  }
  if (!isFloat(type)) {
    if (isSigned(type))
      decoder.unsupported();
    switch (decoder.takeOneOf({"lo", "ls", "hi", "hs"})) {
    case 0:
      return forType<Form, Less>(type, flush);
    case 1:
      return forType<Form, LessEqual>(type, flush);
    case 2:
      return forType<Form, Greater>(type, flush);
    case 3:
      return forType<Form, GreaterEqual>(type, flush);
    }
    decoder.unsupported();
  }
  switch (decoder.takeOneOf({"equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"})) {
  case 0:
    return forType<Form, Unordered<NotEqual>>(type, flush);
  case 1:
    return forType<Form, Unordered<Equal>>(type, flush);
  case 2:
    return forType<Form, Unordered<GreaterEqual>>(type, flush);
  case 3:
    return forType<Form, Unordered<Greater>>(type, flush);
  case 4:
    return forType<Form, Unordered<LessEqual>>(type, flush);
  case 5:
    return forType<Form, Unordered<Less>>(type, flush);
  case 6:
    return forType<Form, BothNumbers>(type, flush);
  case 7:
    return forType<Form, Unordered<BothNumbers>>(type, flush);
  }
  decoder.unsupported();
}

void decodeSetPredicate(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  int combination = decoder.takeOneOf({"and", "or", "xor"});
  instruction.execute = decodeComparison<SetPredicate>(decoder, type);
  if (!instruction.execute)
    decoder.unsupported();
  decoder.expectOperands(combination < 0 ? 3 : 4);
  OperandText first = decoder.operand(0);
  if (!first.second.empty()) {
    instruction.vector = 2;
    instruction.destinations[1] = decoder.destination({OperandText::Name, first.second}, Type::Pred);
    first.second = {};
  }
  instruction.destinations[0] = decoder.destination(first, Type::Pred);
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, type);
  if (combination < 0)
    return;
  bool negated = false;
  instruction.sources[2] = decoder.predicate(decoder.operand(3), &negated);
  instruction.options = static_cast<uint16_t>((combination + 1) | (negated ? NegatedThird : 0));
}

void decodeSetValue(Decoder &decoder) {
  Type result = decoder.takeType(), type = decoder.takeType();
  if (result != Type::U32 && result != Type::S32 && result != Type::F32)
    decoder.unsupported();
  Instruction &instruction = decoder.instruction;
  instruction.execute = decodeComparison<SetValue>(decoder, type);
  if (!instruction.execute)
    decoder.unsupported();
  instruction.offset = result == Type::F32 ? 0x3f800000 : 0xffffffff;
  decoder.expectOperands(3);
  instruction.destinations[0] = decoder.destination(0, result);
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, type);
}

template <typename T> void select(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]), *b = warp.read<T>(instruction.sources[1]);
  uint32_t mask = warp.readMask(instruction.sources[2]);
  T result[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane)
    result[lane] = mask >> lane & 1 ? a[lane] : b[lane];
  warp.write(instruction.destinations[0], result);
}

void decodeSelect(Decoder &decoder) {
  Type type = decoder.takeType();
  Instruction &instruction = decoder.instruction;
  unsigned size = sizeOf(type);
  instruction.execute = size == 2   ? select<uint16_t>
                        : size == 4 ? select<uint32_t>
                        : size == 8 ? select<uint64_t>
                                    : nullptr;
  if (!instruction.execute)
    decoder.unsupported();
  decoder.expectOperands(4);
  instruction.destinations[0] = decoder.destination(0, type);
  instruction.sources[0] = decoder.source(1, type);
  instruction.sources[1] = decoder.source(2, type);
  instruction.sources[2] = decoder.source(3, Type::Pred);
}

template <typename Test, typename T> struct TestFloat {
  static void execute(Warp &warp, const Instruction &instruction) {
    const T *a = warp.read<T>(instruction.sources[0]);
    uint32_t mask = 0;
    for (unsigned lane = 0; lane < warpSize; ++lane)
      mask |= uint32_t(Test::apply(a[lane])) << lane;
    warp.writeMask(instruction.destinations[0], mask);
  }
};

struct IsFinite {
  template <typename T> static bool apply(T a) { return std::isfinite(a); }
};
struct IsInfinite {
  template <typename T> static bool apply(T a) { return std::isinf(a); }
};
struct IsNumber {
  template <typename T> static bool apply(T a) { return !std::isnan(a); }
};
struct IsNan {
  template <typename T> static bool apply(T a) { return std::isnan(a); }
};
struct IsNormal {
  template <typename T> static bool apply(T a) { return std::isnormal(a); }
};
struct IsSubnormal {
  template <typename T> static bool apply(T a) { return std::fpclassify(a) == FP_SUBNORMAL; }
};

template <typename Test> Execute test(Type type) {
  return type == Type::F32   ? TestFloat<Test, float>::execute
         : type == Type::F64 ? TestFloat<Test, double>::execute
                             : nullptr;
}

void decodeTest(Decoder &decoder) {
  Type type = decoder.takeType();
  Execute forms[] = {test<IsFinite>(type), test<IsInfinite>(type), test<IsNumber>(type),
                     test<IsNan>(type),    test<IsNormal>(type),   test<IsSubnormal>(type)};
  int index = decoder.takeOneOf({"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
  if (index < 0 || !forms[index])
    decoder.unsupported();
  decoder.expectOperands(2);
  decoder.instruction.execute = forms[index];
  decoder.instruction.destinations[0] = decoder.destination(0, Type::Pred);
  decoder.instruction.sources[0] = decoder.source(1, type);
}

} // namespace

const Opcode compareOpcodes[] = {
    {"setp", decodeSetPredicate}, {"set", decodeSetValue}, {"selp", decodeSelect}, {"testp", decodeTest}, {},
};

} // namespace dpsims::ptx
