// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/gpu.h"
#include "test/emulator/test_support.h"

#include <set>

using namespace dpsims::emulated;

namespace {

class Streams : public EmulatedGpu {
protected:
  void SetUp() override {
    EmulatedGpu::SetUp();
    ASSERT_OK(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    ASSERT_OK(cudaEventCreate(&event));
    source = upload({1, 2});
    target = allocate(1);
    ASSERT_OK(cudaStreamSynchronize(stream));
  }
  void TearDown() override {
    cudaEventDestroy(event);
    cudaStreamDestroy(other);
    EmulatedGpu::TearDown();
  }

  // Writes 1 or 2 to the target.
  void write(int value, cudaStream_t on) {
    EXPECT_OK(cudaMemcpyAsync(target, source + (value - 1), sizeof(float), cudaMemcpyDeviceToDevice, on));
  }

  float result() {
    EXPECT_OK(cudaDeviceSynchronize());
    return download(target, 1)[0];
  }

  cudaStream_t other = nullptr;
  cudaEvent_t event = nullptr;
  float *source = nullptr, *target = nullptr;
};

TEST_F(Streams, TakeTurnsInAnyOrder) {
  std::set<float> seen;
  for (int i = 0; i < 20; ++i) {
    write(1, stream);
    write(2, other);
    seen.insert(result());
  }
  EXPECT_EQ(seen, (std::set<float>{1, 2}));
}

TEST_F(Streams, TakeWorkFromTheirDevicesThreadsAlone) {
  const int devices = gpu().options.devices;
  gpu().options.devices = 2;
  auto work = [&] { gpu().submitLibraryCall(stream, "library", [] {}); };
  ASSERT_OK(cudaSetDevice(1));
  EXPECT_THROW(work(), CudaError);
  ASSERT_OK(cudaSetDevice(0));
  EXPECT_NO_THROW(work());
  gpu().options.devices = devices;
}

TEST_F(Streams, AreOrderedByEvents) {
  for (int i = 0; i < 20; ++i) {
    write(1, stream);
    ASSERT_OK(cudaEventRecord(event, stream));
    ASSERT_OK(cudaStreamWaitEvent(other, event, 0));
    write(2, other);
    EXPECT_EQ(result(), 2);
  }
}

TEST_F(Streams, ThatArePutOffComeLast) {
  for (uint64_t first : {0u, 1u}) { // `other` was made after `stream`
    gpu().scheduler.putOff = gpu().scheduler.stream(stream).number + first;
    for (int i = 0; i < 5; ++i) {
      write(2, other);
      write(1, stream);
      EXPECT_EQ(result(), first ? 2 : 1);
    }
  }
  gpu().scheduler.putOff = 0;
}

TEST_F(Streams, ThatArePutOffHoldNobodyWhoWaits) {
  gpu().scheduler.putOff = gpu().scheduler.stream(stream).number;
  write(1, stream);
  ASSERT_OK(cudaEventRecord(event, stream));
  ASSERT_OK(cudaStreamWaitEvent(other, event, 0));
  write(2, other);
  EXPECT_EQ(result(), 2);
  gpu().options.ignoredWait = gpu().statistics.waits + 1;
  write(1, stream);
  ASSERT_OK(cudaEventRecord(event, stream));
  ASSERT_OK(cudaStreamWaitEvent(other, event, 0));
  write(2, other);
  EXPECT_EQ(result(), 1); // the one wait is ignored
  gpu().options.ignoredWait = 0;
  gpu().scheduler.putOff = 0;
}

TEST_F(Streams, WorkOnlyWhenWaitedFor) {
  write(1, stream);
  ASSERT_OK(cudaEventRecord(event, stream));
  EXPECT_EQ(cudaStreamQuery(stream), cudaErrorNotReady);
  ASSERT_OK(cudaEventSynchronize(event));
  EXPECT_OK(cudaEventQuery(event));
  EXPECT_OK(cudaStreamQuery(stream));
}

TEST_F(Streams, EventsTellTheTime) {
  cudaEvent_t end = nullptr;
  ASSERT_OK(cudaEventCreate(&end));
  float time = -1;
  EXPECT_EQ(cudaEventElapsedTime(&time, event, end), cudaErrorInvalidResourceHandle);
  ASSERT_OK(cudaEventRecord(event, stream));
  write(1, stream);
  ASSERT_OK(cudaEventRecord(end, stream));
  EXPECT_EQ(cudaEventElapsedTime(&time, event, end), cudaErrorNotReady);
  ASSERT_OK(cudaEventSynchronize(end));
  EXPECT_OK(cudaEventElapsedTime(&time, event, end));
  EXPECT_GE(time, 0);
  EXPECT_OK(cudaEventDestroy(end));
}

TEST_F(Streams, DestroyedHandlesAreFound) {
  cudaStream_t gone = nullptr;
  ASSERT_OK(cudaStreamCreateWithFlags(&gone, cudaStreamNonBlocking));
  ASSERT_OK(cudaStreamDestroy(gone));
  EXPECT_EQ(cudaStreamSynchronize(gone), cudaErrorInvalidResourceHandle);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Captures
//===--------------------------------------------------------------------------------------------------------------===//

class Captures : public Streams {
protected:
  void SetUp() override {
    Streams::SetUp();
    ASSERT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  }

  cudaGraphExec_t instantiate() {
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    EXPECT_OK(cudaStreamEndCapture(stream, &graph));
    EXPECT_OK(cudaGraphInstantiate(&executable, graph, 0));
    EXPECT_OK(cudaGraphDestroy(graph));
    return executable;
  }

  void expectInvalid() {
    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated);
    EXPECT_EQ(graph, nullptr);
  }
};

TEST_F(Captures, AreReplayed) {
  write(2, stream);
  cudaGraphExec_t graph = instantiate();
  EXPECT_TRUE(std::isnan(result()));
  ASSERT_OK(cudaGraphLaunch(graph, stream));
  EXPECT_EQ(result(), 2);
  write(1, stream);
  ASSERT_OK(cudaGraphLaunch(graph, stream));
  EXPECT_EQ(result(), 2);
  EXPECT_OK(cudaGraphExecDestroy(graph));
  EXPECT_EQ(cudaGraphLaunch(graph, stream), cudaErrorInvalidResourceHandle);
}

TEST_F(Captures, ForkAndJoin) {
  cudaEvent_t end = nullptr;
  ASSERT_OK(cudaEventCreate(&end));
  ASSERT_OK(cudaEventRecord(event, stream));
  ASSERT_OK(cudaStreamWaitEvent(other, event, 0));
  write(1, other);
  ASSERT_OK(cudaEventRecord(end, other));
  ASSERT_OK(cudaStreamWaitEvent(stream, end, 0));
  write(2, stream);
  cudaGraphExec_t graph = instantiate();
  for (int i = 0; i < 10; ++i) {
    ASSERT_OK(cudaGraphLaunch(graph, stream));
    EXPECT_EQ(result(), 2);
  }
  EXPECT_OK(cudaGraphExecDestroy(graph));
  EXPECT_OK(cudaEventDestroy(end));
}

TEST_F(Captures, MustBeJoined) {
  ASSERT_OK(cudaEventRecord(event, stream));
  ASSERT_OK(cudaStreamWaitEvent(other, event, 0));
  write(1, other);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureUnjoined);
}

TEST_F(Captures, AreEndedByWaiting) {
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorStreamCaptureUnsupported);
  expectInvalid();
}

TEST_F(Captures, AreEndedByAllocating) {
  void *address = nullptr;
  EXPECT_EQ(cudaMalloc(&address, 64), cudaErrorStreamCaptureUnsupported);
  expectInvalid();
}

TEST_F(Captures, AreEndedByPageableMemory) {
  float host = 1;
  EXPECT_EQ(cudaMemcpyAsync(target, &host, sizeof(host), cudaMemcpyHostToDevice, stream),
            cudaErrorStreamCaptureUnsupported);
  expectInvalid();
}

TEST_F(Captures, AreEndedByForeignEvents) {
  ASSERT_OK(cudaEventRecord(event, other));
  EXPECT_EQ(cudaStreamWaitEvent(stream, event, 0), cudaErrorStreamCaptureIsolation);
  expectInvalid();
}

TEST_F(Captures, KeepNoMemoryAlive) {
  EXPECT_FAULT(
      {
        void *gone = nullptr;
        cudaGraphExec_t graph = nullptr;
        cudaGraph_t captured = nullptr;
        cudaStreamEndCapture(stream, &captured);
        cudaMalloc(&gone, 64);
        cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal);
        cudaMemsetAsync(gone, 0, 64, stream);
        cudaStreamEndCapture(stream, &captured);
        cudaGraphInstantiate(&graph, captured, 0);
        cudaFree(gone);
        cudaGraphLaunch(graph, stream);
        return cudaStreamSynchronize(stream);
      },
      "fill: 64 bytes at an address that is freed device memory", cudaErrorIllegalAddress);
}

} // namespace
