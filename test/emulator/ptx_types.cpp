// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/ptx_types.h"

#include <iterator>

namespace dpsims::ptx {

namespace {

struct TypeName {
  std::string_view name;
  Type type;
  unsigned size;
};

constexpr TypeName types[] = {
    {"pred", Type::Pred, 0}, {"b8", Type::B8, 1},       {"u8", Type::U8, 1},         {"s8", Type::S8, 1},
    {"b16", Type::B16, 2},   {"u16", Type::U16, 2},     {"s16", Type::S16, 2},       {"f16", Type::F16, 2},
    {"bf16", Type::BF16, 2}, {"b32", Type::B32, 4},     {"u32", Type::U32, 4},       {"s32", Type::S32, 4},
    {"f32", Type::F32, 4},   {"f16x2", Type::F16x2, 4}, {"bf16x2", Type::BF16x2, 4}, {"b64", Type::B64, 8},
    {"u64", Type::U64, 8},   {"s64", Type::S64, 8},     {"f64", Type::F64, 8},
};

constexpr std::string_view spaces[] = {"generic", "global", "shared", "local", "param", "const"};

} // namespace

std::optional<Type> typeByName(std::string_view name) {
  for (const TypeName &entry : types)
    if (entry.name == name)
      return entry.type;
  return std::nullopt;
}

std::optional<Space> spaceByName(std::string_view name) {
  for (size_t i = 1; i < std::size(spaces); ++i) // an instruction without a space is generic
    if (spaces[i] == name)
      return static_cast<Space>(i);
  return std::nullopt;
}

std::string_view nameOf(Space space) { return spaces[static_cast<size_t>(space)]; }

unsigned sizeOf(Type type) { return types[static_cast<size_t>(type)].size; }

bool isFloat(Type type) {
  switch (type) {
  case Type::F16:
  case Type::BF16:
  case Type::F32:
  case Type::F16x2:
  case Type::BF16x2:
  case Type::F64:
    return true;
  default:
    return false;
  }
}

bool isSigned(Type type) { return type == Type::S8 || type == Type::S16 || type == Type::S32 || type == Type::S64; }

bool isUntyped(Type type) { return type == Type::B8 || type == Type::B16 || type == Type::B32 || type == Type::B64; }

} // namespace dpsims::ptx
