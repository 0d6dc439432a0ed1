// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A few numbers that stand for a tensor.

#ifndef DPSIMS_TEST_KERNEL_SUMS_DIGEST_H
#define DPSIMS_TEST_KERNEL_SUMS_DIGEST_H

#include "runtime/base/tensor.h"

#include <cstdint>
#include <vector>

namespace kernelsums {

/// Of each of 64 consecutive parts: how many elements are not finite; the norm of the others; their sum with random
/// signs. A difference between tensors is as long in a sum as in the norm, in the mean.
using Digest = std::vector<float>;

inline constexpr uint64_t digestParts = 64;
inline constexpr int64_t digestSize = int64_t(digestParts) * 3;

/// Of `count` elements of type F32, I32 or U8.
Digest digestOf(dpsims::ElementType type, const void *data, uint64_t count);

/// The largest difference of norms and sums, relative to the expected norms; infinite where other elements are not
/// finite.
double difference(const Digest &expected, const Digest &actual);

} // namespace kernelsums

#endif // DPSIMS_TEST_KERNEL_SUMS_DIGEST_H
