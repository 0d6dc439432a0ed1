// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between NHWC and the layout of the library's Winograd: channels in blocks of 16, the last one filled with zeros,
// (n, c / 16, h, w, 16).

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_BLOCKED_LAYOUT_H
#define DPSIMS_RUNTIME_DEVICE_CPU_BLOCKED_LAYOUT_H

#include "runtime/model/model.h"

#include <cstdint>

namespace dpsims {

struct ImageShape {
  int64_t n = 0, h = 0, w = 0, c = 0;

  /// Bytes of the blocked form.
  uint64_t blockedBytes() const { return static_cast<uint64_t>(n * h * w * ((c + 15) / 16 * 16)) * sizeof(float); }
};

/// dst (blocked) = src (NHWC).
void toBlocked(const ImageShape &shape, const float *src, float *dst, int threads);

/// Does fromBlocked do this activation on the way?
bool isCheap(Activation activation);

/// dst (NHWC) = activation(src (blocked)) + residual (NHWC; null: none; may be dst). The activation is a cheap one.
void fromBlocked(const ImageShape &shape, const float *src, const Epilogue &epilogue, const float *residual, float *dst,
                 int threads);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_BLOCKED_LAYOUT_H
