// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/peaks.h"

#include "runtime/device/cuda/check.h"
#include "runtime/device/cuda/cuda_memory.h"
#include "runtime/device/cuda/kernels.h"
#include "runtime/device/cuda/step_timer.h"

#include <algorithm>

namespace dpsims::cuda {

namespace {

constexpr size_t trials = 4;                        // and one that does not count
constexpr uint64_t copyBytes = uint64_t(256) << 20; // beyond any cache
constexpr uint64_t tile = 128 * 256;                // of a product, that one processor works on

struct Gpu {
  uint64_t processors, freeBytes;
};

Gpu currentGpu() {
  int gpu = 0, processors = 0;
  check(cudaGetDevice(&gpu), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, gpu), "cudaDeviceGetAttribute");
  return {static_cast<uint64_t>(processors), freeGpuMemory()};
}

// The best of a few.
double bestSeconds(cudaStream_t stream, const std::function<void()> &enqueue) {
  std::vector<double> seconds(trials + 1);
  StepTimer(stream, /*holds=*/true).time([&](size_t) { enqueue(); }, seconds);
  return std::max(*std::min_element(seconds.begin() + 1, seconds.end()), 1e-9);
}

double measureBandwidth(const Gpu &gpu, cudaStream_t stream) {
  uint64_t bytes = std::min(copyBytes, gpu.freeBytes / 4);
  CudaMemory from(bytes), to(bytes);
  double seconds = bestSeconds(stream, [&] {
    check(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDeviceToDevice, stream), "cudaMemcpyAsync");
  });
  return 2 * static_cast<double>(bytes) / seconds;
}

double measureFma(const Gpu &gpu, cudaStream_t stream) {
  CudaMemory sink(sizeof(float));
  double flops = 0;
  double seconds =
      bestSeconds(stream, [&] { flops = launchFmaChains(static_cast<float *>(sink.data()), gpu.processors, stream); });
  return flops / seconds;
}

// n x n matrices, large enough to fill the GPU several times and small enough for its memory.
uint64_t matrixSize(const Gpu &gpu) {
  uint64_t n = 1024;
  while (n < 8192 && n * n < 8 * tile * gpu.processors)
    n *= 2;
  while (n > 64 && 3 * n * n * sizeof(float) > gpu.freeBytes / 2)
    n /= 2;
  return n;
}

// A product of square matrices; its objects are few, and all belong to it. TF32's instructions on Hopper want the index
// that is summed over to change first in both, which is so where one is transposed.
class Product {
public:
  Product(uint64_t n, cudaDataType_t type, cublasComputeType_t compute, cublasOperation_t first)
      : workspace(workspaceBytes) {
    check(cublasLtMatmulDescCreate(&desc, compute, CUDA_R_32F), "cublasLtMatmulDescCreate");
    check(cublasLtMatmulDescSetAttribute(desc, CUBLASLT_MATMUL_DESC_TRANSA, &first, sizeof(first)),
          "cublasLtMatmulDescSetAttribute");
    check(cublasLtMatrixLayoutCreate(&layout, type, n, n, static_cast<int64_t>(n)), "cublasLtMatrixLayoutCreate");
    check(cublasLtMatmulPreferenceCreate(&preference), "cublasLtMatmulPreferenceCreate");
    check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspaceBytes,
                                               sizeof(workspaceBytes)),
          "cublasLtMatmulPreferenceSetAttribute");
  }
  ~Product() {
    cublasLtMatmulPreferenceDestroy(preference);
    cublasLtMatrixLayoutDestroy(layout);
    cublasLtMatmulDescDestroy(desc);
  }
  Product(const Product &) = delete;
  Product &operator=(const Product &) = delete;

  /// False where cuBLASLt has no algorithm.
  bool choose(cublasLtHandle_t handle) {
    int count = 0;
    cublasStatus_t status =
        cublasLtMatmulAlgoGetHeuristic(handle, desc, layout, layout, layout, layout, preference, 1, &found, &count);
    return status == CUBLAS_STATUS_SUCCESS && count > 0;
  }

  void enqueue(cublasLtHandle_t handle, const void *a, const void *b, void *c, cudaStream_t stream) const {
    float one = 1, zero = 0;
    check(cublasLtMatmul(handle, desc, &one, a, layout, b, layout, &zero, c, layout, c, layout, &found.algo,
                         workspace.data(), workspaceBytes, stream),
          "cublasLtMatmul");
  }

private:
  static constexpr uint64_t workspaceBytes = uint64_t(32) << 20;

  CudaMemory workspace;
  cublasLtMatmulDesc_t desc = nullptr;
  cublasLtMatrixLayout_t layout = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
  cublasLtMatmulHeuristicResult_t found{};
};

// 0 where the GPU or cuBLASLt cannot do it. Zeros cost as much time as numbers do, and less power: so no zeros.
double measureProduct(const Gpu &gpu, Libraries &libraries, cudaDataType_t type, cublasComputeType_t compute,
                      cudaStream_t stream) {
  uint64_t n = matrixSize(gpu), bytes = n * n * (type == CUDA_R_32F ? sizeof(float) : 2);
  CudaMemory a(bytes), b(bytes), c(bytes);
  for (const CudaMemory *operand : {&a, &b})
    check(cudaMemsetAsync(operand->data(), 0x3d, bytes, stream), "cudaMemsetAsync"); // about 0.05 in either type
  double best = 0, flops = 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  for (cublasOperation_t first : {CUBLAS_OP_N, CUBLAS_OP_T}) {
    Product product(n, type, compute, first);
    if (!product.choose(libraries.cublas()))
      break;
    double seconds =
        bestSeconds(stream, [&] { product.enqueue(libraries.cublas(), a.data(), b.data(), c.data(), stream); });
    best = std::max(best, flops / seconds);
  }
  return best;
}

} // namespace

DevicePeaks measureGpuPeaks(Libraries &libraries, cudaStream_t stream) {
  Gpu gpu = currentGpu();
  DevicePeaks peaks;
  peaks.bandwidth = measureBandwidth(gpu, stream);
  peaks.arithmetic = {{"f32", measureFma(gpu, stream)},
                      {"TF32", measureProduct(gpu, libraries, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, stream)},
                      {"bf16", measureProduct(gpu, libraries, CUDA_R_16BF, CUBLAS_COMPUTE_32F, stream)}};
  peaks.arithmetic.erase(std::remove_if(peaks.arithmetic.begin(), peaks.arithmetic.end(),
                                        [](const DevicePeaks::Arithmetic &peak) { return peak.flops == 0; }),
                         peaks.arithmetic.end());
  return peaks;
}

} // namespace dpsims::cuda
