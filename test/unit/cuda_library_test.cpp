// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the libraries of CUDA are looked for.

#include "support.h"

#ifdef DPSIMS_TEST_CUDA_LIBRARY // the runtime was built with the CUDA device
#include "runtime/base/file.h"
#include "runtime/device/cuda/cuda_library.h"
#include "runtime/device/library/device_library.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

size_t placeOf(const std::string &folder) {
  const std::vector<std::string> folders = cudaLibraryFolders();
  return static_cast<size_t>(std::find(folders.begin(), folders.end(), folder) - folders.begin());
}

TEST(CudaLibrary, IsLookedForInPythonsWheels) {
  TemporaryDirectory directory;
  const std::string packages = directory / "env/lib/python3.11/site-packages/nvidia/";
  for (const char *package : {"cublas/lib", "cudnn/lib", "empty"})
    makeDirectory(packages + package);
  setenv("VIRTUAL_ENV", (directory / "env").c_str(), 1);
  const size_t count = cudaLibraryFolders().size(), cublas = placeOf(packages + "cublas/lib");
  const size_t cudnn = placeOf(packages + "cudnn/lib"), other = placeOf(packages + "empty");
  unsetenv("VIRTUAL_ENV");
  EXPECT_LT(cublas, cudnn);
  EXPECT_LT(cudnn, count);
  EXPECT_EQ(other, count);
}

TEST(CudaLibrary, IsLookedForOnceInAFolder) {
  TemporaryDirectory toolkit;
  makeDirectory(toolkit / "lib64");
  setenv("CUDA_HOME", toolkit.path.c_str(), 1);
  setenv("CUDA_PATH", toolkit.path.c_str(), 1);
  const std::vector<std::string> folders = cudaLibraryFolders();
  unsetenv("CUDA_HOME");
  unsetenv("CUDA_PATH");
  EXPECT_EQ(std::count(folders.begin(), folders.end(), toolkit / "lib64"), 1);
}

TEST(CudaLibrary, IsTakenFromTheFolderThatTheEnvironmentNames) {
  setenv(cudaLibraryVariable, "/some/folder", 1);
  EXPECT_EQ(findCudaLibrary(), "/some/folder/libdpsims-cuda.so");
  EXPECT_TRUE(
      hasParts(errorOf([] { loadCudaLibrary(); }), {"/some/folder/libdpsims-cuda.so", "dpsims-run info --devices"}));
  unsetenv(cudaLibraryVariable);
}

// libdpsims-cuda.so with this content, loaded.
std::string errorWith(const std::vector<uint8_t> &content) {
  TemporaryDirectory directory;
  writeFile(directory / "libdpsims-cuda.so", std::string(content.begin(), content.end()));
  setenv(cudaLibraryVariable, directory.path.c_str(), 1);
  std::string message = errorOf([] { loadCudaLibrary(); });
  unsetenv(cudaLibraryVariable);
  return message;
}

TEST(CudaLibrary, MustBeThatOfTheProgram) {
  std::vector<uint8_t> other = readFile(DPSIMS_TEST_KERNELS, 1 << 20);
  EXPECT_TRUE(hasParts(errorWith(other), {"libdpsims-cuda.so", "of another dpsims-run"}));
  other.resize(other.size() / 2);
  EXPECT_TRUE(hasParts(errorWith(other), {"libdpsims-cuda.so", "its end is missing"}));
}

// The table is found, and refused before any of its functions is called: this one has none.
TEST(CudaLibrary, HasTheVersionOfTheProgram) {
  const std::string own = "version " + std::to_string(DPSIMS_DEVICE_LIBRARY_VERSION);
  const std::string next = "version " + std::to_string(DPSIMS_DEVICE_LIBRARY_VERSION + 1);
  EXPECT_TRUE(hasParts(errorWith(readFile(DPSIMS_TEST_OTHER_LIBRARY, 1 << 20)),
                       {"libdpsims-cuda.so: is of another dpsims-run", next.c_str(), own.c_str(), "both together"}));
}

} // namespace
#endif
