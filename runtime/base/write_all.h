// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_BASE_WRITE_ALL_H
#define DPSIMS_RUNTIME_BASE_WRITE_ALL_H

#include <cstddef>

namespace dpsims {

/// Writes all of the bytes to a file descriptor, however many calls that takes, and whatever signals come meanwhile.
/// 0, or the error's number of errno.h.
int writeAll(int descriptor, const void *data, size_t count);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_WRITE_ALL_H
