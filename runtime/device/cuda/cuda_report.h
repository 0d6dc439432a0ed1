// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_REPORT_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_REPORT_H

#include "runtime/device/device_kind.h"

namespace dpsims {

/// What there is of CUDA. Uses nothing of it, so that it works where nothing is. Never an error: what is missing is
/// told.
DeviceReport reportCuda();

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_REPORT_H
