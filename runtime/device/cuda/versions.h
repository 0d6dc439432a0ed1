// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which versions of cuDNN and cuBLASLt were found, and which are needed.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_VERSIONS_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_VERSIONS_H

#include <string>

namespace dpsims::cuda {

/// "9.19.0" of cuDNN's 91900, "13.2.0" of cuBLASLt's 130200.
std::string libraryVersion(size_t version);

/// What is wrong with the versions of the libraries that were loaded, and the way out; empty if nothing is. A library
/// serves what was built with it or with an older one of its major version.
std::string libraryProblem();

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_VERSIONS_H
