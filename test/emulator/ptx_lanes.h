// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions that compute each lane's result of its own operands. An operation is a struct with `apply`; the loops
// over lanes are simple enough for the compiler to make vectors of them. Inactive lanes are computed and not written.

#ifndef DPSIMS_TEST_EMULATOR_PTX_LANES_H
#define DPSIMS_TEST_EMULATOR_PTX_LANES_H

#include "test/emulator/ptx_warp.h"

namespace dpsims::ptx {

template <typename Operation, typename T, typename Result = T> void unary(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]);
  Result result[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane)
    result[lane] = Operation::apply(a[lane]);
  warp.write(instruction.destinations[0], result);
}

template <typename Operation, typename T, typename Result = T, typename Second = T>
void binary(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]);
  const Second *b = warp.read<Second>(instruction.sources[1]);
  Result result[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane)
    result[lane] = static_cast<Result>(Operation::apply(a[lane], b[lane]));
  warp.write(instruction.destinations[0], result);
}

template <typename Operation, typename T, typename Result = T, typename Third = T>
void ternary(Warp &warp, const Instruction &instruction) {
  const T *a = warp.read<T>(instruction.sources[0]);
  const T *b = warp.read<T>(instruction.sources[1]);
  const Third *c = warp.read<Third>(instruction.sources[2]);
  Result result[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane)
    result[lane] = static_cast<Result>(Operation::apply(a[lane], b[lane], c[lane]));
  warp.write(instruction.destinations[0], result);
}

/// The instance for an integer type of 16, 32 or 64 bits; nullptr for others. `Form` is one of the structs below.
template <template <typename, typename> class Form, typename Operation> Execute forInteger(Type type) {
  switch (type) {
  case Type::U16:
  case Type::B16:
    return Form<Operation, uint16_t>::execute;
  case Type::S16:
    return Form<Operation, int16_t>::execute;
  case Type::U32:
  case Type::B32:
    return Form<Operation, uint32_t>::execute;
  case Type::S32:
    return Form<Operation, int32_t>::execute;
  case Type::U64:
  case Type::B64:
    return Form<Operation, uint64_t>::execute;
  case Type::S64:
    return Form<Operation, int64_t>::execute;
  default:
    return nullptr;
  }
}

template <typename Operation, typename T> struct Unary {
  static void execute(Warp &warp, const Instruction &instruction) { unary<Operation, T>(warp, instruction); }
};
template <typename Operation, typename T> struct Binary {
  static void execute(Warp &warp, const Instruction &instruction) { binary<Operation, T>(warp, instruction); }
};
template <typename Operation, typename T> struct Ternary {
  static void execute(Warp &warp, const Instruction &instruction) { ternary<Operation, T>(warp, instruction); }
};
/// The second operand is a count in 32 bits.
template <typename Operation, typename T> struct Shift {
  static void execute(Warp &warp, const Instruction &instruction) {
    binary<Operation, T, T, uint32_t>(warp, instruction);
  }
};

} // namespace dpsims::ptx

#endif
