// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// atom and red: atomic for the host too, because blocks may run at the same time.

#include "test/emulator/ptx_access.h"
#include "test/emulator/ptx_decoder.h"

#include <type_traits>

namespace dpsims::ptx {

namespace {

struct Add {
  template <typename T> static T apply(T old, T b, T) { return old + b; }
};
struct Min {
  template <typename T> static T apply(T old, T b, T) { return b < old ? b : old; }
};
struct Max {
  template <typename T> static T apply(T old, T b, T) { return b > old ? b : old; }
};
struct And {
  template <typename T> static T apply(T old, T b, T) { return old & b; }
};
struct Or {
  template <typename T> static T apply(T old, T b, T) { return old | b; }
};
struct Xor {
  template <typename T> static T apply(T old, T b, T) { return old ^ b; }
};
struct Exchange {
  template <typename T> static T apply(T, T b, T) { return b; }
};
struct CompareAndSwap {
  template <typename T> static T apply(T old, T b, T c) { return old == b ? c : old; }
};
struct Increment {
  template <typename T> static T apply(T old, T b, T) { return old >= b ? 0 : old + 1; }
};
struct Decrement {
  template <typename T> static T apply(T old, T b, T) { return old == 0 || old > b ? b : old - 1; }
};

template <typename T> using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <typename Operation, typename T> T apply(T *place, T b, T c) {
  auto *bits = reinterpret_cast<Bits<T> *>(place);
  Bits<T> before = __atomic_load_n(bits, __ATOMIC_SEQ_CST), after;
  T old;
  do {
    std::memcpy(&old, &before, sizeof old);
    T changed = Operation::apply(old, b, c);
    std::memcpy(&after, &changed, sizeof after);
  } while (!__atomic_compare_exchange_n(bits, &before, after, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  return old;
}

template <typename Operation, typename T> void atomic(Warp &warp, const Instruction &instruction) {
  Addresses addresses;
  prepareAccess(warp, instruction, sizeof(T), MemoryAccess::Atomic, addresses);
  const T *b = warp.read<T>(instruction.sources[1]), *c = warp.read<T>(instruction.sources[2]);
  T result[warpSize] = {};
  for (uint32_t lanes = warp.active; lanes; lanes &= lanes - 1) {
    unsigned lane = lowestLane(lanes);
    // What is declared with less alignment than its accesses need has been refused.
    result[lane] = apply<Operation>(reinterpret_cast<T *>(addresses.lane[lane]), b[lane], c[lane]);
  }
  warp.write(instruction.destinations[0], result);
}

template <typename Operation> Execute ofNumbers(Type type) {
  switch (type) {
  case Type::U32:
    return atomic<Operation, uint32_t>;
  case Type::S32:
    return atomic<Operation, int32_t>;
  case Type::U64:
    return atomic<Operation, uint64_t>;
  case Type::S64:
    return atomic<Operation, int64_t>;
  default:
    return nullptr;
  }
}

Execute ofAdd(Type type) {
  return type == Type::F32 ? atomic<Add, float> : type == Type::F64 ? atomic<Add, double> : ofNumbers<Add>(type);
}

template <typename Operation> Execute ofBits(Type type) {
  return type == Type::B32 ? atomic<Operation, uint32_t> : type == Type::B64 ? atomic<Operation, uint64_t> : nullptr;
}

template <typename Operation> Execute ofCounts(Type type) {
  return type == Type::U32 ? atomic<Operation, uint32_t> : nullptr;
}

Execute takeOperation(Decoder &decoder, Type type, bool &swaps) {
  int index = decoder.takeOneOf({"add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"});
  swaps = index == 7;
  switch (index) {
  case 0:
    return ofAdd(type);
  case 1:
    return ofNumbers<Min>(type);
  case 2:
    return ofNumbers<Max>(type);
  case 3:
    return ofBits<And>(type);
  case 4:
    return ofBits<Or>(type);
  case 5:
    return ofBits<Xor>(type);
  case 6:
    return ofBits<Exchange>(type);
  case 7:
    return ofBits<CompareAndSwap>(type);
  case 8:
    return ofCounts<Increment>(type);
  case 9:
    return ofCounts<Decrement>(type);
  }
  return nullptr;
}

void decodeAtomic(Decoder &decoder, bool returns) {
  Instruction &instruction = decoder.instruction;
  decoder.takeAny({"relaxed", "acquire", "release", "acq_rel", "cta", "cluster", "gpu", "sys"});
  instruction.space = decoder.takeSpace().value_or(Space::Generic);
  Type type = decoder.takeType();
  bool swaps = false;
  instruction.execute = takeOperation(decoder, type, swaps);
  bool changes = instruction.space != Space::Param && instruction.space != Space::Const;
  if (!instruction.execute || !changes || instruction.space == Space::Local)
    decoder.unsupported();
  unsigned first = returns ? 1 : 0;
  decoder.expectOperands(first + (swaps ? 3 : 2));
  instruction.destinations[0] = returns ? decoder.destination(0, type) : decoder.kernel.scratch(sizeOf(type));
  decoder.address(first);
  instruction.sources[1] = decoder.source(first + 1, type);
  instruction.sources[2] = swaps ? decoder.source(first + 2, type) : instruction.sources[1];
}

void decodeAtom(Decoder &decoder) { decodeAtomic(decoder, /*returns=*/true); }
void decodeReduction(Decoder &decoder) { decodeAtomic(decoder, /*returns=*/false); }

} // namespace

const Opcode atomicOpcodes[] = {{"atom", decodeAtom}, {"red", decodeReduction}, {}};

} // namespace dpsims::ptx
