// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The handles of cuDNN and cuBLASLt, made when first needed: a plan without convolutions never starts cuDNN.

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H

#include "runtime/device/cuda/conv_graph.h"

#include <cublasLt.h>
#include <cudnn.h>
#include <map>
#include <memory>
#include <string>

namespace dpsims::cuda {

class Libraries {
public:
  Libraries(cudaStream_t stream, bool tf32) : stream(stream), tf32(tf32) {}
  ~Libraries();
  Libraries(const Libraries &) = delete;
  Libraries &operator=(const Libraries &) = delete;

  cudnnHandle_t cudnn();
  cublasLtHandle_t cublas();

  /// True when f32 operands may be rounded to TF32.
  bool allowsTf32() const { return tf32; }

  /// The engine for a convolution, found once for equal ones; null if cuDNN has none.
  std::shared_ptr<const ConvGraph> findGraph(const ConvGraphSpec &spec);

private:
  cudaStream_t stream;
  bool tf32;
  cudnnHandle_t cudnnHandle = nullptr;
  cublasLtHandle_t cublasHandle = nullptr;
  std::map<std::string, std::shared_ptr<const ConvGraph>> graphs;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_LIBRARIES_H
