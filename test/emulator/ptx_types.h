// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The types and state spaces of PTX.

#ifndef DPSIMS_TEST_EMULATOR_PTX_TYPES_H
#define DPSIMS_TEST_EMULATOR_PTX_TYPES_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace dpsims::ptx {

enum class Type : uint8_t {
  Pred,
  B8,
  U8,
  S8,
  B16,
  U16,
  S16,
  F16,
  BF16,
  B32,
  U32,
  S32,
  F32,
  F16x2,
  BF16x2,
  B64,
  U64,
  S64,
  F64
};

enum class Space : uint8_t { Generic, Global, Shared, Local, Param, Const };

/// "f32" -> Type::F32
std::optional<Type> typeByName(std::string_view name);
std::optional<Space> spaceByName(std::string_view name);
std::string_view nameOf(Space space);

/// In bytes; 0 for predicates, which are masks of lanes.
unsigned sizeOf(Type type);
bool isFloat(Type type);
bool isSigned(Type type);
/// b8 .. b64
bool isUntyped(Type type);

} // namespace dpsims::ptx

#endif
