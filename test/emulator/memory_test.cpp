// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/test_support.h"

using namespace dpsims::emulated;

namespace {

using Memory = EmulatedGpu;

TEST_F(Memory, IsPoisoned) {
  float *fresh = allocate(3);
  for (float value : download(fresh, 3))
    EXPECT_TRUE(std::isnan(value));
}

TEST_F(Memory, HasAnEnd) {
  float *four = upload({1, 2, 3, 4});
  std::vector<float> host(5);
  EXPECT_EQ(cudaMemcpyAsync(host.data(), four, 5 * sizeof(float), cudaMemcpyDeviceToHost, stream),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemsetAsync(four + 2, 0, 3 * sizeof(float), stream), cudaErrorInvalidValue);
}

TEST_F(Memory, IsLimited) {
  void *address = nullptr;
  EXPECT_EQ(cudaMalloc(&address, size_t(9) << 30), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(Memory, IsFreedOnce) {
  void *address = nullptr;
  ASSERT_OK(cudaMalloc(&address, 64));
  EXPECT_EQ(cudaFreeHost(address), cudaErrorInvalidValue);
  EXPECT_OK(cudaFree(address));
  EXPECT_EQ(cudaFree(address), cudaErrorInvalidValue);
}

TEST_F(Memory, IsNotReachedByTheHost) {
  float *device = upload({1});
  float host = 0;
  EXPECT_EQ(cudaMemcpyAsync(device, device, 4, cudaMemcpyHostToDevice, stream), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(&host, &host, 4, cudaMemcpyDeviceToHost, stream), cudaErrorInvalidValue);
}

TEST_F(Memory, UseAfterFreeIsFound) {
  void *address = nullptr;
  ASSERT_OK(cudaMalloc(&address, 64));
  ASSERT_OK(cudaFree(address));
  float host[2];
  EXPECT_EQ(cudaMemcpyAsync(host, address, 8, cudaMemcpyDeviceToHost, stream), cudaErrorInvalidValue);
}

TEST_F(Memory, PageableSourceIsReadAtTheCall) {
  std::vector<float> values{1, 2};
  float *device = upload(values);
  values = {7, 8};
  EXPECT_EQ(download(device, 2), (std::vector<float>{1, 2}));
}

// Forgotten synchronization: the buffer is used again before its copy was done.
TEST_F(Memory, PinnedSourceIsReadWhenItsTurnComes) {
  void *pinned = nullptr;
  ASSERT_OK(cudaMallocHost(&pinned, sizeof(float)));
  auto *value = static_cast<float *>(pinned);
  float *device = allocate(1);
  *value = 1;
  ASSERT_OK(cudaMemcpyAsync(device, value, sizeof(float), cudaMemcpyHostToDevice, stream));
  *value = 2;
  EXPECT_EQ(download(device, 1), std::vector<float>{2});
  EXPECT_OK(cudaFreeHost(pinned));
}

// Forgotten synchronization: the result is read before it is there.
TEST_F(Memory, DownloadIsPoisonUntilItIsWaitedFor) {
  float *device = upload({5});
  float host = 0;
  ASSERT_OK(cudaMemcpyAsync(&host, device, sizeof(host), cudaMemcpyDeviceToHost, stream));
  EXPECT_TRUE(std::isnan(host));
  ASSERT_OK(cudaStreamSynchronize(stream));
  EXPECT_EQ(host, 5);
}

TEST_F(Memory, PinnedSourceThatIsFreedTooEarlyIsFound) {
  EXPECT_FAULT(
      {
        void *pinned = nullptr;
        cudaMallocHost(&pinned, 64);
        cudaMemcpyAsync(allocate(16), pinned, 64, cudaMemcpyHostToDevice, stream);
        cudaFreeHost(pinned);
        return cudaStreamSynchronize(stream);
      },
      "the host's memory is freed pinned memory", cudaErrorIllegalAddress);
}

} // namespace
