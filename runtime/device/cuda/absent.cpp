// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In a build without the CUDA device.
#include "runtime/device/absent_kind.h"
#include "runtime/device/cuda/cuda_kind.h"

namespace dpsims {

const DeviceKind &cudaKind() {
  static const AbsentKind kind("cuda", "cuda",
                               "this build of dpsims was built without the CUDA device: build it where the CUDA "
                               "toolkit, 12.8 or newer, and cuDNN 9 are");
  return kind;
}

} // namespace dpsims
