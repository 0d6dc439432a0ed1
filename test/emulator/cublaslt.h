// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuBLASLt: its objects.

#ifndef DPSIMS_TEST_EMULATOR_CUBLASLT_H
#define DPSIMS_TEST_EMULATOR_CUBLASLT_H

#include <cstdint>
#include <cublasLt.h>
#include <functional>
#include <stdexcept>
#include <string>

namespace dpsims::emulated {

class BlasError : public std::runtime_error {
public:
  BlasError(cublasStatus_t status, const std::string &message) : runtime_error(message), status(status) {}

  cublasStatus_t status;
};

struct MatmulDesc {
  cublasComputeType_t compute;
  cublasOperation_t transposeA = CUBLAS_OP_N, transposeB = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void *bias = nullptr;
  int32_t biasType = -1; // that of D
};

/// A matrix of f32 or bf16 by columns, or several of them.
struct MatrixLayout {
  uint64_t rows, columns;
  int64_t leadingDimension;
  int32_t batch = 1;
  int64_t batchStride = 0; // elements
  cudaDataType type = CUDA_R_32F;

  uint64_t elementBytes() const { return type == CUDA_R_32F ? 4 : 2; }
  uint64_t bytes() const { return extent() * elementBytes(); }

  /// Elements from the first to the last, both included.
  uint64_t extent() const {
    return static_cast<uint64_t>((batch - 1) * batchStride) + (columns - 1) * static_cast<uint64_t>(leadingDimension) +
           rows;
  }
};

struct MatmulPreference {
  uint64_t workspaceLimit = 0;
  uint32_t alignments[4] = {256, 256, 256, 256}; // of A, B, C, D
};

/// The objects behind handles. Error: destroyed, or of another kind.
const MatmulDesc &find(cublasLtMatmulDesc_t handle);
const MatrixLayout &find(cublasLtMatrixLayout_t handle);
const MatmulPreference &find(cublasLtMatmulPreference_t handle);
void requireHandle(cublasLtHandle_t handle);

/// Runs the body of an entry point alone and makes a status of its exception, which is printed.
cublasStatus_t blasCall(const char *name, const std::function<void()> &body);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_CUBLASLT_H
