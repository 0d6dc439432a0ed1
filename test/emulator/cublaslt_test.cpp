// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/test_support.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/check.h"

#include <cublasLt.h>

using namespace dpsims::emulated;

namespace {

// D = A B of 2 x 3 and 3 x 2 matrices, by columns.
class CublasLt : public EmulatedGpu {
protected:
  void SetUp() override {
    EmulatedGpu::SetUp();
    ASSERT_OK(cublasLtCreate(&handle));
    ASSERT_OK(cublasLtMatmulDescCreate(&desc, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    ASSERT_OK(cublasLtMatrixLayoutCreate(&aLayout, CUDA_R_32F, 2, 3, 2));
    ASSERT_OK(cublasLtMatrixLayoutCreate(&bLayout, CUDA_R_32F, 3, 2, 3));
    ASSERT_OK(cublasLtMatrixLayoutCreate(&dLayout, CUDA_R_32F, 2, 2, 2));
    ASSERT_OK(cublasLtMatmulPreferenceCreate(&preference));
    set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t(1) << 20);
    a = upload({1, 2, 3, 4, 5, 6});
    b = upload({1, 0, 2, 0, 1, -1});
    d = allocate(4);
    workspace = allocate(1 << 18);
  }
  void TearDown() override {
    cublasLtMatmulPreferenceDestroy(preference);
    cublasLtMatrixLayoutDestroy(aLayout);
    cublasLtMatrixLayoutDestroy(bLayout);
    cublasLtMatrixLayoutDestroy(dLayout);
    cublasLtMatmulDescDestroy(desc);
    cublasLtDestroy(handle);
    EmulatedGpu::TearDown();
  }

  template <typename T> void set(cublasLtMatmulPreferenceAttributes_t name, T value) {
    ASSERT_OK(cublasLtMatmulPreferenceSetAttribute(preference, name, &value, sizeof(value)));
  }
  template <typename T> cublasStatus_t set(cublasLtMatmulDescAttributes_t name, T value) {
    return cublasLtMatmulDescSetAttribute(desc, name, &value, sizeof(value));
  }

  cublasStatus_t choose() {
    int count = 0;
    return cublasLtMatmulAlgoGetHeuristic(handle, desc, aLayout, bLayout, dLayout, dLayout, preference, 1, &chosen,
                                          &count);
  }
  cublasStatus_t multiply(const float *left, float *result, float beta = 0, size_t bytes = 1 << 20) {
    float one = 1;
    return cublasLtMatmul(handle, desc, &one, left, aLayout, b, bLayout, &beta, result, dLayout, result, dLayout,
                          &chosen.algo, workspace, bytes, stream);
  }

  cublasLtHandle_t handle = nullptr;
  cublasLtMatmulDesc_t desc = nullptr;
  cublasLtMatrixLayout_t aLayout = nullptr, bLayout = nullptr, dLayout = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
  cublasLtMatmulHeuristicResult_t chosen{};
  float *a = nullptr, *b = nullptr, *d = nullptr, *workspace = nullptr;
};

TEST_F(CublasLt, Multiplies) {
  ASSERT_OK(choose());
  ASSERT_OK(multiply(a, d));
  EXPECT_EQ(download(d, 4), (std::vector<float>{11, 14, -2, -2}));
  ASSERT_OK(multiply(a, d, /*beta=*/1));
  EXPECT_EQ(download(d, 4), (std::vector<float>{22, 28, -4, -4}));
}

TEST_F(CublasLt, HasEpilogues) {
  ASSERT_OK(set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_RELU_BIAS));
  EXPECT_EQ(choose(), CUBLAS_STATUS_INVALID_VALUE); // no bias
  ASSERT_OK(set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, static_cast<const void *>(upload({100, 1}))));
  ASSERT_OK(choose());
  ASSERT_OK(multiply(a, d));
  EXPECT_EQ(download(d, 4), (std::vector<float>{111, 15, 98, 0}));
}

TEST_F(CublasLt, TransposedOperandsHaveOtherSizes) {
  ASSERT_OK(set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T));
  EXPECT_EQ(choose(), CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasLt, AttributesHaveSizes) {
  EXPECT_EQ(set(CUBLASLT_MATMUL_DESC_TRANSA, int64_t(0)), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(set(CUBLASLT_MATMUL_DESC_FAST_ACCUM, int8_t(1)), CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasLt, LeadingDimensionIsChecked) {
  cublasLtMatrixLayout_t layout = nullptr;
  EXPECT_EQ(cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, 2, 3, 1), CUBLAS_STATUS_INVALID_VALUE);
  // One too large goes past the matrix's end.
  cublasLtMatrixLayoutDestroy(aLayout);
  ASSERT_OK(cublasLtMatrixLayoutCreate(&aLayout, CUDA_R_32F, 2, 3, 3));
  ASSERT_OK(choose());
  EXPECT_FAULT(
      {
        multiply(a, d);
        return cudaStreamSynchronize(stream);
      },
      "cuBLASLt: A: 32 bytes at an address that is device memory .24 bytes", cudaErrorIllegalAddress);
}

TEST_F(CublasLt, AlignmentIsChecked) {
  float *five = upload({0, 1, 2, 3, 4, 5, 6});
  ASSERT_OK(choose());
  EXPECT_EQ(multiply(five + 1, d), CUBLAS_STATUS_INVALID_VALUE);
  set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, uint32_t(4));
  ASSERT_OK(choose());
  ASSERT_OK(multiply(five + 1, d));
  EXPECT_EQ(download(d, 4), (std::vector<float>{11, 14, -2, -2}));
}

TEST_F(CublasLt, ResultMustNotMeetOperands) {
  ASSERT_OK(choose());
  EXPECT_EQ(multiply(a, a), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(multiply(a, workspace), CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasLt, WorkspaceIsCheckedAndLeftPoisoned) {
  ASSERT_OK(cudaMemsetAsync(workspace, 0, 4, stream));
  ASSERT_OK(choose());
  EXPECT_EQ(multiply(a, d, 0, chosen.workspaceSize - 1), CUBLAS_STATUS_INVALID_VALUE);
  ASSERT_OK(multiply(a, d));
  EXPECT_TRUE(std::isnan(download(workspace, 1)[0]));
}

TEST_F(CublasLt, AlgorithmBelongsToItsProblem) {
  ASSERT_OK(choose());
  ASSERT_OK(set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_RELU));
  EXPECT_EQ(multiply(a, d), CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasLt, DestroyedObjectsAreFound) {
  cublasLtMatmulDesc_t gone = nullptr;
  ASSERT_OK(cublasLtMatmulDescCreate(&gone, CUBLAS_COMPUTE_32F, CUDA_R_32F));
  ASSERT_OK(cublasLtMatmulDescDestroy(gone));
  EXPECT_EQ(cublasLtMatmulDescDestroy(gone), CUBLAS_STATUS_INVALID_VALUE);
}

// After a fault of the GPU a library says only that it failed; the device's message says more.
TEST_F(CublasLt, FailsAfterAFault) {
  ASSERT_OK(choose());
  auto fault = [&] {
    multiply(a, d + (1 << 20)); // memory of nobody
    cudaStreamSynchronize(stream);
    try {
      dpsims::cuda::check(multiply(a, d), "cublasLtMatmul");
    } catch (const dpsims::Error &error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    std::_Exit(1);
  };
  EXPECT_EXIT(
      fault(), testing::ExitedWithCode(1),
      "cuBLASLt: cublasLtMatmul: CUBLAS_STATUS_EXECUTION_FAILED: an illegal memory access was encountered, caused "
      "by a step before; run again with --checked");
}

TEST_F(CublasLt, BlamesNoStepForAnErrorOfItsOwn) {
  try {
    dpsims::cuda::check(CUBLAS_STATUS_NOT_SUPPORTED, "cublasLtMatmul");
    FAIL();
  } catch (const dpsims::Error &error) {
    EXPECT_STREQ(error.what(), "cuBLASLt: cublasLtMatmul: CUBLAS_STATUS_NOT_SUPPORTED");
    EXPECT_EQ(error.code(), dpsims::ErrorCode::Device);
  }
}

TEST_F(CublasLt, AndTheOthersTellOfALackOfMemory) {
  auto codeOf = [](auto status) {
    try {
      dpsims::cuda::check(status, "a call");
    } catch (const dpsims::Error &error) {
      return error.code();
    }
    return dpsims::ErrorCode::Internal;
  };
  EXPECT_EQ(codeOf(cudaErrorMemoryAllocation), dpsims::ErrorCode::OutOfMemory);
  EXPECT_EQ(codeOf(CUBLAS_STATUS_ALLOC_FAILED), dpsims::ErrorCode::OutOfMemory);
  EXPECT_EQ(codeOf(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED), dpsims::ErrorCode::OutOfMemory);
  EXPECT_EQ(codeOf(cudaErrorInvalidValue), dpsims::ErrorCode::Device);
}

} // namespace
