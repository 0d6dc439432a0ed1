// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A GPU as cuDNN describes one: JSON with its properties, as in runtime/device/cuda/devices.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_DEVICE_DESCRIPTION_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_DEVICE_DESCRIPTION_H

#include <string>

namespace dpsims::cuda {

struct DeviceDescription {
  std::string text;                        ///< what cuDNN takes: its CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION
  std::string name;                        ///< "NVIDIA H100 80GB HBM3"
  int capability = 0, multiprocessors = 0; ///< 90, 132
};

/// Error: the file cannot be read, is not such JSON, lacks a property that a plan depends on, or has one whose value no
/// GPU has. Properties that are not known here are cuDNN's to judge.
DeviceDescription readDeviceDescription(const std::string &path);

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_DEVICE_DESCRIPTION_H
