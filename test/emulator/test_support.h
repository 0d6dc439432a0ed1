// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests of the emulated GPU through the CUDA libraries' own interfaces.

#ifndef DPSIMS_TEST_EMULATOR_TEST_SUPPORT_H
#define DPSIMS_TEST_EMULATOR_TEST_SUPPORT_H

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>
#include <vector>

namespace dpsims::emulated {

#define EXPECT_OK(call) EXPECT_EQ(call, 0)
#define ASSERT_OK(call) ASSERT_EQ(call, 0)

/// A stream, and device memory that goes with the object.
class EmulatedGpu : public testing::Test {
protected:
  void SetUp() override {
    // What ends with a fault runs in a new process: a fork would lack the threads that do the work.
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    ASSERT_OK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  }
  void TearDown() override {
    for (void *address : allocations)
      cudaFree(address);
    cudaStreamDestroy(stream);
    cudaGetLastError();
  }

  float *allocate(size_t count) {
    void *address = nullptr;
    EXPECT_OK(cudaMalloc(&address, count * sizeof(float)));
    allocations.push_back(address);
    return static_cast<float *>(address);
  }

  float *upload(const std::vector<float> &values) {
    float *address = allocate(values.size());
    EXPECT_OK(cudaMemcpyAsync(address, values.data(), values.size() * sizeof(float), cudaMemcpyHostToDevice, stream));
    return address;
  }

  std::vector<float> download(const float *address, size_t count) {
    std::vector<float> values(count);
    EXPECT_OK(cudaMemcpyAsync(values.data(), address, count * sizeof(float), cudaMemcpyDeviceToHost, stream));
    EXPECT_OK(cudaStreamSynchronize(stream));
    return values;
  }

  cudaStream_t stream = nullptr;

private:
  std::vector<void *> allocations;
};

/// Runs the body in a process of its own, because a fault stays for the life of a process, and expects of it the line
/// on stderr and the name of the status that it returns.
#define EXPECT_FAULT(body, line, status)                                                                               \
  EXPECT_EXIT(exitWithName([&]()->cudaError_t body), testing::ExitedWithCode(1), line "(.|\n)*" #status)

template <typename Body> [[noreturn]] void exitWithName(Body body) {
  std::fprintf(stderr, "%s\n", cudaGetErrorName(body()));
  std::_Exit(1);
}

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_TEST_SUPPORT_H
