// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuDNN: the graphs that it knows, as values: one convolution in f32 or bf16, or a gradient of it, and
// pointwise operations one after the other after it. Sums and what follows them are f32.

#ifndef DPSIMS_TEST_EMULATOR_CUDNN_GRAPH_H
#define DPSIMS_TEST_EMULATOR_CUDNN_GRAPH_H

#include "test/emulator/contraction.h"

#include <array>
#include <cstdint>
#include <cudnn.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace dpsims::emulated {

/// NOT_SUPPORTED has no message: a program may ask. Misuse has one, which goes to stderr.
class DnnError : public std::runtime_error {
public:
  explicit DnnError(cudnnStatus_t status, const std::string &message = "") : runtime_error(message), status(status) {}

  cudnnStatus_t status;
};

struct DnnTensor {
  using Sizes = std::array<int64_t, 4>; // N, C, H, W

  int64_t uid = 0, alignment = 0;
  Sizes sizes{}, strides{};
  bool isVirtual = false;
  cudnnDataType_t type = CUDNN_DATA_FLOAT; // or CUDNN_DATA_BFLOAT16

  int64_t count() const { return sizes[0] * sizes[1] * sizes[2] * sizes[3]; }
  int64_t elementBytes() const { return type == CUDNN_DATA_FLOAT ? 4 : 2; }
  uint64_t bytes() const { return static_cast<uint64_t>(count() * elementBytes()); }
};

enum class DnnConvKind : uint8_t { Forward, InputGradient, WeightGradient };

struct DnnConvolution {
  DnnConvKind kind = DnnConvKind::Forward;
  ConvShape shape{};
  DnnTensor src, weights, dst;

  const DnnTensor &result() const;
};

struct DnnPointwise {
  cudnnPointwiseMode_t mode = CUDNN_POINTWISE_ADD;
  double slope = 0; // of RELU_FWD below 0
  DnnTensor src, dst;
  std::optional<DnnTensor> operand;

  float apply(float x, float operand) const;
};

struct DnnGraph {
  DnnConvolution conv;
  std::vector<DnnPointwise> pointwise;

  const DnnTensor &result() const { return pointwise.empty() ? conv.result() : pointwise.back().dst; }
  /// All tensors that are in memory, the result last.
  std::vector<DnnTensor> operands() const;
};

/// Error: sizes, strides or alignment of a tensor that cuDNN does not know, or that are wrong.
void verify(const DnnTensor &tensor);
void verify(const DnnConvolution &conv, const std::array<int64_t, 2> &postPadding);
void verify(const DnnPointwise &operation);
void verify(const DnnGraph &graph);

void to_json(nlohmann::json &json, const DnnGraph &graph);
void from_json(const nlohmann::json &json, DnnGraph &graph);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_CUDNN_GRAPH_H
