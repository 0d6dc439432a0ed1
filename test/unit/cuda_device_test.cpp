// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What users see of the CUDA device where it cannot work. Its results are compared where there is a GPU.

#include "support.h"

#include "runtime/device/device.h"

#include <gtest/gtest.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

TEST(CudaDevice, SaysWhatIsMissing) {
  std::unique_ptr<Device> device;
  try {
    device = createDevice("cuda");
  } catch (const Error &) {
  }
  if (device)
    GTEST_SKIP() << "this machine has " << device->description();
  std::string message = errorOf([] { createDevice("cuda"); });
#ifdef DPSIMS_TEST_CUDA_LIBRARY
  EXPECT_TRUE(hasParts(message, {"compiled for cuda", "--target cpu"}));
#else
  EXPECT_TRUE(hasParts(message, {"compiled for cuda", "built without the CUDA device", "another --target"}));
#endif
}

} // namespace
