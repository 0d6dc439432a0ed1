// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model's code as GPUs take it: machine code (cubin) for chips, and PTX, which the driver compiles. Uses nothing of
// CUDA.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CODE_IMAGES_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CODE_IMAGES_H

#include "runtime/device/cuda/chip.h"
#include "runtime/format/model.h"

#include <string>
#include <vector>

namespace dpsims::cuda {

/// Code for one chip.
struct GpuCode {
  Chip chip;
  FileSection code;
};

class CodeImages {
public:
  /// Error: code in a format that is none of CUDA's, or for what is not a chip.
  explicit CodeImages(const CompiledModel &model);

  /// The machine code that a GPU runs best: for its major version, and its minor one or the next below; null where
  /// there is none.
  const GpuCode *cubinFor(const Chip &gpu) const;

  /// The PTX for the newest chip from which a GPU's code can be compiled; null where there is none.
  const GpuCode *ptxFor(const Chip &gpu) const;

  /// "code for sm_80 and sm_90, and PTX for sm_80"
  std::string text() const;

private:
  std::vector<GpuCode> cubins, ptx;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CODE_IMAGES_H
