// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DATA_BATCH_H
#define DPSIMS_RUNTIME_DATA_BATCH_H

#include <cstdint>
#include <string>
#include <vector>

namespace dpsims {

/// Pictures as programs take them; B, H and W are the loader's.
struct Batch {
  std::vector<int32_t> labels;    ///< (B, H, W), 0..C-1 or -1 for no label
  std::vector<float> images;      ///< (B, 3, H, W), red, green, blue, from -1 (black) to 1 (white)
  std::vector<int32_t> instances; ///< (B, H, W), any ids; empty if not asked for
  std::vector<std::string> names; ///< B names of Dataset::name
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DATA_BATCH_H
