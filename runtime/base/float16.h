// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats of 16 bits: f16 (IEEE's half) and bf16 (the upper half of f32).

#ifndef DPSIMS_RUNTIME_BASE_FLOAT16_H
#define DPSIMS_RUNTIME_BASE_FLOAT16_H

#include "runtime/base/tensor.h"

namespace dpsims {

/// Exact.
float halfToFloat(uint16_t bits);
float bfloat16ToFloat(uint16_t bits);

/// The nearest number there is, of two equally near the even one; infinity where that is nearer than the largest, which
/// is 65504 of f16.
uint16_t floatToHalf(float value);
uint16_t floatToBfloat16(float value);

/// F32, F16, BF16 or F64.
bool isFloating(ElementType type);

/// `count` elements of F32, F16 or BF16 at `src` as f32, and back. `src` and `dst` may be the same for F32, which is
/// then no work; otherwise they must not overlap.
void widen(ElementType type, const void *src, uint64_t count, float *dst);
void narrow(ElementType type, const float *src, uint64_t count, void *dst);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_FLOAT16_H
