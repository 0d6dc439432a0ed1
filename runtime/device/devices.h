// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What this machine has to run models on, and what it lacks: `dpsims-run info --devices`.

#ifndef DPSIMS_RUNTIME_DEVICE_DEVICES_H
#define DPSIMS_RUNTIME_DEVICE_DEVICES_H

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace dpsims {

struct ProcessorInfo {
  std::string name;
  unsigned threads = 0;                  ///< that the process may use
  std::vector<std::string> instructions; ///< "avx2", "avx512f", ...
};

struct GpuInfo {
  std::string name;
  std::string chip; ///< "sm_90"
  uint64_t memory = 0, freeMemory = 0;
};

/// A shared library that the CUDA device needs.
struct LibraryInfo {
  std::string name;                 ///< "libcudnn.so.9"
  std::string version, path, error; ///< version and path, or why it cannot be loaded
};

struct CudaInfo {
  std::string toolkit; ///< the version that this program was built with; empty: without the CUDA device
  std::string driver;  ///< the CUDA version that the driver is for; empty: there is none
  std::vector<LibraryInfo> libraries;
  std::vector<std::string> folders; ///< where libraries are looked for, beside where the loader looks
  std::vector<GpuInfo> gpus;        ///< cuda:0, cuda:1, ...
  std::string problem;              ///< what is missing and what to do about it; empty: nothing
};

struct DevicesInfo {
  ProcessorInfo processor;
  CudaInfo cuda;
};

/// Never an error: what is missing is told.
DevicesInfo findDevices();

/// For people, and as JSON.
void printDevices(const DevicesInfo &devices, std::ostream &out);
std::string devicesJson(const DevicesInfo &devices);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_DEVICES_H
