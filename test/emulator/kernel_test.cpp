// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/test_support.h"

using namespace dpsims::emulated;

namespace {

// One thread writes 1 to the first element.
constexpr const char *code = R"(.version 7.0
.target sm_75
.address_size 64
.visible .entry one(.param .u64 one_param_0)
.maxntid 64, 1, 1
{
  .reg .b64 %rd<3>;
  .reg .b32 %r<2>;
  ld.param.u64 %rd1, [one_param_0];
  cvta.to.global.u64 %rd2, %rd1;
  mov.b32 %r1, 0f3F800000;
  st.global.b32 [%rd2], %r1;
  ret;
}
)";

class Kernels : public EmulatedGpu {
protected:
  void SetUp() override {
    EmulatedGpu::SetUp();
    ASSERT_OK(cudaLibraryLoadData(&library, code, nullptr, nullptr, 0, nullptr, nullptr, 0));
    ASSERT_OK(cudaLibraryGetKernel(&kernel, library, "one"));
  }
  void TearDown() override {
    if (library)
      cudaLibraryUnload(library);
    EmulatedGpu::TearDown();
  }

  cudaError_t launch(const void *address, unsigned blocks = 1, unsigned threads = 1) {
    void *arguments[] = {&address};
    return cudaLaunchKernel(reinterpret_cast<const void *>(kernel), dim3(blocks), dim3(threads), arguments, 0, stream);
  }

  cudaLibrary_t library = nullptr;
  cudaKernel_t kernel = nullptr;
};

TEST_F(Kernels, Run) {
  float *device = allocate(1);
  ASSERT_OK(launch(device));
  EXPECT_EQ(download(device, 1), std::vector<float>{1});
}

TEST_F(Kernels, HaveLimits) {
  float *device = allocate(1);
  EXPECT_EQ(launch(device, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch(device, 1, 65), cudaErrorInvalidConfiguration);
}

TEST_F(Kernels, AreFoundByName) {
  cudaKernel_t other = nullptr;
  EXPECT_EQ(cudaLibraryGetKernel(&other, library, "two"), cudaErrorSymbolNotFound);
}

TEST_F(Kernels, GoWithTheirLibrary) {
  ASSERT_OK(cudaLibraryUnload(library));
  library = nullptr;
  EXPECT_EQ(launch(allocate(1)), cudaErrorInvalidDeviceFunction);
}

TEST_F(Kernels, NeedANewEnoughChip) {
  std::string newer = code;
  newer.replace(newer.find("sm_75"), 5, "sm_131");
  cudaLibrary_t other = nullptr;
  EXPECT_EQ(cudaLibraryLoadData(&other, newer.c_str(), nullptr, nullptr, 0, nullptr, nullptr, 0),
            cudaErrorNoKernelImageForDevice);
}

TEST_F(Kernels, TouchOnlyLiveMemory) {
  EXPECT_FAULT(
      {
        void *gone = nullptr;
        cudaMalloc(&gone, 64);
        cudaFree(gone);
        launch(gone);
        return cudaStreamSynchronize(stream);
      },
      "kernel 'one'", cudaErrorIllegalAddress);
}

TEST_F(Kernels, FaultsStay) {
  EXPECT_FAULT(
      {
        launch(reinterpret_cast<char *>(allocate(2)) + 2);
        cudaStreamSynchronize(stream);
        int count = 0;
        return cudaGetDeviceCount(&count);
      },
      "kernel 'one'", cudaErrorMisalignedAddress);
}

} // namespace
