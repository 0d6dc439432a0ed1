// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the program. The CUDA device lives in a shared library of its own, libdpsims-cuda.so, which is loaded when a
// model needs it: other programs pay for no CUDA library, and run where there is none.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_KIND_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_KIND_H

#include "runtime/device/device_kind.h"

namespace dpsims {

/// GPUs by CUDA, counted among those that CUDA_VISIBLE_DEVICES leaves.
const DeviceKind &cudaKind();

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_KIND_H
