// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers of any PTX type as doubles and back. All but 64-bit integers are exact in a double.

#ifndef DPSIMS_TEST_EMULATOR_PTX_FORMATS_H
#define DPSIMS_TEST_EMULATOR_PTX_FORMATS_H

#include "test/emulator/ptx_types.h"

namespace dpsims::ptx {

enum class Rounding : uint8_t { Nearest, Zero, Down, Up };

/// To a whole number.
double roundToInteger(double value, Rounding mode);
/// The bits of a value of a float type.
uint64_t encodeFloat(double value, Type type, Rounding mode);
double decodeFloat(uint64_t bits, Type type);

/// The low bits of a register as an integer type, extended to 64 bits by its sign.
uint64_t decodeInteger(uint64_t bits, Type type);
/// To the nearest that the type has; of NaN 0, or the lowest number of 64 bits.
uint64_t floatToInteger(double value, Type from, Type to, Rounding mode);
/// An integer of 64 bits, signed or not, to the nearest that `to` has.
uint64_t saturateInteger(uint64_t value, bool isSigned, Type to);

} // namespace dpsims::ptx

#endif
