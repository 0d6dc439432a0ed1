// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Part of the program: finds libdpsims-cuda.so and the libraries of CUDA that it is linked with. Uses nothing of
// CUDA.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_LIBRARY_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_LIBRARY_H

#include "runtime/base/error.h"
#include "runtime/device/library/library_device.h"

#include <string>
#include <vector>

namespace dpsims {

/// A shared library that the device needs, and where it is.
struct CudaLibraryFile {
  std::string name;  ///< "libcudnn.so.9"
  std::string path;  ///< of the file that was loaded; empty if there is none
  std::string error; ///< why it could not be loaded
};

/// Folders that may hold the libraries of CUDA where the loader does not find them (LD_LIBRARY_PATH, the folder that
/// they were in when this program was built), in the order in which they are looked into: those of the toolkit, then
/// site-packages/nvidia/*/lib of the Python environments that are active or usual, where PyTorch's wheels put them.
std::vector<std::string> cudaLibraryFolders();

/// Loads the libraries of CUDA that libdpsims-cuda.so needs; says where each was found.
std::vector<CudaLibraryFile> loadCudaLibraries();

/// The path of libdpsims-cuda.so: in the folder that the environment names (cudaLibraryVariable); else beside the
/// program, as built and as installed; else just its name, for the loader to find.
std::string findCudaLibrary();

/// What is wrong with the folder that the environment names, and the way out; empty if it names none, or a right one.
std::string wrongFolder();

/// libdpsims-cuda.so or a library that it needs is not there.
class CudaLibraryMissing : public DeviceError {
public:
  CudaLibraryMissing(const std::string &message, std::string reason)
      : DeviceError(message, ErrorCode::Unavailable), reason(std::move(reason)) {}

  std::string reason; ///< the loader's
};

/// Loads libdpsims-cuda.so. Error: it cannot be loaded, or is another program's.
DeviceLibrary loadCudaLibrary();

/// Makes the process believe that there is a CUDA driver: cuDNN then compiles code for devices that are not here.
/// Nothing runs on a GPU in this process afterwards.
void pretendCudaDriver();

/// The environment variable that names another folder to take libdpsims-cuda.so from: the tests' emulated device.
inline constexpr const char *cudaLibraryVariable = "DPSIMS_CUDA_LIBRARY_DIR";

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_CUDA_LIBRARY_H
