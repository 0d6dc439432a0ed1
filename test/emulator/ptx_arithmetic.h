// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the decoders of arithmetic share: opcodes that are there for integers and floats.

#ifndef DPSIMS_TEST_EMULATOR_PTX_ARITHMETIC_H
#define DPSIMS_TEST_EMULATOR_PTX_ARITHMETIC_H

#include "test/emulator/ptx_decoder.h"

namespace dpsims::ptx {

/// Takes the operands: a destination and `count` sources, all of one type.
void decodeOperands(Decoder &decoder, Type type, unsigned count);

/// The type has been taken; it is f32 or f64.
void decodeFloatAdd(Decoder &decoder, Type type);
void decodeFloatSub(Decoder &decoder, Type type);
void decodeFloatMul(Decoder &decoder, Type type);
void decodeFloatFma(Decoder &decoder, Type type);
void decodeFloatDiv(Decoder &decoder, Type type);
void decodeFloatMin(Decoder &decoder, Type type);
void decodeFloatMax(Decoder &decoder, Type type);
void decodeFloatAbs(Decoder &decoder, Type type);
void decodeFloatNeg(Decoder &decoder, Type type);

} // namespace dpsims::ptx

#endif
