// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CUDA's chips by compute capability, and which of a model's code runs on which.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CHIP_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CHIP_H

#include <optional>
#include <string>

namespace dpsims::cuda {

/// "sm_90", or "sm_103" of compute capability 10.3. Code for a chip with the suffix 'a' runs on that chip alone, with
/// 'f' within its major version.
struct Chip {
  int major = 0, minor = 0;
  char suffix = 0; ///< 0: none

  /// Nothing where the name is none of a chip.
  static std::optional<Chip> parse(const std::string &name);
  std::string name() const;

  /// Whether machine code for this chip runs on the GPU: of the same major version, and no newer.
  bool runsOn(const Chip &gpu) const;

  /// Whether PTX for this chip can be compiled for the GPU: for any that is not older.
  bool compilesFor(const Chip &gpu) const;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CHIP_H
