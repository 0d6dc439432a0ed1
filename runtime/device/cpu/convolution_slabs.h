// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions cut into slabs of images, rows or pixels, each a convolution of its own. Shapes alone decide the cuts.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_SLABS_H
#define DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_SLABS_H

#include "runtime/device/plan/convolution.h"

#include <vector>

namespace dpsims {

/// A convolution on a part of the images; where its input and its result begin, in elements.
struct ConvSlab {
  ConvSizes sizes;
  uint64_t src = 0, dst = 0;
};

ConvSlab wholeOf(const ConvSizes &sizes);

/// Slabs of the result, which together are the whole.
std::vector<ConvSlab> slabsOfResult(const ConvSizes &sizes);

/// Slabs of the input, for its gradient.
std::vector<ConvSlab> slabsOfInput(const ConvSizes &sizes);

/// Slabs of the result whose weight gradients add up to the whole's.
std::vector<ConvSlab> slabsOfSum(const ConvSizes &sizes);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_CONVOLUTION_SLABS_H
